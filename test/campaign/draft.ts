/** A request before it is sent, which the campaign changes, and a failure prints. */
import { Buffer } from "node:buffer";
import type { PreparedRequest } from "../route-requests.ts";

export interface Draft {
  method: string;
  /** Percent-encoded as it will be sent, without the query. */
  path: string;
  /** Without the question mark. */
  query: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | undefined;
}

export async function toDraft({ path, init }: PreparedRequest): Promise<Draft> {
  const request = new Request(new URL(path, ORIGIN), init);
  const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    headers: new Headers(request.headers),
    body,
  };
}

export const ORIGIN = "http://localhost";

/** @returns Undefined if no client can send it, for example because of an invalid method. */
export function toRequest({ method, path, query, headers, body }: Draft): Request | undefined {
  const url = `${ORIGIN}${path}${query && `?${query}`}`;
  const hasBody = body !== undefined && !["GET", "HEAD"].includes(method);
  try {
    return new Request(url, { method, headers: new Headers(headers), redirect: "manual", ...(hasBody && { body }) });
  } catch {
    return undefined;
  }
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;

export function textOf({ body }: Draft): string {
  return Buffer.from(body ?? []).toString();
}

export function setText(draft: Draft, text: string): void {
  draft.body = new Uint8Array(Buffer.from(text));
}

/** @returns Undefined unless the body is an object in JSON. */
export function membersOf(draft: Draft): Record<string, unknown> | undefined {
  if (!JSON_TYPE.test(draft.headers.get("Content-Type") ?? "")) return undefined;
  try {
    const value: unknown = JSON.parse(textOf(draft));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** @returns Undefined unless the body is a URL-encoded form. */
export function fieldsOf(draft: Draft): URLSearchParams | undefined {
  return FORM_TYPE.test(draft.headers.get("Content-Type") ?? "") ? new URLSearchParams(textOf(draft)) : undefined;
}

/** Returns all text of the request, both as it is sent and decoded. */
export function sentTextOf(draft: Draft): string {
  const { path, query, headers } = draft;
  const text = [path, query, JSON.stringify([...headers]), textOf(draft)].join("\n");
  return `${text}\n${text.replaceAll("+", " ").replaceAll(/%[0-9a-f]{2}/gi, decodeByte)}`;
}

const decodeByte = (code: string) => String.fromCharCode(Number.parseInt(code.slice(1), 16));

const MAX_PRINTED = 600;

export function printDraft(draft: Draft): string {
  const { method, path, query, headers, body } = draft;
  const lines = [
    `${method} ${path}${query && `?${query}`}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
  ];
  const shown = body === undefined ? [] : ["", `${JSON.stringify(textOf(draft))} (${body.length} bytes)`];
  return [...lines, ...shown].map((line) => cut(line)).join("\n");
}

/** Shortens a text that would fill the screen. */
export function cut(text: string): string {
  return text.length > MAX_PRINTED ? `${text.slice(0, MAX_PRINTED)}… (${text.length} characters)` : text;
}
