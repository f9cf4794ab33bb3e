/** `npm run rename -- <my-app>` gives the app another name. Safe to run again. */
import { renameApp } from "./scaffold/rename.ts";
import { runCommand } from "./scaffold/run-command.ts";

runCommand("npm run rename -- <my-app>", [], renameApp);
