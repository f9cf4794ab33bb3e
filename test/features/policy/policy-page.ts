/** Reads the page that shows the policy. */
import { send } from "../../harness.ts";

/** A row of the table, as text. */
export interface ShownRow {
  /** The fragment of its address, such as `GET/notes`. */
  readonly id: string;
  readonly guards: readonly string[];
  /** Such as `deny (by requireAuth)`. */
  readonly verdict: string;
}

export async function openPolicy(
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
  bindings = {},
): Promise<Response> {
  return send(`/policy?${new URLSearchParams(query)}`, { headers }, bindings);
}

export async function readRows(...opening: Parameters<typeof openPolicy>): Promise<ShownRow[]> {
  return rowsIn(await (await openPolicy(...opening)).text());
}

export function rowsIn(page: string): ShownRow[] {
  return Array.from(page.matchAll(/<tr id="([^"]*)">([\s\S]*?)<\/tr>/g), ([, id = "", row = ""]) => ({
    id,
    guards: Array.from(row.matchAll(/<li[^>]*>([\s\S]*?)<\/li>/g), ([, item = ""]) =>
      textOf(item).replace("after the body: ", ""),
    ),
    verdict: textOf(/data-label="Verdict">([\s\S]*?)<\/td>/.exec(row)?.[1] ?? ""),
  }));
}

function textOf(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, "")
    .replaceAll("&quot;", '"')
    .replace(/\s+/g, " ")
    .trim();
}
