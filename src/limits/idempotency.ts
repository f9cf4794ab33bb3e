/** Makes a request take effect once, however often it is sent: the `Idempotency-Key` header (IETF draft). */
import { createHash } from "node:crypto";
import type { AppLocals } from "../env.ts";
import type { Context, Guard, OnErrorHandler, OnResponseHandler } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { deny } from "../web/respond/refuse.ts";
import { claimKey, type KeyUse, type RecordedResponse, recordResponse, releaseKey } from "./idempotency-store.ts";

/** What a request under a key may count on. */
export interface Idempotency extends KeyUse {
  /** The id to give what the request makes: the same in a retry after a crash, so that it makes it once. */
  readonly resourceId: string;
}

/** Undefined where the client sent no key. */
export interface IdempotencyLocals {
  readonly idempotency: Idempotency | undefined;
}

type Needs = AppLocals & { readonly user: { readonly id: string } };

/** RFC 8941 strings are in quotes; most clients send the bare key. Both are the same key. */
const KEY = /^"?([\x21\x23-\x7e]{1,255})"?$/;

/**
 * Claims the key of a request. Denies with the first response again where there is one, with 422
 * where the key was used with another body, with 409 while the first request is still running,
 * and with 400 where the key is none. Keys are each user's own, kept for 24 hours.
 *
 * A handler that makes something gives it `locals.idempotency.resourceId` for its id and leaves
 * alone what is there already under that id.
 */
const claimIdempotencyKey: Guard<Needs, IdempotencyLocals> = stateFacts(
  async function claimIdempotencyKey(c: Context<unknown, unknown, unknown, Needs>) {
    const header = c.request.headers.get("Idempotency-Key");
    // Input that does not fit has no effect: put right, it may come again under the same key.
    if (header === null || !c.input.ok) return { allow: true, locals: { idempotency: undefined } };
    const [, key] = KEY.exec(header) ?? [];
    if (key === undefined) return deny(c, 400, "An Idempotency-Key has 1 to 255 visible ASCII characters.");
    const route = `${c.request.method} ${c.route.path}`;
    const use: KeyUse = { owner: c.locals.user.id, route, key, bodyHash: hashBody(c.raw.body) };
    const claim = await claimKey(c.locals.env.DB, use);
    switch (claim.kind) {
      case "claimed":
        return { allow: true, locals: { idempotency: { ...use, resourceId: claim.resourceId } } };
      case "recorded":
        return { deny: replay(claim.response) };
      case "other body":
        return deny(c, 422, "This Idempotency-Key was used with another body.");
      case "running":
        return deny(c, 409, "The first request with this Idempotency-Key is still running.", { "Retry-After": "1" });
    }
  },
  { denies: [400, 409, 422] },
);

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
 * Keeps the handler's response for the next time, also where it refuses (IETF draft, §2.6): but not a response of 500
 * or more, nor 422, which had no effect and depends on what may change, such as a quota.
 */
const recordFirstResponse: OnResponseHandler<HookLocals> = async ({ context, response, outcome }) => {
  const { env, idempotency } = context.locals;
  if (!idempotency || outcome.kind !== "resolved") return response;
  if (response.status >= 500 || response.status === 422) {
    await releaseKey(env.DB, idempotency);
    return response;
  }
  const body = await response.clone().text();
  await recordResponse(env.DB, idempotency, { status: response.status, headers: [...response.headers], body });
  return response;
};

/** Lets a retry in at once where the handler threw; the error goes on to the next level. */
const releaseFailedKey: OnErrorHandler<HookLocals> = async ({ context }) => {
  const { env, idempotency } = context.locals;
  if (env && idempotency) await releaseKey(env.DB, idempotency);
  return undefined;
};

/** The guard, the last of a route's list, and the hooks that belong to it. */
export const idempotency = {
  guard: claimIdempotencyKey,
  onResponse: recordFirstResponse,
  onError: releaseFailedKey,
} as const;
