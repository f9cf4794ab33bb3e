/** Loads the data about the visitor and the app that every page shows. */
import { loadManifest } from "../assets/load-manifest.ts";
import { assetUrl, type Manifest, moduleUrls } from "../assets/manifest.ts";
import type { AppContext } from "../env.ts";
import type { Handler } from "../http/index.ts";
import { logFailure } from "../web/app/log.ts";
import { rowIdOf } from "../web/app/policy.ts";
import type { PageContext } from "../web/pages/layout.ts";
import { isMailOn } from "./mail/providers.ts";
import type { SessionLocals } from "./sessions/page-session.ts";

interface Page extends AppContext<SessionLocals> {
  /** For the link to its row in the policy. */
  readonly route?: Pick<Handler, "method" | "path">;
}

/** Also takes the messages for this page: call it once, and only for a page that is shown. */
export async function loadPageContext({ request, locals, route }: Page): Promise<PageContext> {
  const { app, env, session } = locals;
  const seesPolicy = env.ENVIRONMENT === "development" || session.user?.role === "admin";
  const manifest = await loadManifestOrNone({ locals });
  return {
    app,
    user: session.user ?? undefined,
    path: new URL(request.url).pathname,
    csrf: session.csrf,
    ...(seesPolicy &&
      app.paths.policy !== undefined &&
      route && { policyPath: `${app.paths.policy}#${rowIdOf(route)}` }),
    isMailOn: isMailOn(env),
    flashes: session.takeFlashes(),
    assetUrl: (path) => assetUrl(manifest, path),
    moduleUrls: (path) => moduleUrls(manifest, path),
  };
}

/** Without a manifest, a page names its files by their plain addresses. */
async function loadManifestOrNone(c: Pick<AppContext, "locals">): Promise<Manifest> {
  try {
    return await loadManifest(c);
  } catch (error) {
    logFailure("The asset manifest could not be read", error, c.locals.requestId);
    return {};
  }
}
