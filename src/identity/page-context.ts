/** Loads the data about the visitor and the app that every page shows. */
import { loadedManifest, loadManifest } from "../assets/load-manifest.ts";
import { assetUrl, type Manifest, moduleUrls } from "../assets/manifest.ts";
import type { AppContext } from "../env.ts";
import type { Handler } from "../http/index.ts";
import { logFailure } from "../web/app/log.ts";
import { rowIdOf } from "../web/app/policy.ts";
import type { PageContext } from "../web/pages/layout.ts";
import { isMailOn } from "./mail/providers.ts";
import type { SessionLocals } from "./sessions/page-session.ts";
import { themeOf } from "./theme-route.ts";

interface Page extends AppContext<SessionLocals> {
  /** For the link to its row in the policy. */
  readonly route?: Pick<Handler, "method" | "path"> | undefined;
}

/** Also takes the messages for this page: call it once, and only for a page that is shown. */
export async function loadPageContext(c: Page): Promise<PageContext> {
  return createPageContext(c, await loadManifestOrNone(c), c.locals.session.takeFlashes());
}

/**
 * The context of an error page, which shows no messages: they are for the page that the user wanted.
 *
 * @param isFree Whether to use only a manifest that this isolate has already loaded, which costs nothing.
 */
export async function loadErrorContext(c: Page, isFree: boolean): Promise<PageContext> {
  return createPageContext(c, isFree ? loadedManifest(c) : await loadManifestOrNone(c), []);
}

function createPageContext(
  { request, locals, route }: Page,
  manifest: Manifest,
  flashes: PageContext["flashes"],
): PageContext {
  const { app, env, session } = locals;
  const isDevelopment = env.ENVIRONMENT === "development";
  const seesPolicy = isDevelopment || session.user?.role === "admin";
  return {
    app,
    user: session.user ?? undefined,
    homePath: session.user ? app.startPath : app.homePath,
    path: new URL(request.url).pathname,
    csrf: session.csrf,
    theme: themeOf(request, env),
    ...(seesPolicy &&
      app.paths.policy !== undefined &&
      route && { policyPath: `${app.paths.policy}#${rowIdOf(route)}` }),
    isDevelopment,
    isMailOn: isMailOn(env),
    flashes,
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
