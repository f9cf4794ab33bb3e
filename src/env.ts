/** What the platform gives the app (bindings and variables), and the locals that every request starts with. */

/** The bindings, variables and secrets of `wrangler.toml`. */
export interface Env {
  readonly DB: D1Database;
  /** What users upload. */
  readonly FILES: R2Bucket;
  /** The bytes of what is in `public`. */
  readonly ASSETS: R2Bucket;
  /** Which path of `public` has which bytes. */
  readonly ASSET_MANIFEST: KVNamespace;
  readonly RATE_LIMITER: DurableObjectNamespace<RateLimiterObject>;
  readonly CHAT_ROOM: DurableObjectNamespace<ChatRoomObject>;
  readonly LIVE_FEED: DurableObjectNamespace<LiveFeedObject>;
  /** The platform's own rate limit of requests per client address: approximate, and without a network hop. */
  readonly ADDRESS_LIMIT: RateLimit;
  /** `development` shows errors to whoever asks and keeps mail in the outbox; anything else does neither. */
  readonly ENVIRONMENT: string;
  /** Secret: a JWK Set (RFC 7517) of symmetric keys. The first signs, all verify. */
  readonly TOKEN_KEYS: string;
  /** The app's canonical origin, such as `https://example.com`. Only development may leave it empty. */
  readonly PUBLIC_ORIGIN: string;
  /** Requests a minute to the API and the pages, for one user; unauthenticated writes, for one client address. */
  readonly API_RATE_LIMIT: number;
  /** Sign-ins and the like a minute, for one client address. */
  readonly SIGN_IN_RATE_LIMIT: number;
  /** Wrong passwords in 15 minutes, for one account. */
  readonly ACCOUNT_RATE_LIMIT: number;
  /** Origins, with spaces between, whose pages may call the API. */
  readonly CORS_ORIGINS: string;
  /** The account with this proved address becomes the first administrator. Empty for none. */
  readonly ADMIN_EMAIL: string;
  /** The address that mail comes from. */
  readonly MAIL_FROM: string;
  /** Sends mail, outside development; see the README. */
  readonly EMAIL?: SendEmail;
}

/** The Durable Object in `src/limits/rate-limiter.ts`, as its callers see it. */
export interface RateLimiterObject extends Rpc.DurableObjectBranded {
  /** Admits a request, or says when it can be admitted. */
  take(limit: number, windowMs: number): Promise<Ruling>;
  /** Like `take`, for an attempt that counts only if it fails: `settle` says so later. */
  reserve(limit: number, windowMs: number): Promise<Reservation>;
  /** Ends a reservation. @param reservation As `reserve` gave it. @param outcome `refund` gives the place back. */
  settle(reservation: number, outcome: "count" | "refund"): Promise<void>;
  /** Forgets every admission. */
  clear(): Promise<void>;
}

/** What a rate limiter says of a request. */
export interface Ruling {
  readonly isAdmitted: boolean;
  /** How many more would be admitted now. */
  readonly remaining: number;
  /** Milliseconds until there is room for one more than now. */
  readonly resetMs: number;
}

/** What a rate limiter says of an attempt. */
export interface Reservation extends Ruling {
  /** For `settle`; null where the attempt is not admitted. */
  readonly reservation: number | null;
  /** Whether a denial rests on attempts that are not settled yet, so that it may be over in a moment. */
  readonly isUnsettled: boolean;
}

/** A Durable Object that holds sockets open for users. */
export interface SocketHolder {
  /**
   * Closes the sockets whose sessions have ended.
   *
   * @param socketIds Those that the database knows of a user.
   * @returns Those of them that the object holds open.
   */
  recheckSessions(socketIds: readonly string[]): Promise<string[]>;
}

/** The Durable Object in `src/features/chat/room.ts`, as its callers see it; `fetch` opens a socket. */
export interface ChatRoomObject extends Rpc.DurableObjectBranded, SocketHolder {
  /**
   * Messages of the room, the oldest first.
   *
   * @param after The `seq` behind which they begin; null for the latest.
   */
  history(after: number | null, limit: number): Promise<ChatMessage[]>;
  /** Says something without a socket, at the same pace. @returns The message, or why it was not stored. */
  say(user: ChatUser, message: Pick<ChatMessage, "id" | "text">): Promise<ChatMessage | "too fast" | "unavailable">;
}

/** A message as everybody in the room sees it. */
export interface ChatMessage {
  /** Counts the messages of the room, without gaps. */
  readonly seq: number;
  /** The UUID that its sender gave it. */
  readonly id: string;
  readonly sender: ChatUser;
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Somebody in a room. */
export interface ChatUser {
  readonly id: string;
  readonly name: string;
}

/** The Durable Object in `src/features/live/feed.ts`, as its callers see it; `fetch` begins to listen. */
export interface LiveFeedObject extends Rpc.DurableObjectBranded {
  /** Takes what an isolate has counted since its last report. @returns Whether anybody listens. */
  report(counts: ResponseCounts): Promise<boolean>;
  /** Takes how many sockets a chat room has. It counts until the next report of the room, or for 90 s. */
  reportSockets(room: string, count: number): Promise<void>;
  /** What was told last, the newest first. */
  recent(): Promise<{ readonly samples: readonly Sample[]; readonly activities: readonly Activity[] }>;
}

/** Responses a second, averaged over three; chat sockets that are open; notes made, and uploads, in the last minute. */
export type Metric = "requests" | "sockets" | "notes" | "uploads";

/** A value of a metric at a moment. */
export interface Sample {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly metric: Metric;
  readonly value: number;
  readonly status: "normal" | "warning" | "critical";
}

/** Something that somebody did; by whom is nobody's business. */
export interface Activity {
  readonly timestamp: string;
  readonly activity: "note" | "upload" | "account";
  /** How often, at that moment. */
  readonly count: number;
}

/** Responses that an isolate has given. */
export interface ResponseCounts {
  readonly requests: number;
  /** Of requests that changed something: how many, by the route's method and path. */
  readonly changes: Readonly<Record<string, number>>;
}

/** What `onRequest` supplies to every guard, handler and hook. */
export interface AppLocals {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}
