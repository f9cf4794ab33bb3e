/** `npm run remove -- <feature>` removes a feature; `--force` also deletes uncommitted changes. Safe to run again. */
import { removeFeature } from "./scaffold/remove.ts";
import { runCommand, updateSnapshot } from "./scaffold/run-command.ts";

runCommand("npm run remove -- <feature> [--force]", ["--force"], (project, feature, flags) =>
  removeFeature(project, feature, { isForced: flags.includes("--force"), updateSnapshot }),
);
