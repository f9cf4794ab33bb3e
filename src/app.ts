/** The app: its hooks, its validator, and every feature's routes in order. */
import { health } from "./features/health/index.ts";
import { notes } from "./features/notes/index.ts";
import { setup, standardValidator } from "./http/index.ts";
import { answerError } from "./web/answer-error.ts";
import { answerUnmatched } from "./web/answer-unmatched.ts";
import { finishResponse } from "./web/finish-response.ts";
import { supplyLocals } from "./web/supply-locals.ts";

export const app = setup({
  onRequest: supplyLocals,
  handlers: [health, notes],
  validator: standardValidator,
  notFound: answerUnmatched,
  onResponse: finishResponse,
  onError: answerError,
});
