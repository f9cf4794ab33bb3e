/** What goes over the wire, for requests that no well-behaved client would send. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, signUp } from "../../client.ts";
import { chunk, exchange, expectHeadAsGet, hangUpAfter, request } from "../../socket.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";
import { postNote } from "./post-note.ts";

let worker: RunningWorker;
let url: URL;
let client: Client;
beforeAll(async () => {
  worker = await startWorker();
  url = await worker.url();
  client = await signUp(worker);
});
afterAll(() => worker.stop());

const CHUNKED = ["Content-Type: application/json", "Transfer-Encoding: chunked"];

/** A request of somebody who is signed in. */
function signedIn(line: string, headers: readonly string[] = [], body = ""): string {
  return request(line, [`Authorization: ${client.headers.Authorization}`, ...headers], body);
}

async function storedTitles(): Promise<unknown[]> {
  const { results } = await (await worker.database()).prepare("SELECT title FROM notes").all();
  return results.map(({ title }) => title);
}

test("a body of one-byte chunks makes the note", async () => {
  const json = JSON.stringify({ title: "In small bites", body: "é 👩‍👩‍👧" });
  const chunks = [...Buffer.from(json).toString("latin1")].map(chunk);
  const { status, headers } = await exchange(url, [signedIn("POST /api/notes", CHUNKED), ...chunks, chunk("")]);
  expect(status).toBe(201);
  const note = await worker.fetch(headers.get("location") ?? "", { headers: client.headers });
  expect(await note.json()).toMatchObject({ title: "In small bites", body: "é 👩‍👩‍👧" });
});

test("a chunked body that never ends is answered 413 when it passes the limit, and stored nowhere", async () => {
  const endless = function* () {
    yield signedIn("POST /api/notes", CHUNKED);
    yield chunk('{"title":"Endless","body":"');
    for (let sent = 0; sent < 300 * 1024; sent += 4096) yield chunk("x".repeat(4096));
  };
  const { status, headers, body } = await exchange(url, endless());
  expect(status).toBe(413);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body).toContain("Content Too Large");
  expect(await storedTitles()).not.toContain("Endless");
});

test("a declared body over the limit is answered 413 before all of it has arrived", async () => {
  const head = signedIn("POST /api/notes", ["Content-Type: application/json", "Content-Length: 1000000"]);
  expect(await exchange(url, [head, "x".repeat(300 * 1024)])).toMatchObject({ status: 413 });
});

test("a form that never ends is answered 413 when it passes the limit", async () => {
  const endless = function* () {
    yield signedIn("POST /notes", ["Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked"]);
    for (let sent = 0; sent < 300 * 1024; sent += 4096) yield chunk("x".repeat(4096));
  };
  expect(await exchange(url, endless())).toMatchObject({ status: 413 });
});

test("a stranger is answered 401 before the body has arrived, and nothing is stored", async () => {
  const head = request("POST /api/notes", ["Content-Type: application/json", "Content-Length: 1000"]);
  expect(await exchange(url, [head, '{"title":"By a stranger"'])).toMatchObject({ status: 401 });
  expect(await storedTitles()).not.toContain("By a stranger");
});

test("a body of a type that the route does not read is refused before it has arrived", async () => {
  const head = signedIn("POST /api/notes", ["Content-Type: text/plain", "Content-Length: 1000000"]);
  expect(await exchange(url, [head, "only the beginning"])).toMatchObject({ status: 415 });
});

test.each(["/api/notes", "/api/notes/export.csv", "/notes"])(
  "HEAD %s has the status and headers of GET, and no body",
  (path) => expectHeadAsGet(url, path, [`Authorization: ${client.headers.Authorization}`]),
);

test("PROPFIND /api/notes is answered 405 with the methods there are", async () => {
  const { status, headers, body } = await exchange(url, [request("PROPFIND /api/notes")]);
  expect(status).toBe(405);
  expect(headers.get("allow")?.split(", ").sort()).toEqual(["GET", "HEAD", "OPTIONS", "POST"]);
  expect(body).toContain("PROPFIND");
});

test("clients that hang up in the middle of a body store nothing and leave the others served", async () => {
  const half = signedIn("POST /api/notes", CHUNKED) + chunk('{"title":"Half a note","body":"and then');
  await Promise.all(Array.from({ length: 20 }, () => hangUpAfter(url, half)));
  expect((await postNote(worker, client, { title: "Whole" })).status).toBe(201);
  expect(await storedTitles()).toContain("Whole");
  expect(await storedTitles()).not.toContain("Half a note");
});
