/** The pages in the navigation. */
import type { AppFacts, NavigationEntry } from "../../env.ts";

/** @param role Undefined for a visitor who is not signed in. */
export function pagesFor(
  { navigation }: Pick<AppFacts, "navigation">,
  role: "user" | "admin" | undefined,
): readonly NavigationEntry[] {
  const visible = ["anyone", ...(role ? ["user"] : []), ...(role === "admin" ? ["admin"] : [])];
  return navigation.filter((entry) => visible.includes(entry.for));
}
