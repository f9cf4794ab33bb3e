/**
 * The types of a load: the contributions of features in `test/features/<name>/load.ts`, and the values that these
 * receive.
 */

/** The kinds of requests. `mix.ts` has the share of each. */
export const KINDS = ["read", "write", "search", "page", "upload", "denied"] as const;

export type Kind = (typeof KINDS)[number];

export type HeaderValues = Readonly<Record<string, string>>;

/** A request whose response has the status that its `LoadRequest` expects. */
export interface Outgoing {
  /** Default: `GET`. */
  readonly method?: string;
  readonly path: string;
  readonly headers?: HeaderValues;
  readonly body?: string;
  /** The path of the resource that the request changes. Its content is unknown until the response has arrived. */
  readonly changes?: string;
  /**
   * Keeps data for later requests. @returns The response that the soak must read back, if the request has stored
   * something.
   */
  readonly onResponse?: (response: Received) => Stored | undefined;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The response that a later GET must have. */
export interface Stored {
  readonly path: string;
  readonly status: number;
  /** A text that the body must contain. */
  readonly text?: string;
  /** The hash of the body, in hexadecimal. */
  readonly sha256?: string;
}

/** A request as data. */
export interface LoadRequest {
  readonly kind: Kind;
  /** Such as `GET /api/notes`. */
  readonly name: string;
  /** The status of the expected response. */
  readonly status: number;
  /** Its share among the requests of its kind. Default: 1. */
  readonly weight?: number;
  /** Whether only administrators send it. */
  readonly isForAdmin?: boolean;
  /**
   * @returns Undefined if the account lacks the data that the request needs, such as a note to read. Then another
   * request is sent.
   */
  readonly make: (account: Account) => Outgoing | undefined;
}

/** A signed-in user with a client address of its own. */
export interface Account {
  readonly number: number;
  readonly isAdmin: boolean;
  readonly address: string;
  /** The headers of an API client, which change when the access token is renewed. */
  readonly bearer: HeaderValues;
  /** The headers of a browser. */
  readonly browser: HeaderValues;
  /** The token of the browser's forms. */
  readonly csrf: string;
  /** The items that requests have created, oldest first, by a name such as `notes`. */
  readonly created: Map<string, Created[]>;
}

export interface Created {
  readonly id: string;
  readonly etag?: string;
}

/** Work that runs alongside the requests, such as a conversation. */
export interface Background {
  /**
   * Ends the work when everything that was sent has arrived, or after 30 s. @returns Counts that must be zero, by name.
   */
  stop(): Promise<Readonly<Record<string, number>>>;
}

export interface BackgroundContext {
  readonly accounts: readonly Account[];
  /** The address of the Worker, which changes when it is restarted. */
  readonly origin: () => string;
  /** Headers of the account's client address, where the target accepts them. */
  readonly addressOf: (account: Account) => HeaderValues;
  /** Records a response or a delivery. @param milliseconds Since it was due. */
  readonly record: (kind: string, milliseconds: number, error?: LoadError) => void;
}

/** A failure, and one example of it. */
export interface LoadError {
  readonly error: string;
  readonly sample: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The credentials of a signed-in account. */
export interface SignedIn {
  readonly isAdmin: boolean;
  readonly accessToken: string;
  readonly cookie: string;
  readonly csrf: string;
  /** @returns Another access token. */
  readonly renew: () => Promise<string>;
}

/** Sends a request from a client address. */
export type Send = (outgoing: Outgoing, address?: string) => Promise<Received>;

/** The storage of a Worker that the load has started. */
export interface Storage {
  readonly count: (sql: string) => Promise<number>;
  readonly strings: (sql: string) => Promise<string[]>;
  readonly objectKeys: (binding: string) => Promise<string[]>;
}

/** The contributions of a feature. */
export interface FeatureLoad {
  readonly requests?: readonly LoadRequest[];
  readonly start?: (context: BackgroundContext) => Promise<Background>;
  readonly signIn?: (send: Send, credentials: Credentials, address: string) => Promise<SignedIn>;
  readonly register?: (send: Send, credentials: Credentials, address: string) => Promise<void>;
  /** Counts rows and objects that must not exist, such as orphans, once nothing is in flight. */
  readonly findFaults?: (storage: Storage) => Promise<Readonly<Record<string, number>>>;
}
