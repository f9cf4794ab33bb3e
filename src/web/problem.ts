/** Errors of the JSON API: problem details (RFC 9457). */
import type { InputErr } from "../http/index.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The locals that a problem is told with. */
export interface ProblemLocals {
  readonly requestId: string;
}

/**
 * @param detail What was wrong with this request, for a person; nothing internal.
 * @param more Further members of the problem, and headers of the response.
 */
export function problem(
  { requestId }: ProblemLocals,
  status: keyof typeof TITLES,
  detail: string,
  more: { readonly members?: object; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const body = { type: "about:blank", title: TITLES[status], status, detail, requestId, ...more.members };
  return Response.json(body, { status, headers: { ...more.headers, "Content-Type": "application/problem+json" } });
}

/** The problem of a request whose input does not fit: 413 for a body over its limit, else 400, with every issue. */
export function invalidInput(locals: ProblemLocals, { issues }: InputErr): Response {
  const isTooLarge = issues.some((issue) => issue.part === "body" && issue.code === "too_large");
  const detail = issues.map(({ part, path, message }) => `${[part, ...path].join(".")}: ${message}`).join("; ");
  return problem(locals, isTooLarge ? 413 : 400, detail, { members: { issues } });
}
