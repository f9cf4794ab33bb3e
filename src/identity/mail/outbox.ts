/** The outbox, which keeps the mail of development in the database instead of sending it. */
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import type { Database } from "../../web/platform/request-database.ts";
import type { Mail } from "./provider.ts";

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

export async function storeInOutbox(db: Database, { to, subject, text }: Mail): Promise<void> {
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
