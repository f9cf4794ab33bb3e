/** The client, against an app of this file and against responses that our apps never send. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { OperationsOf } from "../../../src/http/index.ts";
import { route } from "../../../src/web/app/scope.ts";
import { describeBody, noBody, problemBody, rawBody } from "../../../src/web/contract/bodies.ts";
import { type ClientOptions, client, ResponseError } from "../../../src/web/contract/client.ts";
import { requireJson } from "../../../src/web/guards/require-content-type.ts";
import { invalidInput, problem } from "../../../src/web/respond/problem.ts";
import { createApp, sendTo } from "../../harness.ts";

const ORIGIN = "http://localhost";

/** Responds with the input of the route. */
const echo = z.object({
  route: z.string(),
  params: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  contentType: z.string().nullable(),
  body: z.string(),
});
const responses = { 200: echo };

const resolve = async ({ request, route: { path }, raw }: Context) => {
  const contentType = request.headers.get("Content-Type");
  const body = raw.body === undefined ? await request.text() : JSON.stringify(raw.body);
  return Response.json({ route: path, params: raw.params, query: raw.query, contentType, body });
};

interface Context {
  readonly request: Request;
  readonly route: { readonly path: string };
  readonly raw: { readonly params: object; readonly query: object; readonly body?: unknown };
}

const note = z.object({ title: z.string().min(1), tags: z.array(z.string()).default([]) });

const routes = [
  route.get("/plain", { responses, resolve }),
  route.get("/by/:id", { responses, resolve }),
  route.get("/by/:id/of/:owner", { responses, resolve }),
  route.get("/pages/:page?", { responses, resolve }),
  route.get("/int/:n<int>", { responses, resolve }),
  route.get("/uint/:n<uint>", { responses, resolve }),
  route.get("/uuid/:id<uuid>", { responses, resolve }),
  route.get("/rest/*", { responses, resolve }),
  route.get("/kinds/:kind", { request: { params: z.object({ kind: z.enum(["a", "b"]) }) }, responses, resolve }),
  route.get("/exotic/:name.:extension", { responses, resolve }),
  route.get("/search", {
    request: { query: z.object({ q: z.string().default(""), tag: z.array(z.string()).optional() }) },
    responses,
    resolve,
  }),
  route.post("/notes", {
    request: { body: note },
    responses: { 201: z.object({ id: z.string(), title: z.string() }), 409: z.object({ taken: z.string() }) },
    guards: [requireJson],
    resolve: ({ input, locals }) => {
      if (!input.ok) return invalidInput(locals, input);
      const { title } = input.body;
      if (title === "taken") return Response.json({ taken: title }, { status: 409 });
      return Response.json({ id: "1", title }, { status: 201, headers: { Location: "/notes/1" } });
    },
  }),
  route.on(["PUT", "PATCH"], "/raw", { responses, resolve }),
  route.get("/missing", {
    responses: { 404: problemBody },
    resolve: ({ locals }) => problem(locals, 404, "There is none."),
  }),
  route.get("/empty", { responses: { 204: noBody }, resolve: () => new Response(null, { status: 204 }) }),
  route.get("/text", {
    responses: { 200: describeBody(z.string(), { mediaTypes: ["text/plain"] }) },
    resolve: () => new Response("tëxt"),
  }),
  route.get("/bytes", {
    responses: { 200: describeBody(rawBody, { mediaTypes: ["application/octet-stream"] }) },
    resolve: () => bytes([1, 2, 0, 255]),
  }),
  route.get("/moved", { responses: { 303: noBody }, resolve: () => Response.redirect(`${ORIGIN}/text`, 303) }),
  route.get("/undeclared", { resolve: () => Response.json({ any: 1 }, { status: 207 }) }),
];

type Api = OperationsOf<typeof routes>;

const app = createApp(routes);
const toApp: ClientOptions["fetch"] = (url, init) => sendTo(app, url, init);
const api = client<Api>(ORIGIN, { fetch: toApp });

function bytes(values: readonly number[]): Response {
  return new Response(new Uint8Array(values), { headers: { "Content-Type": "application/octet-stream" } });
}

/** A client that receives these responses one after the other, and its requests so far. */
function clientOf(...responses: Response[]) {
  const requests: Request[] = [];
  const fetch: ClientOptions["fetch"] = async (url, init) => {
    requests.push(new Request(url, init));
    return responses.shift() ?? new Response();
  };
  return { api: client<Api>(ORIGIN, { fetch }), requests };
}

/** The error message of a refused call. No request is sent. */
async function refusalOf(call: () => unknown): Promise<string> {
  const error = await (async () => call())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  return error instanceof TypeError ? error.message : "";
}

describe("path parameters", () => {
  const TEXTS = [
    "a",
    "a b",
    "ä/ö",
    "100%",
    "%2F",
    "%2e%2e",
    "?x=1#y",
    "a+b&c",
    "..a",
    "...",
    " ",
    "\\",
    "日本",
    "\0",
    "'\"<>",
  ];

  test.each(TEXTS)("%j arrives as it was", async (id) => {
    const { status, body } = await api["GET /by/:id"]({ params: { id } });
    expect({ status, body }).toMatchObject({ status: 200, body: { route: "/by/:id", params: { id } } });
  });

  test.each([".", ".."])("%j is refused, since URLs drop it", async (id) => {
    const message = `GET /by/:id/of/:owner: the path parameter "id" has the segment "${id}", which URLs drop.`;
    expect(await refusalOf(() => api["GET /by/:id/of/:owner"]({ params: { id, owner: "x" } }))).toBe(message);
    expect(await refusalOf(() => api["GET /rest/*"]({ params: { "*": `a/${id}/b` } }))).toContain(
      `GET /rest/*: the path parameter "*" has the segment "${id}"`,
    );
  });

  test.each(["a", "a/b", "/a", "//evil.example/a", "a//b", "a/b/", "a b/ü%2F", "https://evil.example"])(
    "the rest of a path keeps its slashes: %j",
    async (rest) => {
      const { status, body } = await api["GET /rest/*"]({ params: { "*": rest } });
      expect({ status, body }).toMatchObject({ status: 200, body: { route: "/rest/*", params: { "*": rest } } });
    },
  );

  const MISSING: [problem: string, value: unknown][] = [
    ["is missing", undefined],
    ["is empty", ""],
    ["is neither a string nor a number", null],
    ["is neither a string nor a number", {}],
    ["is neither a string nor a number", true],
    ["is neither a string nor a number", ["a"]],
    ["is NaN, which is not a number", Number.NaN],
    ["is not valid Unicode", "\ud800"],
  ];
  test.each(MISSING)("a parameter that %s is refused: %j", async (text, value) => {
    expect(await refusalOf(() => api["GET /by/:id"]({ params: { id: value as string } }))).toBe(
      `GET /by/:id: the path parameter "id" ${text}.`,
    );
    expect(await refusalOf(() => api["GET /rest/*"]({ params: { "*": value as string } }))).toContain(text);
  });

  test("without params, the first parameter is missing", async () => {
    const call = api["GET /by/:id"] as () => Promise<unknown>;
    expect(await refusalOf(() => call())).toContain('"id" is missing');
  });

  test("a parameter is never a property that every object has", async () => {
    const { "GET /by/:constructor": call } = client<never>(ORIGIN, { fetch: toApp }) as never as Record<
      string,
      (input: object) => Promise<unknown>
    >;
    expect(await refusalOf(() => call?.({ params: {} }))).toContain('"constructor" is missing');
  });

  test("an optional parameter may be left out, and must not be empty", async () => {
    const calls = [
      api["GET /pages/:page?"](),
      api["GET /pages/:page?"]({}),
      api["GET /pages/:page?"]({ params: {} }),
      api["GET /pages/:page?"]({ params: { page: "2" } }),
    ];
    const responses = await Promise.all(calls);
    expect(responses.map(({ body }) => ("params" in body ? body.params : undefined))).toEqual([
      {},
      {},
      {},
      { page: "2" },
    ]);
    expect(await refusalOf(() => api["GET /pages/:page?"]({ params: { page: "" } }))).toContain('"page" is empty');
  });

  const NUMBERS: [key: "GET /int/:n<int>" | "GET /uint/:n<uint>", n: number, isRight: boolean][] = [
    ["GET /int/:n<int>", 0, true],
    ["GET /int/:n<int>", -7, true],
    ["GET /int/:n<int>", 1.5, false],
    ["GET /int/:n<int>", 2 ** 53, false],
    ["GET /int/:n<int>", Number.POSITIVE_INFINITY, false],
    ["GET /uint/:n<uint>", 7, true],
    ["GET /uint/:n<uint>", -7, false],
    ["GET /uint/:n<uint>", 1e21, false],
  ];
  test.each(NUMBERS)("%s with %j", async (key, n, isRight) => {
    if (!isRight)
      return expect(await refusalOf(() => api[key]({ params: { n } }))).toContain(`${key}: the path parameter`);
    expect((await api[key]({ params: { n } })).body).toMatchObject({ params: { n: String(n) } });
  });

  test("an id of another form is refused", async () => {
    const id = crypto.randomUUID();
    expect((await api["GET /uuid/:id<uuid>"]({ params: { id } })).body).toMatchObject({ params: { id } });
    expect(await refusalOf(() => api["GET /uuid/:id<uuid>"]({ params: { id: "x" } }))).toContain("the form <uuid>");
  });

  test("a schema narrows the values", async () => {
    expect((await api["GET /kinds/:kind"]({ params: { kind: "b" } })).body).toMatchObject({ params: { kind: "b" } });
  });

  test("a pattern that the client cannot fill is refused by its name", async () => {
    const call = api["GET /exotic/:name.:extension"];
    expect(await refusalOf(() => call({ params: { name: "a", extension: "b" } }))).toBe(
      "GET /exotic/:name.:extension: the client cannot build paths of the pattern :name.:extension.",
    );
  });
});

describe("the query", () => {
  test("repeats lists, leaves out what is undefined, and is encoded", async () => {
    const query = { a: "1 & 2=ü+", n: 1, yes: true, big: 10n, list: ["x", "y"], none: [], left: undefined };
    const { body } = await api["GET /plain"]({ query });
    expect(body).toMatchObject({ query: { a: "1 & 2=ü+", n: "1", yes: "true", big: "10", list: ["x", "y"] } });
    expect(Object.keys((body as z.output<typeof echo>).query).sort()).toEqual(["a", "big", "list", "n", "yes"]);
  });

  test("has the types of the schema's input", async () => {
    expect((await api["GET /search"]()).body).toMatchObject({ query: {} });
    expect((await api["GET /search"]({ query: { q: "x", tag: ["a", "b"] } })).body).toMatchObject({
      query: { q: "x", tag: ["a", "b"] },
    });
  });

  test("text that is not valid Unicode is refused", async () => {
    expect(await refusalOf(() => api["GET /plain"]({ query: { bad: ["a", "\ud800"] } }))).toBe(
      'GET /plain: the query parameter "bad" is not valid Unicode.',
    );
  });

  test.each([null, {}, [null], [["a"]], () => "a"])("%j is refused, with the name of the parameter", async (value) => {
    expect(await refusalOf(() => api["GET /plain"]({ query: { bad: value as string } }))).toBe(
      'GET /plain: the query parameter "bad" must be a string, a number, a boolean, or a list of these.',
    );
  });
});

describe("bodies", () => {
  test("with a schema are sent as JSON", async () => {
    const response = await api["POST /notes"]({ body: { title: "Tëst" } });
    expect([response.status, response.body]).toEqual([201, { id: "1", title: "Tëst" }]);
    expect(response.headers.get("Location")).toBe("/notes/1");
  });

  test("keep a content type that the caller names", async () => {
    const { api: typed, requests } = clientOf();
    await typed["POST /notes"]({ body: { title: "a" }, headers: { "content-type": "application/merge-patch+json" } });
    expect(requests[0]?.headers.get("Content-Type")).toBe("application/merge-patch+json");
  });

  const form = new FormData();
  form.set("name", "value");
  const stream = () => new Blob(["stre", "am"]).stream();
  const BODIES: [name: string, body: () => BodyInit, contentType: RegExp | null, text: string | RegExp][] = [
    ["a string", () => "text", /^text\/plain/, "text"],
    ["a Blob", () => new Blob(["{}"], { type: "application/x" }), /^application\/x$/, "{}"],
    ["a FormData", () => form, /^multipart\/form-data; boundary=/, /name="name"\r\n\r\nvalue\r\n/],
    ["URLSearchParams", () => new URLSearchParams({ a: "b c" }), /^application\/x-www-form-urlencoded/, "a=b+c"],
    ["an ArrayBuffer", () => new Uint8Array([98, 117, 102]).buffer, null, "buf"],
    ["a Uint8Array", () => new TextEncoder().encode("array"), null, "array"],
    ["a stream", stream, null, "stream"],
  ];
  test.each(BODIES)("without a schema are sent as they are: %s", async (_, body, contentType, text) => {
    for (const key of ["PUT /raw", "PATCH /raw"] as const) {
      const response = await api[key]({ body: body() });
      if (response.status !== 200) throw new Error(response.body.detail);
      expect(response.body.body).toMatch(text);
      if (contentType) expect(response.body.contentType).toMatch(contentType);
      else expect(response.body.contentType).toBeNull();
    }
  });

  test("a stream is sent in half-duplex mode, which browsers and Node require", async () => {
    const inits: object[] = [];
    const fetch: ClientOptions["fetch"] = async (_, init) => {
      inits.push(init);
      return new Response();
    };
    await client<Api>(ORIGIN, { fetch })["PUT /raw"]({ body: stream() });
    await client<Api>(ORIGIN, { fetch })["PUT /raw"]({ body: "text" });
    expect(inits).toEqual([
      expect.objectContaining({ duplex: "half" }),
      expect.not.objectContaining({ duplex: "half" }),
    ]);
  });
});

describe("responses", () => {
  test("have a status that determines the type of the body; nothing is thrown", async () => {
    const taken = await api["POST /notes"]({ body: { title: "taken" } });
    expect(taken.status === 409 && taken.body.taken).toBe("taken");
    const invalid = await api["POST /notes"]({ body: { title: "" } });
    expect(invalid.status === 400 && invalid.body.issues?.map(({ path }) => path)).toEqual([["title"]]);
    const missing = await api["GET /missing"]();
    expect(missing.status === 404 && missing.body.detail).toBe("There is none.");
  });

  test("without declared responses are unknown", async () => {
    const { status, body } = await api["GET /undeclared"]();
    expect([status, body]).toEqual([207, { any: 1 }]);
  });

  test("are read by their media type", async () => {
    expect((await api["GET /empty"]()).body).toBeUndefined();
    expect((await api["GET /text"]()).body).toBe("tëxt");
    const { body } = await api["GET /bytes"]();
    expect(body).toBeInstanceOf(ReadableStream);
    expect([...new Uint8Array(await new Response(body as ReadableStream).arrayBuffer())]).toEqual([1, 2, 0, 255]);
  });

  test("without a schema can be had as they are", async () => {
    const bytes = [123, 0xef, 0xbb, 0xbf, 255];
    const file = () => new Response(new Uint8Array(bytes), { headers: { "Content-Type": "application/json" } });
    const refusal = Response.json({ title: "Not Found" }, { status: 404 });
    const { api } = clientOf(file(), refusal, new Response(null, { status: 204 }));
    const { body } = await api["GET /bytes"]({ raw: true });
    expect([...new Uint8Array(await new Response(body as ReadableStream).arrayBuffer())]).toEqual(bytes);
    expect((await api["GET /bytes"]({ raw: true })).body).toEqual({ title: "Not Found" });
    expect((await api["GET /bytes"]({ raw: true })).body).toBeUndefined();
  });

  const of = (type: string | null, body: BodyInit | null) =>
    new Response(body, { headers: type === null ? {} : { "Content-Type": type } });
  const encoded = (text: string) => new TextEncoder().encode(text);
  const BODIES: [type: string | null, body: BodyInit | null, read: unknown][] = [
    ["application/json", "[1]", [1]],
    ["Application/JSON; charset=utf-8", "null", null],
    ["application/problem+json", '{"a":1}', { a: 1 }],
    ["application/json", "", undefined],
    ["application/json", null, undefined],
    ["text/html; charset=utf-8", "<p>", "<p>"],
    ["text/csv", "a,b", "a,b"],
    ["text/plain", "", ""],
    ["text/event-stream", "data: 1", expect.any(ReadableStream)],
    ["application/pdf", encoded("x"), expect.any(ReadableStream)],
    ["application/json-seq", encoded("x"), expect.any(ReadableStream)],
    [null, encoded("x"), expect.any(ReadableStream)],
    [null, encoded(""), undefined],
    [null, null, undefined],
  ];
  test.each(BODIES)("a body of %s: %j", async (type, body, read) => {
    expect((await clientOf(of(type, body)).api["GET /plain"]()).body).toEqual(read);
  });

  test("of HEAD have no body", async () => {
    const head = [route.head("/plain", { resolve: () => new Response() })];
    const api = client<OperationsOf<typeof head>>(ORIGIN, { fetch: async () => Response.json({}) });
    expect((await api["HEAD /plain"]()).body).toBeUndefined();
  });

  test.each([200, 500])("%i with invalid JSON is an error that has the status", async (status) => {
    const html = new Response("<h1>", { status, headers: { "Content-Type": "application/json" } });
    const error = await clientOf(html)
      .api["GET /plain"]()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({
      name: "ResponseError",
      status,
      message: `GET /plain responded with ${status} and invalid JSON (4 characters).`,
      cause: expect.any(SyntaxError),
    });
  });

  test("that redirect are not followed", async () => {
    const { status, headers, body } = await api["GET /moved"]();
    expect([status, headers.get("Location"), body]).toEqual([303, `${ORIGIN}/text`, undefined]);
    const { api: moved, requests } = clientOf();
    await moved["GET /moved"]();
    expect(requests[0]?.redirect).toBe("manual");
  });

  test("that redirect are an error if the browser hides them", async () => {
    const hidden = Object.defineProperties(new Response(), {
      type: { value: "opaqueredirect" },
      status: { value: 0 },
    });
    await expect(clientOf(hidden).api["GET /moved"]()).rejects.toMatchObject({ name: "ResponseError", status: 0 });
  });

  test("a network error or an abort is rethrown unchanged", async () => {
    const failure = new Error("offline");
    const offline = client<Api>(ORIGIN, { fetch: () => Promise.reject(failure) });
    await expect(offline["GET /plain"]()).rejects.toBe(failure);
    const aborted = client<Api>(ORIGIN, { fetch: async (url, init) => fetch(new Request(url, init)) });
    const signal = AbortSignal.abort();
    await expect(aborted["GET /plain"]({ signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("headers", () => {
  test("of the client are read once, so that an iterator serves every call", async () => {
    const sent: (string | null)[] = [];
    const fetch: ClientOptions["fetch"] = async (url, init) => {
      sent.push(new Request(url, init).headers.get("X-A"));
      return new Response();
    };
    const headers = new Map([["X-A", "a"]]).entries() as Iterable<[string, string]> as HeadersInit;
    const api = client<Api>(ORIGIN, { fetch, headers });
    for (let n = 0; n < 2; n++) await api["GET /plain"]();
    expect(sent).toEqual(["a", "a"]);
  });

  test("of a call are preferred to those of the client", async () => {
    const requests: Request[] = [];
    const fetch: ClientOptions["fetch"] = async (url, init) => {
      requests.push(new Request(url, init));
      return new Response();
    };
    const api = client<Api>(ORIGIN, { fetch, headers: { Authorization: "Bearer a", "X-A": "a" } });
    await api["GET /plain"]({ headers: new Headers({ "x-a": "b", "X-B": "b" }) });
    await api["GET /plain"]();
    expect(requests.map(({ headers }) => [...headers])).toEqual([
      [
        ["authorization", "Bearer a"],
        ["x-a", "b"],
        ["x-b", "b"],
      ],
      [
        ["authorization", "Bearer a"],
        ["x-a", "a"],
      ],
    ]);
  });
});

describe("the bookmark of the database", () => {
  const mark = (n: number) => `0000000${n}-00000000-00004ce1-${"0".repeat(32)}`;
  const marked = (value: string) => new Response(null, { headers: { "X-D1-Bookmark": value } });

  test("of a response is sent with the requests after it, and the newest one is kept", async () => {
    const { api, requests } = clientOf(marked(mark(2)), new Response(), marked(mark(1)), marked(mark(3)));
    for (let n = 0; n < 5; n++) await api["GET /plain"]();
    const sent = requests.map(({ headers }) => headers.get("X-D1-Bookmark"));
    expect(sent).toEqual([null, mark(2), mark(2), mark(2), mark(3)]);
  });

  const MALFORMED = [
    "garbage",
    "first-primary",
    mark(1).slice(1),
    `${mark(1)}0`,
    mark(1).toUpperCase(),
    "f".repeat(59),
  ];
  test.each(MALFORMED)("%j is not kept", async (value) => {
    const { api, requests } = clientOf(marked(value));
    for (let n = 0; n < 2; n++) await api["GET /plain"]();
    expect(requests.map(({ headers }) => headers.has("X-D1-Bookmark"))).toEqual([false, false]);
  });

  test("is not shared by clients, and a call may name another", async () => {
    const { api, requests } = clientOf(marked(mark(1)));
    await api["GET /plain"]();
    await api["GET /plain"]({ headers: { "X-D1-Bookmark": mark(2) } });
    expect(requests[1]?.headers.get("X-D1-Bookmark")).toBe(mark(2));
    const other = clientOf();
    await other.api["GET /plain"]();
    expect(other.requests[0]?.headers.has("X-D1-Bookmark")).toBe(false);
  });
});

describe("the object", () => {
  const loose = api as unknown as Record<string, (input?: object) => Promise<unknown>>;

  test("is not a promise, can be printed, and has no symbols", async () => {
    expect(await Promise.resolve(api)).toBe(api);
    expect(JSON.stringify(api)).toBe("{}");
    expect(`${typeof (api as never)[Symbol.iterator]}`).toBe("undefined");
  });

  test.each([
    "getNotes",
    "",
    "/notes",
    "get /notes",
    "GET notes",
    "GET",
    "* /notes",
    "constructor",
    "toString",
    "__proto__",
  ])("%j is no operation", async (key) => {
    expect(await refusalOf(() => loose[key])).toBe(
      `The client has no "${key}". Write a method and a path, such as "GET /api/notes/:id".`,
    );
  });
});

describe("the base URL", () => {
  test.each([
    ["https://a.example", "https://a.example/plain"],
    ["https://a.example/", "https://a.example/plain"],
    ["https://a.example:8443/app/", "https://a.example:8443/app/plain"],
    ["http://[::1]:8787", "http://[::1]:8787/plain"],
  ])("%s gives %s", async (baseUrl, url) => {
    const urls: string[] = [];
    const api = client<Api>(baseUrl, {
      fetch: async (sent) => {
        urls.push(sent);
        return new Response();
      },
    });
    await api["GET /plain"]();
    expect(urls).toEqual([url]);
  });

  test.each([
    "",
    "/",
    "a.example",
    "//a.example",
    "ftp://a.example",
    "https://a.example?x",
    "https://a.example/#x",
    "https://a.example/?",
    "https://a.example/app#",
    "https://u:p@a.example",
  ])("%j is refused", async (baseUrl) => {
    expect(await refusalOf(() => client<Api>(baseUrl))).toBe(
      `The base URL is "${baseUrl}". Write one such as "https://example.com".`,
    );
  });
});
