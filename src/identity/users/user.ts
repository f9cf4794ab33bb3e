/** Users, and how a request was authenticated. */
import * as z from "zod";
import { uuid } from "../../web/request/uuid.ts";

declare module "../../web/app/guard-facts.ts" {
  interface VisitorLocals {
    readonly user: User;
    readonly auth: Auth;
  }
}

const role = z.enum(["user", "admin"]);

export type Role = z.output<typeof role>;

/** An account as its owner and administrators see it. */
export const userBody = z
  .object({
    id: uuid,
    email: z.string().describe("In lower case."),
    name: z.string(),
    role,
    emailVerified: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "User" });

export type User = Readonly<z.output<typeof userBody>>;

interface SessionFacts {
  readonly sessionId: string;
  /** When the password was last entered, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
}

/** Authentication by a session: with an access token or a browser's cookie. */
export type SessionAuth =
  | (SessionFacts & { readonly via: "token" })
  /** `keptSecret` is the part of the cookie's secret to which forms are bound. */
  | (SessionFacts & { readonly via: "session"; readonly keptSecret: string });

/** How a request was authenticated. */
export type Auth =
  | SessionAuth
  | { readonly via: "key"; readonly keyId: string; readonly permissions: readonly string[] };

/** The authenticated user of a request. */
export interface SignedIn {
  readonly user: User;
  readonly auth: Auth;
}

/** The id of the session; null for an API key, which has no session. */
export function sessionIdOf(auth: Auth): string | null {
  return auth.via === "key" ? null : auth.sessionId;
}
