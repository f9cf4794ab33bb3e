/** Executes the SQL statements of a room's upkeep, and gives reasons for statements that scan. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { addMessage, createTables, messagesAfter } from "../../../src/features/chat/store.ts";
import { newRoom, objectOf } from "./chat.ts";

export const exceptions = {
  "SELECT seq, id, sender_id AS senderId, sender_name AS senderName, text, at FROM messages ORDER BY seq DESC LIMIT ?":
    "stops at its limit, in the order of the primary key",
};

export async function executeStatements(): Promise<void> {
  const stub = objectOf(newRoom());
  await runInDurableObject(stub, async (_, { storage }) => {
    createTables(storage.sql);
    addMessage(storage.sql, { id: crypto.randomUUID(), text: "" }, { id: "u", name: "" });
    for (const _message of messagesAfter(storage.sql, 0));
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(stub);
}
