/** Decides the origin of a deployed app, with which links in its e-mails begin. */

/** The part of `wrangler.toml` that the decision depends on. */
export interface OriginConfig {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly routes?: readonly (string | { readonly pattern: string; readonly custom_domain?: boolean })[] | undefined;
}

/**
 * Takes the variable `PUBLIC_ORIGIN`, else the first custom domain, else the user's answer.
 *
 * @param ask Asks the user at the terminal; null if the terminal is not interactive.
 * @param place Where the user can set the variable.
 * @throws Error with a message of one line if there is no origin, or if it is not an https origin.
 *
 * @example
 * const origin = await decidePublicOrigin({ vars: {}, routes: [{ pattern: "example.com", custom_domain: true }] }, null);
 */
export async function decidePublicOrigin(
  { vars, routes = [] }: OriginConfig,
  ask: (() => Promise<string>) | null,
  place = "PUBLIC_ORIGIN in wrangler.toml",
): Promise<string> {
  if (vars.PUBLIC_ORIGIN) return requireOrigin(vars.PUBLIC_ORIGIN, "PUBLIC_ORIGIN");
  const domain = routes.find((route) => typeof route === "object" && route.custom_domain === true);
  if (typeof domain === "object")
    return requireOrigin(`https://${domain.pattern}`, "The custom domain in wrangler.toml");
  if (ask) return requireOrigin((await ask()).trim(), "The answer");
  throw new Error(`Nothing was deployed: set ${place} to the app's origin, such as https://example.com`);
}

function requireOrigin(value: unknown, name: string): string {
  const isOrigin = typeof value === "string" && /^https:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/.test(value);
  if (isOrigin && URL.canParse(value) && new URL(value).origin === value) return value;
  throw new Error(
    `Nothing was deployed: ${name} must be an origin such as https://example.com, not ${JSON.stringify(value)}`,
  );
}
