/** The fixture of a few cases: the users, a stranger with data of the same kind, and the prepared requests. */
import { env } from "cloudflare:test";
import type { PreparedRequest } from "../route-requests.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import type { Sources } from "./apply-change.ts";
import { userIdsOf } from "./credentials.ts";
import { type Draft, toDraft } from "./draft.ts";
import { forgetEverything, readState, type State } from "./state.ts";
import type { Tally } from "./tally.ts";
import type { Target } from "./target.ts";

/** A prepared request, and the users to whom it belongs. */
export interface Prepared {
  readonly request: PreparedRequest;
  readonly draft: Draft;
  /** The ids of the users that were created for it. */
  readonly users: readonly string[];
  /** The user whose credential it carries. */
  readonly ownerId: string | undefined;
  isSent: boolean;
  /** Whether it has taken effect, and would not succeed again. */
  isSpent: boolean;
}

/** Values from the latest response. */
interface Memory {
  etag?: string | null;
  lastModified?: string | null;
  nextCursor?: unknown;
}

export class Fixture {
  readonly target: Target;
  readonly tally: Tally;
  readonly accounts: Accounts;
  /** The e-mail addresses of all users, by id. */
  users: ReadonlyMap<string, string> = new Map();
  memory: Memory = {};
  #strangersPath = "/";
  #current: Prepared | undefined;

  private constructor(target: Target, tally: Tally, accounts: Accounts) {
    this.target = target;
    this.tally = tally;
    this.accounts = accounts;
  }

  /** Empties the storage, and creates the fixture. */
  static async open(target: Target, tally: Tally): Promise<Fixture> {
    await forgetEverything();
    const fixture = new Fixture(target, tally, await createAccounts());
    fixture.users = await fixture.#readUsers();
    fixture.#strangersPath = (await fixture.#prepare()).draft.path;
    return fixture;
  }

  /** Returns the prepared request, or prepares another one if it would not succeed again. */
  async current(): Promise<Prepared> {
    if (!this.#current || this.#current.isSpent) this.#current = await this.#prepare();
    return this.#current;
  }

  /** Prepares a request with data of its own. */
  async #prepare(): Promise<Prepared> {
    const before = this.users;
    const request = await this.target.prepare();
    this.users = await this.#readUsers();
    const users = [...this.users.keys()].filter((id) => !before.has(id));
    const draft = await toDraft(request);
    this.memory = {};
    return { request, draft, users, ownerId: (await userIdsOf(draft))[0], isSent: false, isSpent: false };
  }

  async #readUsers(): Promise<ReadonlyMap<string, string>> {
    const { results } = await env.DB.prepare("SELECT id, email FROM users").all<{ id: string; email: string }>();
    return new Map(results.map(({ id, email }) => [id, email]));
  }

  sourcesFor({ ownerId, users }: Prepared): Sources {
    const email = this.users.get(ownerId ?? users[0] ?? "") ?? this.accounts.member.user.email;
    return { accounts: this.accounts, email, strangersPath: this.#strangersPath, ...this.memory };
  }

  readState({ request }: Prepared): Promise<State> {
    return readState(request.stateOf);
  }
}
