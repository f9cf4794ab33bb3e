/** The walk-through of `src/features/policy/README.md`: its edits are applied, and its commands print what it says. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyProject, git } from "../../removal/project-copy.ts";
import { projectRoot } from "../build.ts";
import { serve } from "../dev-server.ts";

const README = join(projectRoot, "src/features/policy/README.md");

/** A fenced block: an edit, or commands with their output. */
interface Block {
  readonly language: string;
  readonly text: string;
}

function readBlocks(markdown: string): Block[] {
  const found = markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return Array.from(found, ([, language = "", text = ""]) => ({ language, text }));
}
