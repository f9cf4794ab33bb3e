/** Prints the OpenAPI document of the app, which the running app serves as `/openapi.json`. */
import { parseArgs } from "node:util";
import { describeLoadError, loadApp } from "./load-app.ts";

/** Prints an error instead of throwing it. @returns Undefined after an error. */
async function attempt<T>(action: () => T | Promise<T>, describe: (error: unknown) => string): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    console.error(describe(error));
    process.exitCode = 1;
    return undefined;
  }
}

async function print({ app }: Awaited<ReturnType<typeof loadApp>>) {
  const { describeApi } = await import("../src/web/contract/openapi.ts");
  console.log(JSON.stringify(describeApi(app), null, 2));
}

const parsed = await attempt(() => parseArgs({ options: {} }), String);
const loaded = parsed && (await attempt(loadApp, describeLoadError));
if (loaded)
  await attempt(
    () => print(loaded),
    (error) => describeLoadError(error, "The routes cannot be described as an OpenAPI document."),
  );
