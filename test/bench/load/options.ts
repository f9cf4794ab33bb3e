/** The options of `npm run load`, and their limits. */
import { parseArgs } from "node:util";

export const HELP = `Sends a mix of requests to the app and reports their response times.

npm run load -- [options]

  --url <url>          the app to measure (default: the command builds and starts the Worker itself)
  --allow-remote       allows a URL that is not on this machine
  --accounts <file>    JSON list of { "email", "password" } to sign in with; required for a remote URL
  --users <n>          number of accounts to create (1 to 1000; default: 200 without --url, else 20)
  --seconds <n>        duration (1 to 3600; default: 30)
  --concurrency <n>    maximum requests in flight (1 to 500; default: 16)
  --rate <n>           requests per second, sent without waiting for earlier responses (1 to 10000); response times
                       count from the scheduled time; without --rate, each connection waits for its response
  --requests <n>       maximum number of requests (1 to 2000000; default: 1000000)
  --kind <kind>        only this kind: read, write, search, page, upload or denied
  --json               prints one JSON object instead of a table
  --plot <file>        writes response times and rates over time as an SVG image
  --help               prints this text

The exit code is 1 if a connection failed or a response had an unexpected status, such as any 5xx. 429 is a kind of its
own and not an error. To add a route, see "Load" in test/bench/README.md.`;

export interface LoadOptions {
  readonly url: URL | undefined;
  readonly accountsFile: string | undefined;
  readonly users: number;
  readonly seconds: number;
  readonly concurrency: number;
  readonly rate: number | undefined;
  readonly maxRequests: number;
  readonly kind: string | undefined;
  readonly isJson: boolean;
  readonly plot: string | undefined;
}

/** A mistake in the options. */
export class OptionError extends Error {}

/** The defaults of a command. */
export interface Defaults {
  readonly seconds: number;
  readonly concurrency: number;
  /** Accounts without --url. */
  readonly users: number;
}

/**
 * @returns Undefined for `--help`.
 * @throws {OptionError} If an option is unknown, out of range, or missing.
 */
export function readOptions(
  args: readonly string[],
  defaults: Defaults = { seconds: 30, concurrency: 16, users: 200 },
): LoadOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const url = values.url === undefined ? undefined : urlOf(values.url);
  const isRemote = url !== undefined && !isLoopback(url);
  if (isRemote && !values["allow-remote"])
    throw new OptionError(
      `${url.origin} is not on this machine. Measure only servers that you may load, and then add --allow-remote.`,
    );
  if (isRemote && values.accounts === undefined)
    throw new OptionError(`--accounts is required for ${url.origin}: accounts are created on this machine only.`);
  if (url === undefined && values.accounts !== undefined)
    throw new OptionError("--accounts needs --url: the Worker that this command starts gets accounts of its own.");
  return {
    url,
    accountsFile: values.accounts,
    users: integerOf("users", values.users, 1000) ?? (url ? 20 : defaults.users),
    seconds: integerOf("seconds", values.seconds, 3600) ?? defaults.seconds,
    concurrency: integerOf("concurrency", values.concurrency, 500) ?? defaults.concurrency,
    rate: integerOf("rate", values.rate, 10_000),
    maxRequests: integerOf("requests", values.requests, 2_000_000) ?? 1_000_000,
    kind: values.kind,
    isJson: values.json ?? false,
    plot: values.plot,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: text,
        "allow-remote": flag,
        accounts: text,
        users: text,
        seconds: text,
        concurrency: text,
        rate: text,
        requests: text,
        kind: text,
        json: flag,
        plot: text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new OptionError(`--url must be an http or https URL, not ${text}`);
}

/** Whether the host name alone shows that it is this machine. A DNS name could resolve to any address. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function integerOf(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new OptionError(`--${name} must be a whole number from 1 to ${max}, not ${text}`);
  return value;
}
