/** Runs a load: sends the mix on schedule, and records every response. */

import { createMix } from "./mix.ts";
import type { LoadOptions } from "./options.ts";
import { INTERRUPTED, LIMITED, Recorder } from "./recorder.ts";
import { runSchedule, type Sent } from "./schedule.ts";
import type { Target } from "./target.ts";
import type { Account, FeatureLoad, LoadError, Received, Stored } from "./types.ts";

/** The response to read back, with the account that stored it. */
export interface StoredBy extends Stored {
  readonly account: Account;
}

export interface LoadSetup {
  readonly options: Pick<LoadOptions, "seconds" | "concurrency" | "rate" | "maxRequests" | "kind">;
  readonly target: Target;
  readonly accounts: readonly Account[];
  readonly features: readonly FeatureLoad[];
  /** Receives the responses to read back after acknowledged writes, by path. */
  readonly stored?: Map<string, StoredBy>;
  readonly onProgress?: (recorder: Recorder, seconds: number) => void;
  readonly signal?: AbortSignal;
}

export interface LoadResult extends Sent {
  readonly recorder: Recorder;
  /** The duration, including the wait for the last responses. */
  readonly seconds: number;
  readonly notes: readonly string[];
  /** Counts that must be zero. */
  readonly faults: Readonly<Record<string, number>>;
}

const PROGRESS_MS = 1000;

export async function runLoad(setup: LoadSetup): Promise<LoadResult> {
  const { options, target, accounts, features, stored, onProgress, signal } = setup;
  const recorder = new Recorder();
  const mix = createMix(
    features.flatMap(({ requests = [] }) => requests),
    accounts,
    options.kind,
  );
  const start = performance.now();
  const add = (kind: string, milliseconds: number, error?: LoadError) =>
    recorder.add({ kind, at: performance.now() - start, milliseconds }, error);

  const sendOne = async (dueAt: number): Promise<void> => {
    const { request, account, outgoing } = mix.next();
    if (outgoing.changes !== undefined) stored?.delete(outgoing.changes);
    const sentAt = performance.now();
    let response: Received;
    try {
      response = await target.send(outgoing, account.address);
    } catch (error) {
      const isInterrupted = target.wasInterrupted(sentAt);
      const found = { error: "connection", sample: `${request.name}: ${error}` };
      return add(
        isInterrupted ? INTERRUPTED : request.kind,
        performance.now() - dueAt,
        isInterrupted ? undefined : found,
      );
    }
    const milliseconds = performance.now() - dueAt;
    if (response.status === request.status) {
      const written = outgoing.onResponse?.(response);
      if (written) stored?.set(written.path, { ...written, account });
      return add(request.kind, milliseconds);
    }
    if (response.status === 429) return add(LIMITED, milliseconds);
    if (response.status >= 500 && target.wasInterrupted(sentAt)) return add(INTERRUPTED, milliseconds);
    const body = response.body.toString().slice(0, 300);
    const sample = `${request.name}: ${response.status} instead of ${request.status}: ${body}`;
    add(request.kind, milliseconds, { error: `status ${response.status}`, sample });
  };

  const isWhole = options.kind === undefined;
  const backgrounds = isWhole ? await startBackgrounds(setup, add) : [];
  const progress = setInterval(() => onProgress?.(recorder, (performance.now() - start) / 1000), PROGRESS_MS);
  try {
    const sent = await runSchedule({ ...options, ...(signal && { signal }) }, sendOne);
    const seconds = (performance.now() - start) / 1000;
    const faults = await Promise.all(backgrounds.map((background) => background.stop()));
    const notes = isWhole && backgrounds.length === 0 ? ["No feature sends chat messages: left out."] : [];
    return { ...sent, recorder, seconds, notes: [...mix.notes, ...notes], faults: Object.assign({}, ...faults) };
  } finally {
    clearInterval(progress);
  }
}

function startBackgrounds(
  { target, accounts, features }: LoadSetup,
  record: (kind: string, milliseconds: number, error?: LoadError) => void,
) {
  const context = {
    accounts,
    origin: () => target.origin(),
    addressOf: ({ address }: Account) => target.addressHeaders(address),
    record,
  };
  return Promise.all(features.flatMap(({ start }) => (start ? [start(context)] : [])));
}
