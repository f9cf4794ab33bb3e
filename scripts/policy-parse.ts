/** Reads a printed policy: the inverse of `formatPolicy`, for everything that is printed. */
import type { PolicyExceptions } from "../src/env.ts";
import type { AppHooks, PolicyRoute } from "../src/web/app/policy.ts";
import { NONE, type PrintedGuard, parseGuards, parseNames, unescapeCell } from "./policy-cells.ts";
import { type PrintedLimit, parseLimit } from "./policy-limits.ts";
import { TITLES } from "./policy-text.ts";

/** A route as the policy prints it. `OPTIONS *` stands for every preflight. */
export interface PrintedRoute extends Pick<PolicyRoute, "methods" | "path" | "cors" | "schemas" | "maxBodyBytes"> {
  readonly guards: readonly PrintedGuard[];
  readonly onResponse: readonly string[];
  readonly onError: readonly string[];
}

/** The contents of a printed policy. Statuses of denials and levels of hooks are not printed. */
export interface PrintedPolicy {
  readonly hooks: AppHooks;
  readonly routes: readonly PrintedRoute[];
  /** Empty for a text from before limits were printed. */
  readonly limits: readonly PrintedLimit[];
  readonly exceptions: PolicyExceptions;
}

/** A line that `formatPolicy` does not write. */
export class PolicyTextError extends Error {
  override readonly name = "PolicyTextError";
}

const HOOKS = ["onRequest", "onResponse", "onError", "onSend"] as const;
const PARTS = ["params", "query", "body"] as const;
const METHODS = /^[^\s,]+(?:, [^\s,]+)*$/;
const INPUT = /^((?:params|query|body)(?:, (?:params|query|body))*)?(?:(?:^| )≤ ([\d.e+-]+|Infinity) B)?$/;
const ROUTE_HOOK = /^(onResponse|onError): (.+)$/;

/** @throws {PolicyTextError} For a text that `formatPolicy` does not write. It names the line. */
export function parsePolicy(text: string): PrintedPolicy {
  const lines = text.split("\n");
  let at = 0;
  const read = <T>(parse: (line: string) => T | undefined): T => {
    const line = lines[at++] ?? "";
    const parsed = tryTo(() => parse(line));
    if (parsed === undefined)
      throw new PolicyTextError(`Line ${at} is not a line of a policy: ${JSON.stringify(line)}`);
    return parsed;
  };
  const readUntilEmpty = <T>(parse: (line: string) => T | undefined): T[] => {
    const found: T[] = [];
    while (lines[at]) found.push(read(parse));
    return found;
  };
  const expectLine = (expected: string) => read((line) => line === expected || undefined);
  const readSection = <T>(title: string, parse: (line: string) => T | undefined): T[] => {
    if (lines[at] !== "" || lines[at + 1] !== title) return [];
    at += 2;
    return readUntilEmpty(parse);
  };

  expectLine(TITLES.hooks);
  const [onRequest = [], onResponse = [], onError = [], onSend = []] = HOOKS.map((hook) =>
    read((line) => parseAppHook(line, hook)),
  );
  expectLine("");
  expectLine(TITLES.columns);
  const routes = readUntilEmpty(parseRoute);
  const limits = readSection(TITLES.limits, parseLimitLine);
  const exceptions = {
    unauthenticated: Object.fromEntries(readSection(TITLES.unauthenticated, parseException)),
    unlimited: Object.fromEntries(readSection(TITLES.unlimited, parseException)),
  };
  expectLine("");
  if (at < lines.length) read(() => undefined);
  return { hooks: { onRequest, onResponse, onError, onSend }, routes, limits, exceptions };
}

/** An escape of the text may not be a character. */
function tryTo<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** No cell contains two spaces in a row. */
function splitCells(line: string): string[] {
  return line.split(/ {2,}/);
}

function parseAppHook(line: string, hook: string): string[] | undefined {
  const [name, names, ...more] = splitCells(line);
  return name === hook && names && more.length === 0 ? parseNames(names) : undefined;
}

function parseRoute(line: string): PrintedRoute | undefined {
  const [methods = "", path = "", cors = "", inputCell = "", guardsCell = "", ...hookCells] = splitCells(line);
  const input = parseInput(inputCell);
  const guards = parseGuards(guardsCell);
  const hooks = hookCells.map((cell) => ROUTE_HOOK.exec(cell));
  if (!METHODS.test(methods) || path === "" || !["CORS", NONE].includes(cors)) return undefined;
  if (!input || !guards || hooks.includes(null)) return undefined;
  const namesOf = (hook: string) => parseNames(hooks.find((match) => match?.[1] === hook)?.[2] ?? NONE);
  return {
    methods: methods.split(", "),
    path: unescapeCell(path),
    cors: cors === "CORS",
    ...input,
    guards,
    onResponse: namesOf("onResponse"),
    onError: namesOf("onError"),
  };
}

function parseInput(cell: string): Pick<PrintedRoute, "schemas" | "maxBodyBytes"> | undefined {
  if (cell === NONE) return { schemas: [], maxBodyBytes: null };
  const [matched, parts, limit] = INPUT.exec(cell) ?? [];
  if (!matched) return undefined;
  const listed = parts?.split(", ") ?? [];
  return { schemas: PARTS.filter((part) => listed.includes(part)), maxBodyBytes: limit ? Number(limit) : null };
}

function parseLimitLine(line: string): PrintedLimit | undefined {
  const [name, numbers, ...more] = splitCells(line);
  return name && numbers && more.length === 0 ? parseLimit(name, numbers) : undefined;
}

function parseException(line: string): [label: string, reason: string] | undefined {
  const [method, path, reason, ...more] = splitCells(line);
  if (!method || !path || reason === undefined || more.length > 0) return undefined;
  return [`${method} ${unescapeCell(path)}`, unescapeCell(reason)];
}
