/** Runs all benchmarks of the core and prints one table. */
import { measureNode } from "./node.ts";
import { printTable } from "./report.ts";
import { measureSize } from "./size.ts";
import { measureTypes } from "./types.ts";
import { measureWorkerd } from "./workerd.ts";

printTable([
  ...(await measureNode()),
  ...(await measureWorkerd()),
  ...(await measureTypes()),
  ...(await measureSize()),
]);
