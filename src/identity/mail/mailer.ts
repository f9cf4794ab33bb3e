/** Sends mail: through Cloudflare's e-mail binding, or in development into an outbox that can be read. */
import { v7 as uuidv7 } from "uuid";
import type { AppLocals, Env } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";

export interface Mail {
  /** The recipient's address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface Mailer {
  readonly send: (mail: Mail) => Promise<void>;
}

/** A mail of the outbox. */
export interface OutboxMail extends Mail {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** A mail about to be sent. */
export interface Draft extends Mail {
  /** Undoes what was done for the mail, where it could not be sent. */
  readonly discard?: () => Promise<void>;
}

/** Writes and sends a mail once the response is on its way. A failure is logged. @param write Undefined sends nothing. */
export function sendLater({ env, ctx, requestId }: AppLocals, write: () => Promise<Draft | undefined>): void {
  const send = async () => {
    // Otherwise it would begin at once, and the time of the response could tell what it finds.
    await scheduler.wait(0);
    const draft = await write();
    if (!draft) return;
    const { discard, ...mail } = draft;
    try {
      await createMailer(env).send(mail);
    } catch (error) {
      await discard?.();
      throw error;
    }
  };
  ctx.waitUntil(send().catch((error) => logFailure("A mail could not be sent", error, requestId)));
}

/** In development mail stays here to be read. @throws When it is to send and there is no binding `EMAIL`: see the README, Mail. */
export function createMailer(env: Env): Mailer {
  if (env.ENVIRONMENT === "development") return { send: (mail) => storeInOutbox(env.DB, mail) };
  return {
    async send({ to, subject, text }) {
      if (!env.EMAIL) throw new Error("No mail was sent: the binding EMAIL is missing, see the README, Mail");
      await env.EMAIL.send({ from: env.MAIL_FROM, to, subject, text });
    },
  };
}

async function storeInOutbox(db: D1Database, { to, subject, text }: Mail): Promise<void> {
  await db
    .prepare("INSERT INTO outbox (id, recipient, subject, text, created_at) VALUES (?, ?, ?, ?, ?)")
    .bind(uuidv7(), to, subject, text, new Date().toISOString())
    .run();
}

/** The last 50 mails of the outbox, the newest first. */
export async function listOutbox(db: D1Database): Promise<OutboxMail[]> {
  const { results } = await db
    .prepare('SELECT recipient AS "to", subject, text, created_at AS createdAt FROM outbox ORDER BY id DESC LIMIT 50')
    .all<OutboxMail>();
  return results;
}
