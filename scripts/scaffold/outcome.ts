/** What a command has to say when it ends. */

export interface Outcome {
  readonly isDone: boolean;
  /** For people. */
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

/** A list under its title; nothing where the list is empty. */
export function titled(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ["", title, ...list(items)];
}
