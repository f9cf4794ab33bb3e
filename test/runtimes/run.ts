/** Runs the core's cases on whatever runtime executes this file, and reports in plain lines. */
import process from "node:process";
import { suite } from "../http/conformance/suite.ts";

let passed = 0;
let failed = 0;

for (const [subject, cases] of Object.entries(suite)) {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      passed++;
    } catch (error) {
      failed++;
      console.log(`FAIL ${subject}: ${name}\n${error instanceof Error ? error.stack : error}`);
    }
  }
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
