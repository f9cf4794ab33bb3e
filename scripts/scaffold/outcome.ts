/** The outcome of a command, and its report. */

export interface Outcome {
  readonly isDone: boolean;
  /** The report, for people. */
  readonly lines: readonly string[];
}

export function done(...lines: readonly string[]): Outcome {
  return { isDone: true, lines };
}

export function refused(...lines: readonly string[]): Outcome {
  return { isDone: false, lines };
}

export function list(items: readonly string[]): string[] {
  return items.map((item) => `- ${item}`);
}

/** A list with a title; nothing if the list is empty. */
export function titled(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ["", title, ...list(items)];
}
