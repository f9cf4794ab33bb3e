/** Finds the page to return to after a request that a page sent. */
import type { AppLocals } from "../../env.ts";
import { nextPath } from "./next-path.ts";
import { isOwnOrigin } from "./own-origin.ts";

interface Sender {
  readonly request: Request;
  readonly locals: Pick<AppLocals, "env" | "app">;
}

/**
 * The path and query of the page that sent a request. If that page was the response to a form, its address may only
 * accept POST. Then this is the page of the navigation, or the account page, whose path that address begins with.
 *
 * @param address The address of the page, such as the header `Referer`.
 * @returns Undefined if there is no such page in this app.
 */
export function returnPath({ request, locals }: Sender, address: string | null): string | undefined {
  const page = URL.parse(address ?? "");
  if (!page || !isOwnOrigin(request, locals.env, page.origin)) return undefined;
  const { app } = locals;
  if (app.allowedMethods(page.pathname).includes("GET"))
    return nextPath(page.pathname + page.search, request.url, "") || undefined;
  return [...app.navigation.map(({ path }) => path), app.paths.account ?? ""]
    .filter((path) => path !== "" && page.pathname.startsWith(`${path}/`))
    .sort((a, b) => b.length - a.length)[0];
}
