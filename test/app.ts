/** The app with all its features, and one of the tests' own. */
import { features, parts } from "../src/app.ts";
import { assemble } from "../src/web/app/assemble.ts";
import { things } from "./things.ts";

export const { app, facts } = assemble({ parts, features: [...features, things] });
