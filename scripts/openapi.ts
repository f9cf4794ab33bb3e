/** Prints the OpenAPI document of the app, which the running app serves as `/openapi.json`. */
import { parseArgs } from "node:util";
import { describeLoadError, loadApp } from "./load-app.ts";

try {
  parseArgs({ options: {} });
  const { app } = await loadApp();
  const { describeApi } = await import("../src/web/contract/openapi.ts");
  console.log(JSON.stringify(describeApi(app), null, 2));
} catch (error) {
  console.error(describeLoadError(error));
  process.exitCode = 1;
}
