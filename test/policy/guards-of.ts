/** The guards of one route, as the policy prints them. */

import { app } from "../../src/app.ts";
import { describeApp, fullName } from "../../src/web/app/policy.ts";
import { labelsOf } from "../../src/web/app/route-labels.ts";

/** @param label Such as `POST /login`. @throws Where the app has no such route. */
export function guardsOf(label: string): string[] {
  const route = describeApp(app).routes.find((candidate) => labelsOf(candidate).includes(label));
  if (!route) throw new Error(`The app has no route ${label}`);
  return route.guards.map(fullName);
}
