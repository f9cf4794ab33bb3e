/** Reads the manifest from KV and keeps it in the isolate as long as its version holds. */
import type { AppContext, Env } from "../env.ts";
import { retryRead, withDeadline } from "../web/platform/transient.ts";
import { MANIFEST_KEY, type Manifest, manifestKeyOf } from "./manifest.ts";

/** Without `ASSET_VERSION`, a deployed Worker reads the manifest again after this time. */
const KEPT_MS = 60_000;

/** The time limit of each of two attempts. */
const READ_MS = 500;

/** A page does not wait longer than this for the manifest, since it also works with plain addresses. */
const MAX_WAIT_MS = 1200;

/** After a failure, an outdated manifest is used for this time before the next attempt. */
const RETRY_MS = 5000;

/** The current manifest is read at most once in this time for unknown paths, which any client can make up. */
const CURRENT_MS = 5000;

type ManifestEnv = Pick<Env, "ASSET_MANIFEST" | "ASSET_VERSION" | "ENVIRONMENT">;

interface Kept {
  readonly manifest: Manifest;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The manifest that an isolate has of a namespace. */
interface State {
  kept?: Kept;
  /** The current manifest, if it was read for an unknown path. */
  current?: Kept;
  /** The read in progress, which all requests that need the manifest share. */
  pending?: Promise<Manifest>;
}

const states = new WeakMap<KVNamespace, State>();

/**
 * If the deploy named the version in `ASSET_VERSION`, the manifest is kept as long as the isolate lives. Without it, it
 * is kept for a minute in production, and not at all in development, so that a reload shows saved changes.
 *
 * @throws Error if KV fails or does not respond in time, and no manifest is kept.
 */
export async function loadManifest(c: Pick<AppContext, "locals">): Promise<Manifest> {
  const { env, ctx } = c.locals;
  const state = stateOf(env.ASSET_MANIFEST);
  if (state.kept && state.kept.until > Date.now()) return state.kept.manifest;
  const pending = state.pending ?? startRead(state, env, ctx);
  state.pending = pending;
  try {
    return await withDeadline(pending, MAX_WAIT_MS);
  } catch (error) {
    if (state.pending === pending) delete state.pending;
    if (!state.kept) throw error;
    // The files that an outdated manifest names are kept for 30 days.
    state.kept = { ...state.kept, until: Date.now() + RETRY_MS };
    return state.kept.manifest;
  }
}

/** @returns The manifest that this isolate has already loaded, or an empty one. */
export function loadedManifest({ locals: { env } }: Pick<AppContext, "locals">): Manifest {
  return states.get(env.ASSET_MANIFEST)?.kept?.manifest ?? {};
}

/** Reads the current manifest, for a versioned path that this version of the Worker does not know yet. */
export async function loadCurrentManifest({ locals: { env } }: Pick<AppContext, "locals">): Promise<Manifest> {
  const state = stateOf(env.ASSET_MANIFEST);
  if (state.current && state.current.until > Date.now()) return state.current.manifest;
  const manifest = await retryRead(() => readManifest(env.ASSET_MANIFEST), READ_MS);
  state.current = { manifest, until: Date.now() + CURRENT_MS };
  return manifest;
}

/** @throws Error if no files are published for this Worker. */
export async function checkManifest(env: ManifestEnv): Promise<void> {
  const { manifest } = await readVersion(env);
  if (Object.keys(manifest).length === 0) throw new Error("No assets are published.");
}

function stateOf(kv: KVNamespace): State {
  const state = states.get(kv) ?? {};
  states.set(kv, state);
  return state;
}

/** `waitUntil` completes the read if the client of this request disconnects, because others may wait for it. */
function startRead(state: State, env: ManifestEnv, ctx: ExecutionContext): Promise<Manifest> {
  const read = retryRead(() => readVersion(env), READ_MS).then(({ manifest, keptMs }) => {
    if (keptMs > 0) state.kept = { manifest, until: Date.now() + keptMs };
    return manifest;
  });
  const settled = read.finally(() => {
    if (state.pending === settled) delete state.pending;
  });
  ctx.waitUntil(settled.catch(() => {}));
  return settled;
}

async function readVersion({ ASSET_MANIFEST, ASSET_VERSION, ENVIRONMENT }: ManifestEnv) {
  const named = ASSET_VERSION ? await ASSET_MANIFEST.get<Manifest>(manifestKeyOf(ASSET_VERSION), "json") : null;
  if (named) return { manifest: named, keptMs: Number.POSITIVE_INFINITY };
  // No version was named, or its manifest has since been removed.
  const manifest = await readManifest(ASSET_MANIFEST);
  return { manifest, keptMs: ENVIRONMENT === "development" ? 0 : KEPT_MS };
}

/** Reads the current manifest. It is empty before the first publication. */
export async function readManifest(kv: KVNamespace): Promise<Manifest> {
  return (await kv.get<Manifest>(MANIFEST_KEY, "json")) ?? {};
}
