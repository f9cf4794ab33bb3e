/** The mix chooses requests of the features by their shares and weights. */
import { expect, test } from "vitest";
import { keep, pick, take, toAccounts } from "../../bench/load/accounts.ts";
import { createMix, loadFeatures, SHARES } from "../../bench/load/mix.ts";
import { OptionError } from "../../bench/load/options.ts";
import { KINDS, type Kind, type LoadRequest } from "../../bench/load/types.ts";

const signedIn = (isAdmin: boolean) => ({
  isAdmin,
  accessToken: "token",
  cookie: "session=secret",
  csrf: "csrf",
  renew: async () => "token",
});
const accounts = toAccounts([signedIn(true), ...Array.from({ length: 4 }, () => signedIn(false))]);

function requestOf(kind: Kind, more: Partial<LoadRequest> = {}): LoadRequest {
  return { kind, name: `a ${kind}`, status: 200, make: () => ({ path: `/${kind}` }), ...more };
}

/** Evenly spread numbers, without chance. */
function spread() {
  let last = 0;
  return () => {
    last = (last + 0.6180339887) % 1;
    return last;
  };
}

function count(requests: readonly LoadRequest[], kind?: string, total = 10_000) {
  const mix = createMix(requests, accounts, kind, spread());
  const counts: Record<string, number> = {};
  for (let i = 0; i < total; i += 1) {
    const { name } = mix.next().request;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test("of 100 requests, 60 are reads, 15 writes, 10 searches, 10 pages, 3 uploads and 2 denied", () => {
  expect(SHARES).toEqual({ read: 60, write: 15, search: 10, page: 10, upload: 3, denied: 2 });
  const counts = count(KINDS.map((kind) => requestOf(kind)));
  for (const kind of KINDS) expect((counts[`a ${kind}`] ?? 0) / 100).toBeCloseTo(SHARES[kind], 0);
});

test("requests of a kind are sent by their weights", () => {
  const reads = [requestOf("read", { name: "one", weight: 3 }), requestOf("read", { name: "other" })];
  const { one = 0, other = 0 } = count(reads, "read");
  expect(one / other).toBeCloseTo(3, 1);
});

test("a kind without requests is left out with a note, and the others keep their proportions", () => {
  const requests = [requestOf("read"), requestOf("write")];
  const counts = count(requests);
  expect((counts["a read"] ?? 0) / (counts["a write"] ?? 1)).toBeCloseTo(4, 1);
  expect(createMix(requests, accounts, undefined).notes).toEqual(
    ["search", "page", "upload", "denied"].map((kind) => `No feature sends requests of the kind ${kind}: left out.`),
  );
});

test("--kind sends only that kind, and refuses one that no feature has", () => {
  const requests = KINDS.map((kind) => requestOf(kind));
  expect(count(requests, "upload", 100)).toEqual({ "a upload": 100 });
  expect(() => createMix(requests, accounts, "nonsense")).toThrow(OptionError);
});

test("only administrators send requests for administrators, which are left out without one", () => {
  const requests = [requestOf("read"), requestOf("read", { name: "of administrators", isForAdmin: true })];
  const mix = createMix(requests, accounts, undefined, spread());
  const chosen = Array.from({ length: 100 }, () => mix.next());
  const senders = chosen.filter(({ request }) => request.isForAdmin).map(({ account }) => account.isAdmin);
  expect(new Set(senders)).toEqual(new Set([true]));
  const users = accounts.filter(({ isAdmin }) => !isAdmin);
  const without = createMix(requests, users, "read", spread());
  expect(without.notes).toEqual(["of administrators needs an administrator: left out."]);
  expect(Array.from({ length: 100 }, () => without.next().request.isForAdmin)).not.toContain(true);
});

test("an account that lacks the data that a request needs is skipped", () => {
  const make: LoadRequest["make"] = ({ number }) => (number === 3 ? { path: "/own" } : undefined);
  const mix = createMix([requestOf("read", { make })], accounts, "read", spread());
  expect(Array.from({ length: 10 }, () => mix.next().account.number)).toEqual(Array(10).fill(3));
  const both = createMix([requestOf("read", { make }), requestOf("write")], accounts, undefined, spread());
  const reads = Array.from({ length: 1000 }, () => both.next()).filter(({ request }) => request.kind === "read");
  // 60 of 75: the other accounts do not reduce the share of the kind.
  expect(reads.length / 1000).toBeGreaterThan(0.7);
  const none = createMix([requestOf("read", { make: () => undefined })], accounts, "read", spread());
  expect(() => none.next()).toThrow("No account has the data that the requests need");
});

test("each account has a client address of its own", () => {
  const many = toAccounts(Array.from({ length: 1000 }, () => signedIn(false)));
  expect(new Set(many.map(({ address }) => address)).size).toBe(1000);
  expect(many[999]?.address).toBe("198.18.3.231");
});

test("created items are taken oldest first, and at most 100 are kept", () => {
  const [account] = toAccounts([signedIn(false)]);
  if (!account) throw new Error("No account");
  expect([take(account, "notes"), pick(account, "notes")]).toEqual([undefined, undefined]);
  for (let id = 1; id <= 103; id += 1) keep(account, "notes", { id: `${id}` });
  expect(account.created.get("notes")).toHaveLength(100);
  expect([take(account, "notes")?.id, take(account, "notes")?.id]).toEqual(["4", "5"]);
  expect(Number(pick(account, "notes")?.id)).toBeGreaterThan(5);
  expect(account.created.get("notes")).toHaveLength(98);
});

test("the requests of the features have unique names", async () => {
  const requests = (await loadFeatures()).flatMap((feature) => feature.requests ?? []);
  const names = requests.map(({ kind, name }) => `${kind} ${name}`);
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
});
