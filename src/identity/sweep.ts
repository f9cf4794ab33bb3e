/** The sweeps of identity's tables. */
import type { AppFacts } from "../env.ts";
import { type Sweep, sweepRows } from "../web/app/sweep.ts";
import { IDLE_MS } from "./sessions/sessions.ts";
import { EXPIRED_KEY_RETENTION_MS } from "./tokens/api-keys.ts";
import { sweepDeletedUsers } from "./users/erasure.ts";

const now = () => [Date.now()];

/** Sweeps expired credentials, rows of sockets whose object crashed, and the data of deleted users. */
export const identitySweeps = ({ erasures }: Pick<AppFacts, "erasures">): readonly Sweep[] => [
  sweepRows({
    table: "sessions",
    key: "id",
    where: "expires_at <= ? OR used_at <= ?",
    values: () => [Date.now(), Date.now() - IDLE_MS],
  }),
  sweepRows({
    table: "api_keys",
    key: "id",
    where: "expires_at <= ?",
    values: () => [Date.now() - EXPIRED_KEY_RETENTION_MS],
  }),
  sweepRows({ table: "api_key_submissions", key: "user_id, id", where: "expires_at <= ?", values: now }),
  sweepRows({ table: "email_tokens", key: "token_hash", where: "expires_at <= ?", values: now }),
  sweepRows({ table: "sockets", key: "id", where: "live_until <= ?", values: now }),
  ...sweepDeletedUsers(erasures),
];
