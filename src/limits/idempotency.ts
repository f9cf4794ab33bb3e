/** Makes repeated requests take effect only once: the `Idempotency-Key` header (IETF draft). */
import { createHash } from "node:crypto";
import type { AppLocals } from "../env.ts";
import type { Context, Guard, OnErrorHandler, OnResponseHandler } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import type { Database } from "../web/platform/request-database.ts";
import { uuid } from "../web/request/uuid.ts";
import { deny } from "../web/respond/refuse.ts";
import {
  type Claim,
  claimKey,
  forgetKey,
  type KeyUse,
  type RecordedResponse,
  recordResponse,
  releaseKey,
  startLease,
} from "./idempotency-store.ts";

declare module "../http/index.ts" {
  interface SuppliedBy {
    idempotency: "idempotency (by idempotency.guard)";
  }
}

/** The claimed key of a request. */
export interface Idempotency extends KeyUse {
  /** The id for the resource that the request creates. A retry after a crash gets the same id. */
  readonly resourceId: string;
}

/** `idempotency` is undefined if the client sent no key. */
export interface IdempotencyLocals {
  readonly idempotency: Idempotency | undefined;
}

type IdempotencyNeeds = AppLocals & { readonly user: { readonly id: string } };

/** RFC 8941 strings have quotes, but most clients send the bare key. Both forms are the same key, as are both cases of a UUID. */
const KEY = /^"?([\x21\x23-\x7e]{1,255})"?$/;

/** The detail of the refusal of an invalid key. */
export const INVALID_KEY = "The Idempotency-Key must have 1 to 255 visible ASCII characters.";

/** @returns The key in an `Idempotency-Key` header; undefined if it is invalid. */
export function parseIdempotencyKey(header: string): string | undefined {
  const [, given] = KEY.exec(header) ?? [];
  return uuid.safeParse(given).data ?? given;
}

/**
 * Makes repeated requests with the same Idempotency-Key take effect only once. Claims the key of a request. Repeats the
 * first response if there is one. Denies a key that was used with a different body with 422, a key whose first request
 * is still running with 409, and an invalid key with 400. Keys belong to a user and are kept for 24 hours. After a
 * response of 400, the corrected request may use the same key.
 *
 * A handler that creates a resource uses `locals.idempotency.resourceId` as its id, and does not change an existing
 * resource with that id.
 */
const claimIdempotencyKey: Guard<IdempotencyNeeds, IdempotencyLocals> = stateFacts(
  async function claimIdempotencyKey(c: Context<unknown, unknown, unknown, IdempotencyNeeds>) {
    const header = c.request.headers.get("Idempotency-Key");
    // Invalid input has no effect, so the corrected request may use the same key.
    if (header === null || !c.input.ok) return { allow: true, locals: { idempotency: undefined } };
    const key = parseIdempotencyKey(header);
    if (key === undefined) return deny(c, 400, INVALID_KEY);
    const route = `${c.request.method} ${c.route.path}`;
    const use: KeyUse = {
      owner: c.locals.user.id,
      route,
      key,
      bodyHash: hashBody(c.raw.body),
      leasedUntil: startLease(),
    };
    const claim = await claimOrRelease(c.locals.db, use);
    switch (claim.kind) {
      case "claimed":
        return { allow: true, locals: { idempotency: { ...use, resourceId: claim.resourceId } } };
      case "recorded":
        return { deny: replay(claim.response) };
      case "other body":
        return deny(c, 422, "This Idempotency-Key was already used with a different body. Use a new key.");
      case "running":
        return deny(c, 409, RUNNING, { "Retry-After": "1" });
    }
  },
  {
    denies: [400, 409, 422],
    explanation: "Makes repeated requests with the same Idempotency-Key take effect only once.",
    requestHeaders: { "Idempotency-Key": "Any text of the client's choice; a retry sends the same one." },
  },
);

const RUNNING =
  "The first request with this Idempotency-Key is still running, or it failed within the last minute. Try again in 1 second.";

/** Claims a key. If the claim fails, it may have taken effect, so it is released. */
async function claimOrRelease(db: Database, use: KeyUse): Promise<Claim> {
  try {
    return await claimKey(db, use);
  } catch (error) {
    await tryToRelease(db, use);
    throw error;
  }
}

/** Never rejects, so that the client learns of the failure that matters. Without it, a retry must wait for a minute. */
async function tryToRelease(db: Database, use: KeyUse, release = releaseKey): Promise<void> {
  try {
    await release(db, use);
  } catch (error) {
    logFailure("An idempotency key could not be released; its lease will expire", error);
  }
}

function hashBody(body: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(body) ?? "")
    .digest("hex");
}

function replay(recorded: RecordedResponse): Response {
  const headers = new Headers({ "Idempotency-Replayed": "true" });
  for (const [name, value] of recorded.headers) headers.append(name, value);
  return new Response(recorded.body === "" ? null : recorded.body, { status: recorded.status, headers });
}

type HookLocals = AppLocals & Partial<IdempotencyLocals>;

/**
 * Records the handler's response for retries, even if it is a refusal (IETF draft, §2.6). Exceptions are a status of
 * 500 or more; 422, which had no effect and depends on a state that may change, such as a quota; and 400, after which
 * the corrected request may use the same key, as after invalid input that the guard sees.
 */
const recordFirstResponse: OnResponseHandler<HookLocals> = async ({ context, response, outcome }) => {
  const { db, idempotency } = context.locals;
  if (!idempotency || outcome.kind !== "resolved") return response;
  if (response.status >= 500 || response.status === 422 || response.status === 400) {
    await tryToRelease(db, idempotency, releaseAfter(response));
    return response;
  }
  const body = await response.clone().text();
  await recordResponse(db, idempotency, { status: response.status, headers: [...response.headers], body });
  return response;
};

function releaseAfter({ status }: Response): typeof releaseKey {
  return status === 400 ? forgetKey : releaseKey;
}

/** Allows a retry, to which the handler responds as to the first request. */
const releaseKeyOfSecret: OnResponseHandler<HookLocals> = async ({ context, response, outcome }) => {
  const { db, idempotency } = context.locals;
  if (idempotency && outcome.kind === "resolved") await tryToRelease(db, idempotency, releaseAfter(response));
  return response;
};

/**
 * Allows an immediate retry after the handler threw. Its work may have been done: the retry gets the same `resourceId`.
 * The next level handles the error.
 */
const releaseFailedKey: OnErrorHandler<HookLocals> = async ({ context }) => {
  const { db, idempotency } = context.locals;
  if (db && idempotency) await tryToRelease(db, idempotency);
  return undefined;
};

/** The guard, which must be the last one of a route, and its hooks. */
export const idempotency = {
  guard: claimIdempotencyKey,
  onResponse: recordFirstResponse,
  onError: releaseFailedKey,
} as const;

/**
 * Like `idempotency`, but does not record the response, since it contains a secret. For a retry, the handler runs again
 * with the same `resourceId`: it must not create anything again, and must give the same response.
 */
export const unrecordedIdempotency = { ...idempotency, onResponse: releaseKeyOfSecret } as const;
