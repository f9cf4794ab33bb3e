/** Copies of the project that a test may change. */
import { cp, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "./build.ts";

/** @returns The folder of a fresh checkout with its packages installed; the caller removes it. */
export async function copyCheckout(): Promise<string> {
  const checkout = await mkdtemp(join(tmpdir(), "candor-checkout-"));
  const needed = ["src", "scripts", "migrations", "public", "package.json", "wrangler.toml"];
  for (const name of needed) await cp(join(projectRoot, name), join(checkout, name), { recursive: true });
  await symlink(join(projectRoot, "node_modules"), join(checkout, "node_modules"));
  return checkout;
}
