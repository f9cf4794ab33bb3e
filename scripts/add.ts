/** `npm run add -- <name>` adds a working feature as a starting point. Safe to run again. */
import { addFeature } from "./scaffold/add.ts";
import { runCommand, updateSnapshot } from "./scaffold/run-command.ts";

runCommand("npm run add -- <name>", [], (project, name) => addFeature(project, name, { updateSnapshot }));
