/** Sends e-mail after the response, through the provider of the environment. */
import { v7 as uuidv7 } from "uuid";
import type { AppLocals, RequestEnv, StorageLocals } from "../../env.ts";
import { logFailure, logWarning } from "../../web/app/log.ts";
import { storeInOutbox } from "./outbox.ts";
import { type Mail, MailError } from "./provider.ts";
import { PROVIDERS } from "./providers.ts";

/** Milliseconds between the two attempts to send an e-mail. */
const RETRY_DELAY_MS = 2_000;

type SendMail = (mail: Mail, id: string) => Promise<void>;

/** An e-mail that is about to be sent. */
export interface Draft extends Mail {
  /** Called if it is certain that the e-mail was not sent: undoes the preparations for it. */
  readonly discard?: () => Promise<void>;
}

/** The environments for which "Mail is off" has been logged. An isolate gets the same object with every request. */
const warned = new WeakSet<RequestEnv>();

/**
 * Writes and sends an e-mail after the response. A failure is logged. While mail is off, nothing is written, and each
 * isolate logs a warning once.
 *
 * @param write Returns undefined to send nothing.
 */
export function sendLater(locals: AppLocals, write: () => Promise<Draft | undefined>): void {
  const { ctx, env, requestId } = locals;
  const sendMail = findSendMail(locals);
  if (!sendMail) {
    if (!warned.has(env)) logWarning("Mail is off: no e-mail is sent until MAIL_PROVIDER is set", requestId);
    warned.add(env);
    return;
  }
  const send = async () => {
    // Without this, `write` would begin before the response, whose timing could reveal what it finds.
    await scheduler.wait(0);
    const draft = await write();
    if (!draft) return;
    const { discard, ...mail } = draft;
    try {
      await deliver(sendMail, mail);
    } catch (error) {
      // An e-mail that may still arrive must hold a link that works, and count as one of the live links.
      if (isUnsent(error)) await discard?.();
      throw error;
    }
  };
  ctx.waitUntil(send().catch((error) => logFailure("An e-mail could not be sent", error, requestId)));
}

/**
 * Sends an e-mail, and tries once more after a transient failure.
 *
 * @throws The last failure, or the first one if only that attempt may have sent the e-mail.
 */
async function deliver(sendMail: SendMail, mail: Mail): Promise<void> {
  const id = uuidv7();
  try {
    await sendMail(mail, id);
  } catch (error) {
    if (!(error instanceof MailError && error.mayRetry)) throw error;
    await scheduler.wait(RETRY_DELAY_MS);
    await sendMail(mail, id).catch((last) => {
      throw isUnsent(last) && !error.isUnsent ? error : last;
    });
  }
}

/** False for an unknown failure: the e-mail may have been sent. */
function isUnsent(error: unknown): boolean {
  return error instanceof MailError && error.isUnsent;
}

/** @returns Undefined while mail is off. */
function findSendMail({ env, db }: StorageLocals): SendMail | undefined {
  if (env.ENVIRONMENT === "development") return (mail) => storeInOutbox(db, mail);
  const provider = PROVIDERS.get(env.MAIL_PROVIDER);
  return provider && ((mail, id) => provider.send(env, mail, id));
}
