/** Rooms with many messages, for `npm run growth`. */
import type { FeatureGrowth } from "../../bench/growth/feature-growth.ts";
import { idOf } from "../../bench/growth/rows.ts";
import { numbers, ROWS_PER_STATEMENT } from "../../bench/growth/seed.ts";

const HISTORY = "/api/rooms/growth/messages";
const SOCKET = "ws:/ws/chat/growth";

export const growth: FeatureGrowth = {
  operations: [
    {
      group: "Chat",
      name: "room: latest messages",
      route: "GET /api/rooms/:room/messages",
      send: (fixture) => fixture.as("owner", HISTORY),
    },
    {
      group: "Chat",
      name: "room: first messages",
      route: "GET /api/rooms/:room/messages",
      send: (fixture) => fixture.as("owner", `${HISTORY}?after=0`),
    },
    {
      group: "Chat",
      name: "room: join",
      route: "GET /ws/chat/:room",
      status: 101,
      send: (fixture) => fixture.as("owner", SOCKET),
    },
  ],
  async seed(fixture, from, to) {
    // The first join creates the tables.
    if (from === 1) await fixture.as("owner", SOCKET);
    for (let first = from; first <= to; first += ROWS_PER_STATEMENT) {
      const last = Math.min(to, first + ROWS_PER_STATEMENT - 1);
      await fixture.executeIn(
        "CHAT_ROOM",
        "growth",
        `${numbers(first, last)} INSERT INTO messages (seq, id, sender_id, sender_name, text, at)
         SELECT i, ${idOf("00b")}, '${fixture.ids.other}', 'Somebody', 'Message ' || i, ${Date.now()} FROM numbers`,
      );
    }
  },
};
