/** Saves a plot with packages that the project itself does not have. */
import type { Plot } from "../plot-data.ts";

/** @throws If the packages of the plot are not installed. */
export async function savePlot(path: string, plot: Plot): Promise<void> {
  const { writePlot } = await import("../plot.ts").catch((cause) => {
    throw new Error("The packages for plots are not installed. Run npm ci --prefix test/bench", { cause });
  });
  writePlot(path, plot);
}
