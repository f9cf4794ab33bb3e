/** Errors of the JSON API: problem details (RFC 9457). */
import type { AppFacts } from "../../env.ts";
import type { InputErr } from "../../http/index.ts";

/** The statuses that the app refuses with, and what RFC 9110 and RFC 6585 call them. */
export const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  422: "Unprocessable Content",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

export type RefusalStatus = keyof typeof TITLES;

/** The locals that a problem is told with. */
export interface ProblemLocals {
  readonly requestId: string;
  /** For the links of the page that answers a browser. */
  readonly app?: AppFacts | undefined;
}

/** Further members of a problem, and headers of its response. */
export interface ProblemExtras {
  readonly members?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param detail What was wrong with this request, for a person; nothing internal. */
export function problem(
  { requestId }: ProblemLocals,
  status: RefusalStatus,
  detail: string,
  { members, headers }: ProblemExtras = {},
): Response {
  const body = { type: "about:blank", title: TITLES[status], status, detail, requestId, ...members };
  return Response.json(body, {
    status,
    headers: { "Cache-Control": "no-store", ...headers, "Content-Type": "application/problem+json" },
  });
}

/** The problem of a request whose input does not fit: 413 for a body over its limit, else 400, with every issue. */
export function invalidInput(locals: ProblemLocals, { issues }: InputErr): Response {
  const isTooLarge = issues.some((issue) => issue.part === "body" && issue.code === "too_large");
  const detail = issues.map(({ part, path, message }) => `${[part, ...path].join(".")}: ${message}`).join("; ");
  return problem(locals, isTooLarge ? 413 : 400, detail, { members: { issues } });
}

/** The problem of one field of a body that does not fit for a reason that its schema cannot know. */
export function invalidField(locals: ProblemLocals, field: string, message: string): Response {
  const issues = [{ part: "body", path: [field], message }];
  return problem(locals, 400, `body.${field}: ${message}`, { members: { issues } });
}
