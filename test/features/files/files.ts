/** What the tests of files share: bytes, forms made by hand, uploads, and what is stored after them. */

import { createScheduledController, env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { expect, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import type { File } from "../../../src/features/files/schema.ts";
import type { UploadSlot } from "../../../src/features/files/upload-slots.ts";
import worker from "../../../src/index.ts";
import { type Account, send } from "../../harness.ts";

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The slot of an upload that no limit counts. */
export const SLOT: UploadSlot = { touch() {}, release() {}, ended: Promise.resolve() };

export type Headers = Readonly<Record<string, string>>;
export type Body = Uint8Array<ArrayBuffer> | ReadableStream | string;

/** Bytes of no type, other ones for each seed. */
export function bytesOf(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let word = seed;
  for (let i = 0; i < words.length; i++) words[i] = word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
  return new Uint8Array(words.buffer, 0, size);
}

/** By the runtime's own implementation, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}

const BOUNDARY = "a-boundary-of-tests";
const OPENING = `--${BOUNDARY}\r\n`;
export const CLOSING = `--${BOUNDARY}--\r\n`;

/** For the head of a request. */
export const FORM_TYPE = { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` };

/** One part of a form; its header as it stands. */
export function part(header: string | Uint8Array, body: string | Uint8Array = "content"): Buffer {
  const pieces = [OPENING, header, "\r\n\r\n", body, "\r\n"];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

export function filePart(filename: string, body: string | Uint8Array = "content", type?: string): Buffer {
  const typed = type === undefined ? "" : `\r\nContent-Type: ${type}`;
  return part(`Content-Disposition: form-data; name="file"; filename="${filename}"${typed}`, body);
}

export function textPart(body: string | Uint8Array = "text"): Buffer {
  return part('Content-Disposition: form-data; name="text"', body);
}

export function formOf(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Buffer.concat([...parts, CLOSING].map((piece) => Buffer.from(piece)));
}

/** A body of unknown length; each chunk is made when it is asked for. */
export function streamFrom(chunks: AsyncIterator<Uint8Array>): ReadableStream {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const { done, value } = await chunks.next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** @param ending An error at which the body breaks off. */
export function streamOf(bytes: Uint8Array, ending?: Error, chunkBytes = 64 * KIB): ReadableStream {
  async function* cut() {
    for (let sent = 0; sent < bytes.byteLength; sent += chunkBytes) yield bytes.slice(sent, sent + chunkBytes);
    if (ending) throw ending;
  }
  return streamFrom(cut());
}

/** As many requests as a test wants. */
const UNLIMITED = { API_RATE_LIMIT: 100_000 };

export function putFile(
  { headers }: Pick<Account, "headers">,
  name: string,
  body: Body,
  extra: Headers = {},
  bindings: Partial<Env> = {},
): Promise<Response> {
  const init = { method: "PUT", headers: { ...headers, ...extra }, body };
  return send(`/api/files/${encodeURIComponent(name)}`, init, { ...UNLIMITED, ...bindings });
}

export function postForm(
  { headers }: Pick<Account, "headers">,
  body: Body,
  extra: Headers = {},
  bindings: Partial<Env> = {},
): Promise<Response> {
  const init = { method: "POST", headers: { ...headers, ...FORM_TYPE, ...extra }, body };
  return send("/api/files", init, { ...UNLIMITED, ...bindings });
}

/** Uploads and gives back the file. */
export async function storeFile(account: Account, name: string, body: Body, extra: Headers = {}): Promise<File> {
  const response = await putFile(account, name, body, extra);
  if (response.status !== 201) throw new Error(await response.text());
  return response.json<File>();
}

/** Everything stored: the bucket's objects and the files' objects with their sizes, and the pending objects. */
export async function stored() {
  const { objects } = await env.FILES.list();
  const files = await env.DB.prepare("SELECT object_key AS key, size FROM files").all<{ key: string; size: number }>();
  const pending = await env.DB.prepare("SELECT object_key AS key FROM pending_objects").all<{ key: string }>();
  return {
    objects: Object.fromEntries(objects.map(({ key, size }) => [key, size])),
    files: Object.fromEntries(files.results.map(({ key, size }) => [key, size])),
    pending: pending.results.map(({ key }) => key),
  };
}

export async function expectNothingStored(): Promise<void> {
  expect(await stored()).toEqual({ objects: {}, files: {}, pending: [] });
}

/** Each file has its object and each object its file, of one size, and nothing is left to be done. */
export async function expectInOrder(count: number): Promise<void> {
  const { objects, files, pending } = await stored();
  expect({ objects, pending }).toEqual({ objects: files, pending: [] });
  expect(Object.keys(files)).toHaveLength(count);
}

export async function emptyStorage(): Promise<void> {
  await env.DB.batch([env.DB.prepare("DELETE FROM files"), env.DB.prepare("DELETE FROM pending_objects")]);
  const { objects } = await env.FILES.list();
  if (objects.length > 0) await env.FILES.delete(objects.map(({ key }) => key));
}

/** What the platform does at night, some hours from now. */
export async function sweep(hours = 0, bindings: Partial<Env> = {}): Promise<void> {
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + hours * 60 * 60 * 1000);
  try {
    await worker.scheduled(createScheduledController(), { ...env, ...bindings });
  } finally {
    clock.mockRestore();
  }
}

/** A day later and one more: by then it looked at everything, and once more at what might have landed late. */
export async function sweepAll(): Promise<void> {
  await sweep(25);
  const { objects, files } = await stored();
  expect(objects).toEqual(files);
  await sweep(50);
}

/** The status and the media type of a refusal, and the status in its problem. */
export async function refusal(response: Response): Promise<[status: number, type: string | null, told: unknown]> {
  const { status } = await response.json<{ status: unknown }>();
  return [response.status, response.headers.get("Content-Type"), status];
}

export type Storage = Pick<Env, "DB" | "FILES">;

/** Stands around every call of the storage: it makes the call, or not. */
export type Around = <T>(call: () => Promise<T>, name: string) => Promise<T>;

/** Passes some methods of an object through `around`, and replaces others. */
function watch<T extends object>(
  target: T,
  around: Around,
  watched: readonly (keyof T)[],
  replaced: Partial<T> = {},
): T {
  return new Proxy(target, {
    get(_, key) {
      if (Object.hasOwn(replaced, key)) return Reflect.get(replaced, key);
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== "function") return method;
      const call = (...given: unknown[]) => Reflect.apply(method, target, given);
      const isWatched = watched.some((name) => name === key);
      return isWatched ? (...given: unknown[]) => around(async () => call(...given), String(key)) : call;
    },
  });
}

/** The storage of the tests, with `around` around all that goes to the database or the bucket. */
export function storageThrough(around: Around): Storage {
  const statements = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const watchStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
    const bind = (...values: unknown[]) => watchStatement(statement.bind(...values));
    const watched = watch(statement, around, ["all", "first", "run", "raw"], { bind });
    statements.set(watched, statement);
    return watched;
  };
  const DB = watch(env.DB, around, ["exec", "dump"], {
    prepare: (sql) => watchStatement(env.DB.prepare(sql)),
    batch: (batch) => around(() => env.DB.batch(batch.map((made) => statements.get(made) ?? made)), "batch"),
  });
  const FILES = watch(env.FILES, around, ["put", "get", "head", "list", "delete"], {
    createMultipartUpload: (key, options) =>
      around(async () => {
        const upload = await env.FILES.createMultipartUpload(key, options);
        return watch(upload, around, ["uploadPart", "complete", "abort"]);
      }, "createMultipartUpload"),
  });
  return { DB, FILES };
}
