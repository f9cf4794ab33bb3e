/** The holder of credentials that the tables of events use. */
import { expect, test } from "vitest";
import { type Client, createHolder, endedOf } from "./credential-holder.ts";

test.each<Client>(["token", "browser"])("without an event, every credential of a %s works", async (by) => {
  expect(await endedOf(await createHolder(by))).toEqual([]);
});
