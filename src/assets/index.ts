/** The assets as a part of the app. */
import type { Part } from "../web/app/feature.ts";
import { checkManifest } from "./load-manifest.ts";
import { routes } from "./routes.ts";

export const assets: Part = {
  routes,
  checks: {
    assets: ({ env: { ASSETS } }) => ASSETS.head("health"),
    manifest: ({ env }) => checkManifest(env),
  },
};
