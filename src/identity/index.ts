/** Identity as a part of the app: its checks, its sweep and its hooks. */
import type { Part } from "../web/app/feature.ts";
import { endHashingTurn } from "./guards/require-hashing-capacity.ts";
import { isMailOn } from "./mail/providers.ts";
import { saveSession } from "./sessions/page-session.ts";
import { sweepExpired } from "./sweep.ts";
import { readAnyUser } from "./users/users.ts";
import { checkVariables } from "./variables.ts";

export const identity: Part = {
  checks: {
    database: ({ db }) => readAnyUser(db),
    mail: async ({ env }) => (isMailOn(env) ? "ok" : "off"),
  },
  sweep: ({ DB }) => sweepExpired(DB),
  onRequest: checkVariables,
  onSend: [endHashingTurn, saveSession],
};
