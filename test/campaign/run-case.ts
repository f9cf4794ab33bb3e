/** Runs a case: sends each of its requests, and checks each response and the changes of the state. */
import { applyChange } from "./apply-change.ts";
import { type Case, PLAIN, type Step } from "./case.ts";
import { checkExchange, checkForeignData } from "./checks.ts";
import { userIdsOf } from "./credentials.ts";
import { cut, type Draft, printDraft, sentTextOf, toRequest } from "./draft.ts";
import type { Fixture, Prepared } from "./fixture.ts";
import { readResponse } from "./read-response.ts";
import { differenceOf, type State } from "./state.ts";
import { increase } from "./tally.ts";
import { type LoggedResponse, sendToTarget } from "./target.ts";

/** @throws Error if something is wrong. Its message shows the request and the response. */
export async function runCase(fixture: Fixture, { steps, isWatched }: Case): Promise<void> {
  for (const step of [...steps, PLAIN]) await runStep(fixture, await fixture.current(), step, isWatched);
}

async function runStep(fixture: Fixture, prepared: Prepared, step: Step, isWatched: boolean): Promise<void> {
  const { request: given } = prepared;
  const draft: Draft = { ...prepared.draft, headers: new Headers(prepared.draft.headers) };
  const sources = fixture.sourcesFor(prepared);
  for (const change of [...step.harmless, ...step.hostile]) await applyChange(draft, change, sources);
  if (!toRequest(draft)) return;
  const isFirst = !prepared.isSent;
  const senders = await findKnown(prepared, step, draft);
  const before = isWatched ? await fixture.readState(prepared) : undefined;
  const result = await send(fixture, prepared, draft, step === PLAIN);
  const { response, log } = result;
  const { text, wrong: misread } = await readResponse(response, given.frames ?? [], step.frames);
  const sentText = sentTextOf(draft);
  const { status, headers } = response;
  const requestId = draft.headers.get("X-Request-Id");
  const wrong = [
    ...misread,
    ...checkExchange({ method: draft.method, requestId, status, headers, text, sentText, log }),
  ];
  if (isFirst && step === PLAIN && status !== given.status)
    wrong.push(`The response to the prepared request was ${status} instead of ${given.status}.`);
  const known = [...senders, ...(result.logged?.userId ? [result.logged.userId] : [])];
  if (!given.showsOthers) wrong.push(...checkForeignData(text, fixture.users, known, sentText));
  wrong.push(...(await checkState(fixture, prepared, draft, result, known, before)));
  remember(fixture, response, text);
  fixture.tally.frames += response.webSocket ? step.frames.length : 0;
  if (wrong.length === 0) return;
  const shown = [`${status}`, ...[...headers].map((pair) => pair.join(": ")), "", cut(text)].join("\n");
  throw new Error([...wrong, "", printDraft(draft), "", shown].join("\n"));
}

/** Sends a request, counts it, and notes whether the prepared request can be sent again. */
async function send(
  { target, tally }: Fixture,
  prepared: Prepared,
  draft: Draft,
  isPlain = false,
): Promise<LoggedResponse> {
  const request = toRequest(draft);
  if (!request) throw new Error("No client can send this request");
  const result = await sendToTarget(target, request).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${printDraft(draft)}`);
  });
  const { response, isReached } = result;
  prepared.isSent = true;
  const isChange = isReached && !["GET", "HEAD"].includes(draft.method) && !prepared.request.isRepeated;
  // Earlier requests may have ended the session, or used up the attempts.
  if (isChange || (isPlain && !isReached)) prepared.isSpent = true;
  tally.requests += 1;
  if (response.status >= 200 && response.status < 400) tally.successes += 1;
  increase(tally.statuses, String(response.status));
  increase(tally.reaches, target.label, Number(isReached));
  return result;
}

/** The ids of the users whose data the sender may see and change. */
async function findKnown({ users, ownerId }: Prepared, { hostile, harmless }: Step, draft: Draft): Promise<string[]> {
  const isOther = [...harmless, ...hostile].some(({ change }) => change === "credential");
  if (!isOther) return [...users];
  const senders = await userIdsOf(draft);
  return [...senders, ...(ownerId === undefined || senders.includes(ownerId) ? users : [])];
}

/** Checks that a refused request changes nothing, and that an admitted one does not change data of others. */
async function checkState(
  fixture: Fixture,
  prepared: Prepared,
  draft: Draft,
  { response, logged, isRefused }: LoggedResponse,
  known: readonly string[],
  before: State | undefined,
): Promise<string[]> {
  if (!isRefused) {
    if (!before || prepared.request.changesOthers) return [];
    const foreign = [...fixture.users.keys()].filter((id) => !known.includes(id));
    const changed = differenceOf(before, await fixture.readState(prepared));
    const others = changed.filter((line) => foreign.some((id) => line.includes(id)));
    return others.map((line) => `It changed data of another user: ${cut(line)}`);
  }
  const kind = `${fixture.target.label} ${response.status} ${logged?.denied ?? logged?.outcome}`;
  const isNew = fixture.tally.refusals[kind] === undefined;
  if (!before && !isNew) return [];
  const start = before ?? (await fixture.readState(prepared));
  // The first refusal of each kind is repeated, so that the state can be compared around it.
  if (!before) await readResponse((await send(fixture, prepared, draft)).response, [], []);
  const changed = differenceOf(start, await fixture.readState(prepared));
  fixture.tally.stateChecks += 1;
  // After a failure, the kind is compared again when the case is reduced.
  if (changed.length === 0) increase(fixture.tally.refusals, kind);
  return changed.map((line) => `A refused request changed the state: ${cut(line)}`);
}

function remember({ memory }: Fixture, { headers }: Response, text: string): void {
  memory.etag = headers.get("ETag") ?? memory.etag ?? null;
  memory.lastModified = headers.get("Last-Modified") ?? memory.lastModified ?? null;
  const [, cursor] = /"nextCursor":"([^"]+)"/.exec(text) ?? /[?&](?:amp;)?cursor=([\w-]+)/.exec(text) ?? [];
  if (cursor !== undefined) memory.nextCursor = cursor;
}
