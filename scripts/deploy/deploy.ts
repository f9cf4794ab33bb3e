/** Deploys the Worker of an environment, step by step. Each step can be repeated, so a failed deploy is run again. */
import { mailWarning } from "../mail-warning.ts";
import { decidePublicOrigin } from "../public-origin.ts";
import type { TomlObject } from "../scaffold/toml-values.ts";
import { environmentConfig, listOf, PRODUCTION, tableOf } from "./environment.ts";
import { ensureResources, namesOf, type ReadWrangler } from "./resources.ts";
import { findSecrets, listSecrets, requiredSecrets, withSecretsFile } from "./secrets.ts";

export interface DeployOptions {
  /** `production`, or the name of an environment beside it. */
  readonly environment: string;
  readonly isDryRun: boolean;
  /** The app's origin, in place of PUBLIC_ORIGIN. */
  readonly origin?: string | undefined;
}

/** The effects of a deploy outside this process. */
export interface DeployTools {
  /** Runs Wrangler with its output on the terminal. @throws Error if it fails. */
  show(args: readonly string[]): void;
  readonly read: ReadWrangler;
  /** Runs the checks of the project. @throws Error if one fails. */
  check(): void;
  /** Stores the configuration in a file. @returns Its path. */
  write(environment: string, config: TomlObject): string;
  /** Publishes the assets to the bucket and the namespace of the configuration. @returns The version of the manifest. */
  publish(config: TomlObject): Promise<string>;
  print(text: string): void;
  /** Asks for the origin; null without an interactive terminal. */
  readonly ask: (() => Promise<string>) | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws Error whose message says what failed. Completed steps stay done, and the deploy can be run again. */
export async function deploy(
  toml: TomlObject,
  { environment, isDryRun, origin: given }: DeployOptions,
  tools: DeployTools,
): Promise<void> {
  const config = environmentConfig(toml, environment);
  tools.print(describePlan(config, environment));
  const warn = (secrets: readonly string[]) => {
    const sendEmail = listOf(config.send_email).map((entry) => ({ name: entry.name }));
    const warning = mailWarning({ vars: tableOf(config.vars), send_email: sendEmail }, secrets);
    if (warning !== undefined) tools.print(warning);
  };
  if (isDryRun) {
    warn(requiredSecrets(config));
    tools.print("This is a dry run: it only builds the Worker.");
    tools.show(["deploy", "--dry-run", "--config", tools.write(environment, config)]);
    return;
  }
  const origin = await decidePublicOrigin(configOf(config, given), tools.ask, placeOf(environment));
  const name = String(config.name);
  const there = listSecrets(name, tools.read);
  const secrets = findSecrets(
    requiredSecrets(config).filter((secret) => !there.includes(secret)),
    tools.env,
  );
  warn([...there, ...Object.keys(secrets)]);
  tools.check();
  const vars = { ...tableOf(config.vars), PUBLIC_ORIGIN: origin };
  const complete: TomlObject = { ...ensureResources(config, tools.read), vars };
  const path = tools.write(environment, complete);
  // The running Worker serves until the last step, so it must work with the new tables and files.
  for (const binding of listOf(complete.d1_databases).map((entry) => String(entry.binding)))
    tools.show(["d1", "migrations", "apply", binding, "--remote", "--config", path]);
  const version = await tools.publish(complete);
  tools.write(environment, { ...complete, vars: { ...vars, ASSET_VERSION: version } });
  if (Object.keys(secrets).length === 0) tools.show(["deploy", "--config", path]);
  else withSecretsFile(secrets, (file) => tools.show(["deploy", "--config", path, "--secrets-file", file]));
}

/** Where the origin of an environment is set. */
function placeOf(environment: string): string {
  return environment === PRODUCTION
    ? "PUBLIC_ORIGIN in wrangler.toml"
    : `--origin, or PUBLIC_ORIGIN in [env.${environment}.vars] of wrangler.toml,`;
}

function configOf(config: TomlObject, origin: string | undefined): Parameters<typeof decidePublicOrigin>[0] {
  const routes = listOf(config.routes).flatMap((route) =>
    typeof route === "object" && typeof route.pattern === "string"
      ? [{ pattern: route.pattern, custom_domain: route.custom_domain === true }]
      : [],
  );
  return { vars: { ...tableOf(config.vars), ...(origin !== undefined && { PUBLIC_ORIGIN: origin }) }, routes };
}

/** The steps of a deploy, without asking Cloudflare what is already there. */
export function describePlan(config: TomlObject, environment: string): string {
  const { databases, namespaces, buckets, queues } = namesOf(config);
  const resources = [
    ...databases.map((name) => `database ${name}`),
    ...buckets.map(({ name }) => `bucket ${name}`),
    ...namespaces.map((name) => `namespace ${name}`),
    ...queues.map((name) => `queue ${name}`),
  ];
  const secrets = requiredSecrets(config);
  const steps = [
    "Run the checks (npm run check).",
    ...(resources.length > 0 ? [`Create these unless they exist: ${resources.join(", ")}.`] : []),
    ...listOf(config.d1_databases).map(
      ({ binding }) => `Apply new migrations to ${binding}, while the running Worker keeps serving.`,
    ),
    "Publish the files of public/ that changed.",
    `Deploy the Worker ${config.name}${secrets.length > 0 ? `, with these secrets unless it has them: ${secrets.join(", ")}` : ""}.`,
  ];
  const title =
    environment === PRODUCTION ? "Deploying to production:" : `Deploying to ${environment}, beside production:`;
  return [title, ...steps.map((step, index) => `  ${index + 1}. ${step}`)].join("\n");
}
