/** Identity as a part of the app: who a request is from, and the storage that this stands on. */
import type { Part } from "../web/app/feature.ts";
import { endHashingTurn } from "./guards/require-hashing-capacity.ts";
import { sweepExpired } from "./sweep.ts";
import { checkVariables } from "./variables.ts";

export const identity: Part = {
  checks: { database: ({ DB }) => DB.prepare("SELECT 1").first() },
  sweep: ({ DB }) => sweepExpired(DB),
  onRequest: checkVariables,
  onResponse: endHashingTurn,
};
