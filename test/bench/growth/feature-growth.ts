/** The operations and rows that a feature contributes in `test/features/<name>/growth.ts`. */
import { globSync } from "node:fs";
import type { Fixture } from "./fixture.ts";
import type { Operation } from "./operation.ts";

/** A feature exports this as `growth`. */
export interface FeatureGrowth {
  readonly operations: readonly Operation[];
  /** Stores the rows with these numbers that are not in D1, such as those in objects. */
  seed?(fixture: Fixture, from: number, to: number): Promise<void>;
}

/** Reads the operations and rows of all features. */
export async function readFeatures(): Promise<FeatureGrowth[]> {
  const files = globSync("../../features/*/growth.ts", { cwd: import.meta.dirname });
  return Promise.all(files.sort().map(async (file) => (await import(`./${file}`)).growth));
}
