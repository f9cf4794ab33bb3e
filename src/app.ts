/** The app: its hooks, its validator, every feature's routes in order, and what is swept at night. */
import { assets } from "./assets/routes.ts";
import type { Env } from "./env.ts";
import { account } from "./features/account/index.ts";
import { admin } from "./features/admin/index.ts";
import { auth } from "./features/auth/index.ts";
import { chat } from "./features/chat/index.ts";
import { files } from "./features/files/index.ts";
import { sweepOrphans } from "./features/files/orphans.ts";
import { health } from "./features/health/index.ts";
import { home } from "./features/home/index.ts";
import { live } from "./features/live/index.ts";
import { reportResponse } from "./features/live/report-responses.ts";
import { notes } from "./features/notes/index.ts";
import { sweepDeletedNotes } from "./features/notes/trash-store.ts";
import { setup, standardValidator } from "./http/index.ts";
import { endHashingTurn } from "./identity/guards/require-hashing-capacity.ts";
import { sweepExpired } from "./identity/sweep.ts";
import { checkVariables } from "./identity/variables.ts";
import { showRateLimits } from "./limits/rate-limit-headers.ts";
import { answerError } from "./web/hooks/answer-error.ts";
import { answerUnmatched } from "./web/hooks/answer-unmatched.ts";
import { preflightRoutes } from "./web/hooks/cors.ts";
import { finishResponse } from "./web/hooks/finish-response.ts";
import { supplyLocals } from "./web/hooks/supply-locals.ts";
import { orderPages } from "./web/pages/navigation.ts";

const handlers = [health, assets, auth, account, notes, files, chat, live, admin].flat();
orderPages(handlers);

export const app = setup({
  onRequest: [supplyLocals, checkVariables],
  handlers: [handlers, home(handlers), preflightRoutes(handlers)],
  validator: standardValidator,
  notFound: answerUnmatched,
  onResponse: [endHashingTurn, showRateLimits, finishResponse, reportResponse],
  onError: answerError,
});

/** Each is safe to run twice, and makes up for a run that failed. */
export const sweeps: readonly ((env: Env) => Promise<void>)[] = [
  ({ DB }) => sweepExpired(DB),
  sweepOrphans,
  ({ DB }) => sweepDeletedNotes(DB),
];
