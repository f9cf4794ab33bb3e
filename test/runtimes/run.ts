/** Runs the conformance cases of the core on the current runtime and prints the result. */
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
