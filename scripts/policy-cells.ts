/**
 * The cells of the printed policy, written and read: columns are two or more spaces apart, names in a list have an arrow
 * between them. A text that contains a separator, or a character that cannot be seen, has it as an escape such as `\u{a}`.
 */
import type { PolicyGuard } from "../src/web/app/policy.ts";

/** A guard as the policy prints it. */
export type PrintedGuard = Pick<PolicyGuard, "name" | "detail" | "phase">;

/** Stands for an empty cell. */
export const NONE = "-";
const ANONYMOUS = "(anonymous)";
const ARROW = " → ";

/** An arrow, a space at an edge or beside another, the start of an escape, and invisible characters. */
const SPECIAL = /→|^ | (?= |$)|\\(?=u\{)|(?! )[\p{C}\p{Z}]/gu;
const ESCAPE = /\\u\{([\da-f]+)\}/g;
/** The name, the detail up to the last parenthesis, and the mark of a guard that runs after the body has been read. */
const GUARD = /^(\(anonymous\)|[^()*→]+)(?:\((.+)\))?(\*?)$/;

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Makes a text one cell. Most texts stay as they are. */
export function escapeCell(text: string): string {
  return text.replace(SPECIAL, escapeCharacter);
}

/** Undoes `escapeCell`. @throws {RangeError} For an escape that is not a character. */
export function unescapeCell(cell: string): string {
  return cell.replace(ESCAPE, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

/** A name that contains neither a detail nor a mark, and does not look like an empty cell. */
function escapeName(name: string): string {
  return name === ANONYMOUS ? name : escapeCell(name).replace(/[()*]|^-$/g, escapeCharacter);
}

/** The full name of a guard, without its phase. */
export function formatGuardName({ name, detail }: Pick<PrintedGuard, "name" | "detail">): string {
  return escapeName(name) + (detail ? `(${escapeCell(detail)})` : "");
}

export function formatGuards(guards: readonly PrintedGuard[]): string {
  return joinList(guards.map((guard) => formatGuardName(guard) + (guard.phase === "head" ? "" : "*")));
}

/** @returns Undefined for a cell that is not a list of guards. */
export function parseGuards(cell: string): PrintedGuard[] | undefined {
  const found = splitList(cell).map((text) => GUARD.exec(text));
  const guards = found.flatMap((match) => (match ? [toGuard(match)] : []));
  return guards.length === found.length ? guards : undefined;
}

function toGuard([, name = "", detail, mark]: RegExpExecArray): PrintedGuard {
  const phase = mark === "*" ? "input" : "head";
  return { name: unescapeCell(name), phase, ...(detail && { detail: unescapeCell(detail) }) };
}

export function formatNames(names: readonly string[]): string {
  return joinList(names.map(escapeName));
}

export function parseNames(cell: string): string[] {
  return splitList(cell).map(unescapeCell);
}

function joinList(texts: readonly string[]): string {
  return texts.join(ARROW) || NONE;
}

function splitList(cell: string): string[] {
  return cell === NONE ? [] : cell.split(ARROW);
}
