/** What guards behind the body read of a request's input: of the form that a guard has parsed, or of the JSON body. */
import type { Context } from "../../http/index.ts";

/** What `requireForm` supplies, where it stands before. */
export interface ParsedForm {
  readonly parsed?: { readonly success: boolean; readonly data?: unknown };
}

type ValidatedContext = Context<unknown, unknown, unknown, ParsedForm>;

/** Whether the input fits its schemas. */
export function hasValidInput({ input, locals }: ValidatedContext): boolean {
  return input.ok && locals.parsed?.success !== false;
}

/** @returns The text of a field of input that fits; undefined without it. */
export function fieldOf(c: ValidatedContext, name: string): string | undefined {
  if (!c.input.ok || !hasValidInput(c)) return undefined;
  const data = c.locals.parsed ? c.locals.parsed.data : c.input.body;
  const value: unknown = typeof data === "object" && data && Object.hasOwn(data, name) ? Reflect.get(data, name) : null;
  return typeof value === "string" ? value : undefined;
}
