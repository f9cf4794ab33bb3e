/**
 * Prints the policy: every route with its guards, schemas and limits. `--json` prints it as data; `--update` writes the
 * text to `test/routes.snap.txt`, which a test pins.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeLoadError, loadApp } from "./load-app.ts";

const PINNED = "test/routes.snap.txt";

const { values } = parseArgs({ options: { json: { type: "boolean" }, update: { type: "boolean" } } });

async function print({ app, facts }: Awaited<ReturnType<typeof loadApp>>): Promise<void> {
  const { describeApp } = await import("../src/web/app/policy.ts");
  const { formatPolicy } = await import("./policy-text.ts");
  const policy = describeApp(app);
  if (values.json) console.log(JSON.stringify({ ...policy, exceptions: facts.exceptions }, null, 2));
  else if (values.update) {
    writeFileSync(join(import.meta.dirname, "..", PINNED), formatPolicy(policy, facts.exceptions));
    console.log(`Wrote ${PINNED}.`);
  } else process.stdout.write(formatPolicy(policy, facts.exceptions));
}

const loaded = await loadApp().catch((error) => {
  console.error(describeLoadError(error));
  process.exitCode = 1;
});
if (loaded) await print(loaded);
