/** A small project on disk, with what the commands edit: three features of which two have something of their own. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { formatCosts } from "../../scripts/cost-rows.ts";
import { type Disk, openProject, type Project } from "../../scripts/scaffold/project.ts";

const root = join(import.meta.dirname, "../..");

const lines = (...all: string[]) => `${all.join("\n")}\n`;
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const env = (body: string) => lines('declare module "../../env.ts" {', "  interface Env {", body, "  }", "}");

export const FILES: Readonly<Record<string, string>> = {
  "package.json": json({
    name: "candor",
    scripts: { check: "biome check" },
    cloudflare: { bindings: { DB: { description: "Data." }, TALK_FILES: { description: "Sound." } } },
    dependencies: { "@scope/talk-only": "1.0.0", shared: "1.0.0" },
    devDependencies: { "test-only": "1.0.0", biome: "1.0.0" },
  }),
  "package-lock.json": json({
    name: "candor",
    lockfileVersion: 3,
    packages: {
      "": {
        name: "candor",
        dependencies: { "@scope/talk-only": "1.0.0", shared: "1.0.0" },
        devDependencies: { "test-only": "1.0.0", biome: "1.0.0" },
      },
      "node_modules/@scope/talk-only": { version: "1.0.0", dependencies: { deep: "^1.0.0", shared: "^1.0.0" } },
      "node_modules/biome": { version: "1.0.0", dev: true, optionalDependencies: { "biome-linux": "1.0.0" } },
      "node_modules/biome-linux": { version: "1.0.0", dev: true, optional: true, os: ["linux"] },
      "node_modules/deep": { version: "1.0.0" },
      "node_modules/shared": { version: "1.0.0" },
      "node_modules/test-only": { version: "1.0.0", dev: true },
    },
  }),
  "wrangler.toml": lines(
    'name = "candor"',
    "",
    "# Values.",
    "[vars]",
    'ENVIRONMENT = "production"',
    "# How many a room holds.",
    "TALK_SIZE = 10",
    "",
    "[secrets]",
    'required = ["TOKEN_KEYS", "TALK_SECRET"]',
    "",
    "[[d1_databases]]",
    'binding = "DB"',
    'database_name = "candor"',
    "",
    "# What is said.",
    "[[r2_buckets]]",
    'binding = "TALK_FILES"',
    'bucket_name = "candor-talk"',
    "",
    "[[durable_objects.bindings]]",
    'name = "LIMITER"',
    'class_name = "Limiter"',
    "",
    "[[durable_objects.bindings]]",
    'name = "TALK_ROOM"',
    'class_name = "TalkRoom"',
    "",
    "[exports.Limiter]",
    'type = "durable-object"',
    'storage = "sqlite"',
    "",
    "[exports.TalkRoom]",
    'type = "durable-object"',
    'storage = "sqlite"',
  ),
  "README.md": lines(
    "# Candor",
    "",
    "| Feature | What |",
    "|---|---|",
    "| `talk` | rooms |",
    "| `texts` | text |",
    "",
    "See `talk`.",
  ),
  ".gitignore": lines("node_modules", ".wrangler"),
  "public/icon.svg": "<svg><title>Candor</title></svg>\n",
  "public/talk/talk.css": ".talk {}\n",
  "src/env.ts": "export interface Env { readonly DB: unknown }\n",
  "src/web/app/app-name.ts": lines('export const APP_NAME = "Candor";', "", 'export const APP_ID = "candor";'),
  "src/app.ts": lines(
    'import { home } from "./features/home/index.ts";',
    'import { talk } from "./features/talk/index.ts";',
    'import { texts } from "./features/texts/index.ts";',
    'import { assemble } from "./web/app/assemble.ts";',
    "",
    "export const features = [texts, talk, home] as const satisfies readonly unknown[];",
    "export const { app } = assemble({ features });",
  ),
  "src/index.ts": lines(
    'export { TalkRoom } from "./features/talk/room.ts";',
    'export { Limiter } from "./limits/limiter.ts";',
  ),
  "src/features/talk/index.ts": lines('import "@scope/talk-only";', "export const talk = {};"),
  "src/features/talk/env.ts": env(
    "    readonly TALK_ROOM: DurableObjectNamespace<{ a: string }>;\n    TALK_FILES?: R2Bucket;\n    readonly TALK_SIZE: number; readonly TALK_SECRET: string;",
  ),
  "src/features/talk/room.ts": 'import "shared";\nexport class TalkRoom {}\n',
  "src/features/home/index.ts": "export const home = {};\n",
  "src/features/texts/index.ts": 'import "shared";\nexport const texts = {};\n',
  "src/limits/limiter.ts": "export class Limiter {}\n",
  "migrations/0001_identity.sql": "CREATE TABLE users (id TEXT PRIMARY KEY);\n",
  "migrations/0002_talk.sql": lines(
    "CREATE TABLE rooms (id TEXT);",
    "CREATE TRIGGER rooms_say AFTER INSERT ON rooms BEGIN SELECT 1; END;",
  ),
  "migrations/0003_texts.sql": "CREATE TABLE texts (id TEXT);\n",
  "migrations/0004_talk_words.sql": "CREATE TABLE words (id TEXT); CREATE INDEX words_by_id ON words (id);\n",
  "test/features/talk/room.test.ts": 'import "test-only";\n',
  "test/features/texts+talk/both.test.ts": "export {};\n",
  "test/features/texts/texts.test.ts": "export {};\n",
  "test/browser/features/talk.test.ts": "export {};\n",
  "test/browser/features/texts.test.ts": "export {};\n",
  "test/routes.snap.txt": "home talk texts\n",
  "test/costs.snap.txt": formatCosts([
    { owner: "home", route: "GET /", costs: ["1", "2", "3", "4", "5", "6", "7", "8", ""] },
    { owner: "talk", route: "GET /talk", costs: ["1", "2", "3", "4", "5", "6", "7", "8", "1 query"] },
    { owner: "texts", route: "GET /texts", costs: ["1", "2", "3", "4", "5", "6", "7", "8", "9 queries, 1 kv"] },
  ]),
};

/** The project as git has it, made once: git takes longer than a copy. */
let repository: string | undefined;

/** Writes the project to a folder that goes when the test ends. @param commits Whether git has it. */
export function createCheckout(
  commits: "committed" | "not in git",
  more: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), "scaffold-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  repository ??= createRepository();
  cpSync(repository, folder, { recursive: true });
  if (commits === "not in git") rmSync(join(folder, ".git"), { recursive: true });
  writeFiles(folder, more);
  if (commits === "committed" && Object.keys(more).length > 0) commitAll(folder);
  return folder;
}

function createRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), "scaffold-"));
  writeFiles(folder, FILES);
  cpSync(join(root, "scripts/scaffold/template"), join(folder, "scripts/scaffold/template"), { recursive: true });
  git(folder, "init", "-q");
  commitAll(folder);
  return folder;
}

afterAll(() => {
  if (repository !== undefined) rmSync(repository, { recursive: true });
});

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function git(folder: string, ...args: readonly string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" });
}

export function commitAll(folder: string): void {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", "All");
}

/** Pins the features that `src/app.ts` names, as `scripts/routes.ts` pins their routes. */
export function pin(folder: string): undefined {
  const features = readFileSync(join(folder, "src/app.ts"), "utf8").matchAll(/features\/([\w-]+)\//g);
  writeFileSync(join(folder, "test/routes.snap.txt"), `${[...features].map(([, name]) => name).join(" ")}\n`);
}

/** Every file with its text, but for git's. */
export function readAll(folder: string, path = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, path)).sort()) {
    const inner = path === "" ? name : `${path}/${name}`;
    if ([".git", "node_modules", "scripts"].includes(inner)) continue;
    if (statSync(join(folder, inner)).isDirectory()) Object.assign(found, readAll(folder, inner));
    else found[inner] = readFileSync(join(folder, inner), "utf8");
  }
  return found;
}

class Interrupted extends Error {}

/** A disk that fails at one of its operations: by then, half of a text may be written, or part of a folder removed. */
function failingDisk(failAt: number): Disk {
  let count = 0;
  const fails = () => count++ === failAt;
  return {
    write(path, text) {
      if (fails()) {
        writeFileSync(path, text.slice(0, text.length / 2));
        throw new Interrupted();
      }
      writeFileSync(path, text);
    },
    rename(from, to) {
      if (fails()) throw new Interrupted();
      writeFileSync(to, readFileSync(from));
      rmSync(from);
    },
    remove(path) {
      if (fails()) {
        if (existsSync(path) && statSync(path).isDirectory())
          rmSync(join(path, readdirSync(path)[0] ?? ""), { recursive: true });
        throw new Interrupted();
      }
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/**
 * Runs a command on fresh projects, each interrupted at another operation, and once more.
 *
 * @returns What is on the disk after each, and after a run that nothing interrupts.
 */
export function interruptEverywhere(
  create: () => string,
  run: (project: Project) => void,
): { readonly whole: Record<string, string>; readonly finished: readonly Record<string, string>[] } {
  const undisturbed = create();
  run(openProject(undisturbed));
  const finished: Record<string, string>[] = [];
  for (let failAt = 0; ; failAt++) {
    const folder = create();
    try {
      run(openProject(folder, failingDisk(failAt)));
      return { whole: readAll(undisturbed), finished };
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
    run(openProject(folder));
    finished.push(readAll(folder));
  }
}
