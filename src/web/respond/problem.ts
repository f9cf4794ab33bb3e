/** Error responses: problem details (RFC 9457), which `showErrorPage` turns into a page for a browser. */
import type { InputErr } from "../../http/index.ts";

const MEDIA_TYPE = "application/problem+json";

/** The statuses of error responses, with their names from RFC 9110 and RFC 6585. */
export const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
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

/** The locals that an error response needs. */
export interface ProblemLocals {
  readonly requestId: string;
}

/** Additional members of a problem, and headers of its response. */
export interface ProblemExtras {
  readonly members?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param detail Describes the error to a person, without internals. */
export function problem(
  { requestId }: ProblemLocals,
  status: RefusalStatus,
  detail: string,
  { members, headers }: ProblemExtras = {},
): Response {
  const body = { type: "about:blank", title: TITLES[status], status, detail, requestId, ...members };
  return Response.json(body, {
    status,
    headers: { "Cache-Control": "no-store", ...headers, "Content-Type": MEDIA_TYPE },
  });
}

/** Whether a response is a problem. A stored file of this type is not, since its status is below 400. */
export function isProblem({ status, headers }: Response): boolean {
  return status >= 400 && headers.get("Content-Type") === MEDIA_TYPE;
}

/** The problem for invalid input, with all issues: 413 for a body over its limit, otherwise 400. */
export function invalidInput(locals: ProblemLocals, { issues }: InputErr): Response {
  const isTooLarge = issues.some((issue) => issue.part === "body" && issue.code === "too_large");
  const detail = issues.map(({ part, path, message }) => `${[part, ...path].join(".")}: ${message}`).join("; ");
  return problem(locals, isTooLarge ? 413 : 400, detail, { members: { issues } });
}

/** The problem for a field of a body that is invalid for a reason outside its schema. */
export function invalidField(locals: ProblemLocals, field: string, message: string): Response {
  const issues = [{ part: "body", path: [field], message }];
  return problem(locals, 400, `body.${field}: ${message}`, { members: { issues } });
}
