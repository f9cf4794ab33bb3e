/** Runs the conformance cases of the core in workerd. `test/runtimes` runs the same cases on other runtimes. */
import { describe, test } from "vitest";
import { suite } from "./conformance/suite.ts";

for (const [subject, cases] of Object.entries(suite)) {
  describe(subject, () => {
    for (const [name, run] of Object.entries(cases)) test(name, run);
  });
}
