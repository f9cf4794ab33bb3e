/** What pages are told of whoever looks at them. */
import { assetUrl, readManifest } from "../assets/manifest.ts";
import type { AppLocals } from "../env.ts";
import type { Visitor } from "../web/layout.ts";
import type { SessionLocals } from "./page-session.ts";

/** Takes the messages for this page, too: call it once, for a page that is shown. */
export async function visitorOf({ env, session }: AppLocals & SessionLocals): Promise<Visitor> {
  const manifest = await readManifest(env.ASSET_MANIFEST);
  const { csrf, user } = session;
  return { name: user?.name, csrf, flashes: session.takeFlashes(), assetUrl: (path) => assetUrl(manifest, path) };
}
