/** What pages are told of whoever looks at them. */
import type { Visitor } from "../web/layout.ts";
import type { SessionLocals } from "./page-session.ts";

/** Takes the messages for this page, too: call it once, for a page that is shown. */
export function visitorOf({ session }: SessionLocals): Visitor {
  return { name: session.user?.name, csrf: session.csrf, flashes: session.takeFlashes() };
}
