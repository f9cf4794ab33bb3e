/** The pages that the head of every page leads to: a feature offers its own, so they come and go with it. */

/** A page to go to. */
export interface NavigationEntry {
  readonly label: string;
  readonly path: string;
  /** Who sees it; whether they may open it is for the guards to say. */
  readonly for: "anyone" | "user" | "admin";
}

const offered = new Map<string, NavigationEntry>();

/** Offers a page, when its feature loads. */
export function offerPage(entry: NavigationEntry): void {
  offered.set(entry.path, entry);
}

/** Brings the pages into the order of the app's routes. */
export function orderPages(routes: readonly { readonly path: string }[]): void {
  const place = ({ path }: NavigationEntry) => routes.findIndex((route) => route.path === path);
  const entries = [...offered.values()].sort((a, b) => place(a) - place(b));
  offered.clear();
  for (const entry of entries) offerPage(entry);
}

/** @param role Undefined for who has not signed in. */
export function pagesFor(role: "user" | "admin" | undefined): readonly NavigationEntry[] {
  const seen = ["anyone", ...(role ? ["user"] : []), ...(role === "admin" ? ["admin"] : [])];
  return [...offered.values()].filter((entry) => seen.includes(entry.for));
}

/** Where who is signed in begins: at the first page for users, and without one at the front page. */
export function startPath(): string {
  return pagesFor("user").find((entry) => entry.for === "user")?.path ?? "/";
}
