/** Loads the data about the visitor and the app that every page shows. */
import { assetUrl, readManifest } from "../assets/manifest.ts";
import type { AppContext } from "../env.ts";
import type { PageContext } from "../web/pages/layout.ts";
import type { SessionLocals } from "./sessions/page-session.ts";

/** Also takes the messages for this page: call it once, and only for a page that is shown. */
export async function loadPageContext({ request, locals }: AppContext<SessionLocals>): Promise<PageContext> {
  const { app, env, session } = locals;
  const manifest = await readManifest(env.ASSET_MANIFEST);
  return {
    app,
    user: session.user ?? undefined,
    path: new URL(request.url).pathname,
    csrf: session.csrf,
    flashes: session.takeFlashes(),
    assetUrl: (path) => assetUrl(manifest, path),
  };
}
