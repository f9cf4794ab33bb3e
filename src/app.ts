/** The app: its hooks, its validator, every feature's routes in order, and what is swept at night. */
import { assets } from "./assets/routes.ts";
import type { Env } from "./env.ts";
import { account } from "./features/account/index.ts";
import { admin } from "./features/admin/index.ts";
import { auth } from "./features/auth/index.ts";
import { chat } from "./features/chat/index.ts";
import { files } from "./features/files/index.ts";
import { sweepObjects } from "./features/files/objects.ts";
import { health } from "./features/health/index.ts";
import { home } from "./features/home/index.ts";
import { live } from "./features/live/index.ts";
import { reportResponse } from "./features/live/report-responses.ts";
import { notes } from "./features/notes/index.ts";
import { sweepDeletedNotes } from "./features/notes/trash.ts";
import { signIn } from "./features/sign-in/index.ts";
import { setup, standardValidator } from "./http/index.ts";
import { endHashingTurn } from "./identity/guards/require-hashing-capacity.ts";
import { sweepExpired } from "./identity/sweep.ts";
import { checkVariables } from "./identity/variables.ts";
import { showRateLimits } from "./limits/rate-limit-headers.ts";
import { answerError } from "./web/answer-error.ts";
import { answerUnmatched } from "./web/answer-unmatched.ts";
import { preflightRoutes } from "./web/cors.ts";
import { finishResponse } from "./web/finish-response.ts";
import { orderPages } from "./web/navigation.ts";
import { supplyLocals } from "./web/supply-locals.ts";

const handlers = [health, assets, auth, account, notes, files, chat, live, admin, signIn].flat();
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
  sweepObjects,
  sweepDeletedNotes,
];
