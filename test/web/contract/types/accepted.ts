/** Calls of a client that must compile, with exactly these types. This code never runs. */
import type { Api } from "../../../../src/app.ts";
import type { Problem } from "../../../../src/web/contract/bodies.ts";
import { client } from "../../../../src/web/contract/client.ts";
import type { RefusalStatus } from "../../../../src/web/respond/problem.ts";
import { api } from "./routes.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function exactly<TExpected>() {
  return <T>(_value: T, ..._same: Equal<T, TExpected> extends true ? [] : [never, T]): void => {};
}

interface Note {
  id: string;
  title: string;
}

const read = await api["GET /notes/:id"]({ params: { id: "a" } });
exactly<200 | RefusalStatus>()(read.status);
exactly<Headers>()(read.headers);
if (read.status === 200) exactly<string>()(read.body.title);
else if (read.status === 404) exactly<string>()(read.body.detail);
else exactly<Problem>()(read.body);

await api["GET /files/:id"]({ params: { id: "a" }, raw: true });
await api["GET /static/*"]({ params: { "*": "a" }, raw: true });

const created = await api["POST /notes"]({ body: { title: "a" } });
exactly<201 | RefusalStatus>()(created.status);
if (created.status === 201) exactly<{ id: string; title: string }>()(created.body);
if (created.status === 409) exactly<{ taken: boolean }>()(created.body);
if (created.status === 422) exactly<Problem>()(created.body);

const list = await api["GET /notes"]();
if (list.status === 200) exactly<string | undefined>()(list.body.map((note: Note) => note.title)[0]);
await api["GET /notes"]({});
await api["GET /notes"]({ query: {} });
await api["GET /notes"]({ query: { limit: "10", q: undefined } });
await api["GET /search"]({ query: { q: "a" }, headers: { Accept: "application/json" } });

await api["GET /orgs/:org/pages/:page<uint>"]({ params: { org: "a", page: 1 }, signal: new AbortController().signal });
await api["GET /pages/:page<uint>?"]();
await api["GET /pages/:page<uint>?"]({ params: { page: 1 } });
await api["GET /pages/:page<uint>?"]({ query: { any: ["a", 1, true], other: undefined } });

const file = await api["GET /static/*"]({ params: { "*": "a/b" } });
exactly<number>()(file.status);
exactly<unknown>()(file.body);

for (const key of ["PUT /raw", "PATCH /raw"] as const) {
  const { status, body } = await api[key]({ body: new FormData() });
  exactly<204 | RefusalStatus>()(status);
  exactly<Problem | undefined>()(body);
}
await api["DELETE /kinds/:kind"]({ params: { kind: "a" } });

// The app has operations, and their paths are known. No path is named here, since every feature can be removed.

export const app = client<Api>("http://localhost", { headers: { Authorization: "Bearer a" }, fetch });
declare const isUnknown: [Api] extends [never] ? true : string extends Api["path"] ? true : false;
exactly<false>()(isUnknown);
