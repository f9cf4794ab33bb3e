/** Sends e-mail: through Cloudflare's e-mail binding, or in development into an outbox in the database. */
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import type { AppLocals, StorageLocals } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";

/** An e-mail in the outbox. */
export const mailBody = z
  .object({
    to: z.string().describe("The recipient's address."),
    subject: z.string(),
    text: z.string().describe("Plain text."),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Mail" });

export type OutboxMail = z.output<typeof mailBody>;

export type Mail = Readonly<Omit<OutboxMail, "createdAt">>;

export interface Mailer {
  readonly send: (mail: Mail) => Promise<void>;
}

/** An e-mail that is about to be sent. */
export interface Draft extends Mail {
  /** Called if the e-mail could not be sent: undoes the preparations for it. */
  readonly discard?: () => Promise<void>;
}

/**
 * Writes and sends an e-mail after the response. A failure is logged.
 *
 * @param write Returns undefined to send nothing.
 */
export function sendLater(locals: AppLocals, write: () => Promise<Draft | undefined>): void {
  const { ctx, requestId } = locals;
  const send = async () => {
    // Without this, `write` would begin before the response, whose timing could reveal what it finds.
    await scheduler.wait(0);
    const draft = await write();
    if (!draft) return;
    const { discard, ...mail } = draft;
    try {
      await createMailer(locals).send(mail);
    } catch (error) {
      await discard?.();
      throw error;
    }
  };
  ctx.waitUntil(send().catch((error) => logFailure("An e-mail could not be sent", error, requestId)));
}

/** Creates the mailer of the environment. Outside development, `send` rejects if the binding `EMAIL` is missing. */
export function createMailer({ env, db }: StorageLocals): Mailer {
  if (env.ENVIRONMENT === "development") return { send: (mail) => storeInOutbox(db, mail) };
  return {
    async send({ to, subject, text }) {
      if (!env.EMAIL) throw new Error("The binding EMAIL is missing. Add [[send_email]] to wrangler.toml");
      await env.EMAIL.send({ from: env.MAIL_FROM, to, subject, text });
    },
  };
}

async function storeInOutbox(db: Database, { to, subject, text }: Mail): Promise<void> {
  await db
    .prepare("INSERT INTO outbox (id, recipient, subject, text, created_at) VALUES (?, ?, ?, ?, ?)")
    .bind(uuidv7(), to, subject, text, new Date().toISOString())
    .run();
}

/** Lists the latest 50 e-mails of the outbox, newest first. */
export async function listOutbox(db: Database): Promise<OutboxMail[]> {
  const { results } = await db
    .prepare('SELECT recipient AS "to", subject, text, created_at AS createdAt FROM outbox ORDER BY id DESC LIMIT 50')
    .all<OutboxMail>();
  return results;
}
