/** Access to a request's parsed form or JSON body, for guards that run after it was parsed. */
import type { Context } from "../../http/index.ts";

/** The locals of `requireForm`, if the route has that guard. */
export interface ParsedForm {
  readonly parsed?: { readonly success: boolean; readonly data?: unknown };
}

/** The context of a guard that reads the input. */
export type InputContext<TLocals> = Context<unknown, unknown, unknown, TLocals>;

/** Whether the input, including a form, matches its schemas. */
export function hasValidInput({ input, locals }: InputContext<ParsedForm>): boolean {
  return input.ok && locals.parsed?.success !== false;
}

/** @returns A field of valid input, if it is a string; otherwise undefined. */
export function fieldOf(c: InputContext<ParsedForm>, name: string): string | undefined {
  if (!c.input.ok || !hasValidInput(c)) return undefined;
  const data = c.locals.parsed ? c.locals.parsed.data : c.input.body;
  const value: unknown = typeof data === "object" && data && Object.hasOwn(data, name) ? Reflect.get(data, name) : null;
  return typeof value === "string" ? value : undefined;
}
