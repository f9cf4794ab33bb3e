/** The mix, which chooses the next request from those that the features contribute. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { OptionError } from "./options.ts";
import { type Account, type FeatureLoad, KINDS, type Kind, type LoadRequest, type Outgoing } from "./types.ts";

/** Percent of all requests. */
export const SHARES: Readonly<Record<Kind, number>> = {
  read: 60,
  write: 15,
  search: 10,
  page: 10,
  upload: 3,
  denied: 2,
};

const tests = join(import.meta.dirname, "../..");

/** Loads the files that exist, so that removing a feature removes its requests. */
export async function loadFeatures(): Promise<FeatureLoad[]> {
  const paths = globSync(["features/*/load.ts", "assets/load.ts"], { cwd: tests }).sort();
  const modules = await Promise.all(paths.map((path) => import(pathToFileURL(join(tests, path)).href)));
  return modules.map(({ load }: { readonly load: FeatureLoad }) => load);
}

export interface Mix {
  /** @returns The next request, and the account that sends it. */
  next(): Chosen;
  /** Sentences about kinds and requests that are left out. */
  readonly notes: readonly string[];
}

export interface Chosen {
  readonly request: LoadRequest;
  readonly account: Account;
  readonly outgoing: Outgoing;
}

/** Maximum attempts to choose a kind. For some kinds, no account may have the data that the requests need. */
const MAX_DRAWS = 100;

/**
 * @param kind Sends only this kind, unless it is undefined.
 * @param random Returns numbers from 0 to less than 1.
 * @throws {OptionError} If no request is left.
 */
export function createMix(
  requests: readonly LoadRequest[],
  accounts: readonly Account[],
  kind: string | undefined,
  random = Math.random,
): Mix {
  const admins = accounts.filter(({ isAdmin }) => isAdmin);
  const isSent = ({ isForAdmin }: LoadRequest) => !isForAdmin || admins.length > 0;
  const kinds = KINDS.filter((name) => kind === undefined || name === kind).map((name) => ({
    name,
    weight: SHARES[name],
    requests: requests.filter((request) => request.kind === name && isSent(request)),
  }));
  const present = kinds.filter((each) => each.requests.length > 0);
  if (present.length === 0)
    throw new OptionError(`No feature sends requests${kind === undefined ? "" : ` of the kind ${kind}`}.`);
  const notes = [
    ...kinds
      .filter((each) => !present.includes(each))
      .map(({ name }) => `No feature sends requests of the kind ${name}: left out.`),
    ...requests.filter((request) => !isSent(request)).map(({ name }) => `${name} needs an administrator: left out.`),
  ];
  let turn = 0;
  const attempt = (from: readonly LoadRequest[]): Chosen | undefined => {
    const request = choose(from, random);
    const senders = request.isForAdmin ? admins : accounts;
    const account = senders[turn++ % senders.length];
    const outgoing = account && request.make(account);
    return account && outgoing && { request, account, outgoing };
  };
  return {
    notes,
    next() {
      for (let draws = 0; draws < MAX_DRAWS; draws += 1) {
        const { requests: from } = choose(present, random);
        for (let attempts = 0; attempts < accounts.length; attempts += 1) {
          const chosen = attempt(from);
          if (chosen) return chosen;
        }
      }
      throw new Error("No account has the data that the requests need, such as a note to read");
    },
  };
}

function choose<T extends { readonly weight?: number }>(choices: readonly T[], random: () => number): T {
  const total = choices.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let rest = random() * total;
  const chosen = choices.find(({ weight = 1 }) => {
    rest -= weight;
    return rest < 0;
  });
  return chosen ?? (choices.at(-1) as T);
}
