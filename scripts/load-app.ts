/**
 * Loads the app in Node, for the build step and the commands that read its route table, and describes load errors in a
 * few lines. Imports nothing of the app statically, because any of its files may be the one with the mistake.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { inGlobalScope } from "./global-scope.ts";
import { root } from "./wrangler.ts";

const APP = "src/app.ts";

const IN_NODE = `The route table is also read in Node, so ${APP} must load there, too.`;

/** Frames of these files show the check that failed, not the mistake. */
const MACHINERY = /^src\/(http|web\/app)\//;

/** @throws Any error that the app throws while it loads. */
export function loadApp(): Promise<typeof import("../src/app.ts")> {
  return inGlobalScope(() => import("../src/app.ts"));
}

/**
 * @param error The value that was thrown while the app loaded.
 * @param title Names the step that failed.
 * @returns The mistake, its place and the cure, without a stack.
 */
export function describeLoadError(error: unknown, title = `${APP} does not load.`): string {
  if (isSetupError(error)) return describeSetupError(error);
  if (!(error instanceof Error)) return `${title}\nInstead of an error, this was thrown: ${inspect(error)}`;
  const lines = error instanceof SyntaxError ? [frameOf(error), error.message] : [nameAndMessageOf(error)];
  const causes = error.cause instanceof Error ? [`Caused by ${nameAndMessageOf(error.cause)}`] : [];
  return shortenPaths([title, ...lines, ...causes, ...placeOf(error), ...hintsFor(error)].join("\n"));
}

/** The rest of the message of a failed command is its output, which has been printed. */
function nameAndMessageOf(error: Error): string {
  const message = "stderr" in error ? error.message.split("\n", 1) : error.message;
  return `${error.name}: ${message}`;
}

interface SetupProblem {
  readonly code: string;
  readonly message: string;
  readonly routes: readonly string[];
}

function isSetupError(error: unknown): error is Error & SetupProblem {
  return error instanceof Error && error.name === "SetupError" && "code" in error && "routes" in error;
}

function describeSetupError({ code, message, routes }: SetupProblem): string {
  const unnamed = routes.filter((route) => !message.includes(route));
  const more = unnamed.length > 0 ? [`Routes: ${unnamed.join(", ")}`] : [];
  return [`The route table has a mistake (${code}).`, message, ...more].join("\n");
}

/** The place and the line of a syntax error. Node keeps them from programs in some cases, but prints them in all. */
function frameOf({ name, stack = "" }: Error): string {
  const [frame = ""] = stack.split(new RegExp(`^${name}\\b`, "m"));
  if (frame !== "") return frame.trimEnd();
  const { stderr } = spawnSync(process.execPath, [join(root, APP)], { encoding: "utf8" });
  return stderr.split(/^\w*Error\b/m)[0]?.trimEnd() ?? "";
}

/** The first place in the app's own code. */
function placeOf({ stack = "" }: Error): string[] {
  const places = [...stack.matchAll(/(?:\(|at (?:async )?)(file:\/\/[^\s)]+?):(\d+):(\d+)\)?$/gm)].map(
    ([, url = "", line, column]) => ({ path: pathFrom(url), line, column }),
  );
  const own = places.find(({ path }) => path.startsWith("src/") && !MACHINERY.test(path));
  return own ? [`at ${own.path}:${own.line}:${own.column}`] : [];
}

function pathFrom(url: string): string {
  return shortenPaths(fileURLToPath(url)).split(sep).join("/");
}

/** Paths and addresses of files, from the project's root. */
function shortenPaths(text: string): string {
  return text.replaceAll(`${pathToFileURL(root)}/`, "").replaceAll(root + sep, "");
}

function hintsFor(error: Error): string[] {
  const { code, url } = error as { readonly code?: string; readonly url?: string };
  const [, missing] = /does not provide an export named '(\w+)'/.exec(error.message) ?? [];
  if (missing !== undefined) return [`If ${missing} is a type, write \`type ${missing}\` in the import.`];
  if (error instanceof ReferenceError)
    return [`${IN_NODE} Call APIs that only Workers have inside functions, not while a module loads.`];
  switch (code) {
    case "ERR_MODULE_NOT_FOUND":
      return url !== undefined && existsSync(`${fileURLToPath(url)}.ts`)
        ? ["Imports name a file with its extension: add `.ts`."]
        : [];
    case "ERR_UNSUPPORTED_DIR_IMPORT":
      return ["Imports name a file with its extension: add `/index.ts`."];
    case "ERR_UNSUPPORTED_ESM_URL_SCHEME":
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return [
        `${IN_NODE} Modules such as "cloudflare:workers" belong in the file of an object class, which only src/index.ts imports.`,
      ];
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return [
        "Node removes types but translates nothing: write a union or an object instead of an enum or a namespace.",
      ];
    default:
      return [];
  }
}
