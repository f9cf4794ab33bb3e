/** Follows the pager of a list, as a reader does. */

/**
 * Opens the next pages until there are no more, then the previous ones.
 *
 * @param open Gives the text of a page.
 * @returns The query of each page after the first.
 */
export async function followPager(open: (query: string) => Promise<string>, query: string): Promise<string[]> {
  const queries: string[] = [];
  let text = await open(query);
  for (const rel of ["next", "prev"]) {
    const link = new RegExp(`rel="${rel}"[^>]* href="([^"?]*)([^"]*)"|href="([^"?]*)([^"]*)"[^>]* rel="${rel}"`);
    for (let found = link.exec(text); found; found = link.exec(text)) {
      const next = (found[2] ?? found[4] ?? "").replaceAll("&amp;", "&");
      queries.push(next);
      text = await open(next);
    }
  }
  return queries;
}
