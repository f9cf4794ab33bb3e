/** Clients know the users in a room, whenever users join, leave, or wake the room. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  ANNOUNCEMENT_INTERVAL_MS,
  MAX_LISTED,
  Presence,
  type PresenceFrame,
} from "../../../src/features/chat/presence.ts";
import type { ChatUser, UserList } from "../../../src/features/chat/protocol.ts";
import { presenceOf } from "./chat.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());

const userOf = (n: number): ChatUser => ({ id: `${n}`, name: `user ${n}` });
const pass = (ms: number) => void vi.advanceTimersByTime(ms);

/** A room, and the sockets of its users. */
class Room {
  readonly sockets: {
    readonly user: ChatUser;
    readonly frames: (PresenceFrame | (UserList & { type: "welcome" }))[];
  }[] = [];
  readonly sent: PresenceFrame[] = [];
  #presence = this.#wake();

  #wake() {
    const present = this.sockets.map(({ user }) => user);
    return new Presence(present, (frame) => {
      this.sent.push(frame);
      for (const { frames } of this.sockets) frames.push(frame);
    });
  }

  /** A room hibernates only when no timer is pending. */
  hibernate() {
    pass(10 * ANNOUNCEMENT_INTERVAL_MS);
    expect(vi.getTimerCount()).toBe(0);
    this.#presence = this.#wake();
  }

  join(user: ChatUser) {
    this.#presence.join(user);
    this.sockets.push({ user, frames: [{ type: "welcome", ...this.#presence.summarize() }] });
    this.#presence.announce();
  }

  /** @param n The number of the socket; numbers beyond the last one start again at the first. */
  leave(n: number) {
    const [left] = this.sockets.splice(n % Math.max(1, this.sockets.length), 1);
    if (left) this.#presence.leave(left.user);
  }

  get userIds() {
    return new Set(this.sockets.map(({ user }) => user.id));
  }
}

test("the first change is announced at once, and the changes of the next second together", () => {
  const room = new Room();
  for (let n = 0; n < 3; n++) room.join(userOf(n));
  room.leave(0);
  expect(room.sent).toEqual([{ type: "join", user: userOf(0), count: 1 }]);
  pass(ANNOUNCEMENT_INTERVAL_MS - 1);
  expect(room.sent).toHaveLength(1);
  pass(1);
  expect(room.sent.slice(1)).toEqual([{ type: "presence", count: 2, joined: [userOf(1), userOf(2)], left: ["0"] }]);
  pass(10 * ANNOUNCEMENT_INTERVAL_MS);
  expect([room.sent.length, vi.getTimerCount()]).toEqual([2, 0]);
});

describe("nothing is announced when", () => {
  const changes: Readonly<Record<string, (room: Room) => void>> = {
    "a user opens a second tab": (room) => room.join(userOf(0)),
    "a user closes one of two tabs": (room) => {
      room.join(userOf(0));
      room.leave(0);
    },
  };

  test.each(Object.entries(changes))("%s", (_, change) => {
    const room = new Room();
    room.join(userOf(0));
    pass(ANNOUNCEMENT_INTERVAL_MS);
    change(room);
    pass(ANNOUNCEMENT_INTERVAL_MS);
    expect(room.sent).toHaveLength(1);
    expect(presenceOf(room.sockets[0] ?? { frames: [] })).toEqual({ count: 1, names: ["user 0"] });
  });
});

test("a user whose welcome had another count learns of the change that restores the announced one", () => {
  const room = new Room();
  for (let n = 0; n < 55; n++) room.join(userOf(n));
  pass(2 * ANNOUNCEMENT_INTERVAL_MS);
  room.join(userOf(100));
  room.join(userOf(101));
  room.leave(54);
  pass(ANNOUNCEMENT_INTERVAL_MS);
  for (const socket of room.sockets) expect(presenceOf(socket).count).toBe(56);
});

test("if 500 users join at once, every client learns their number and 50 names", () => {
  const room = new Room();
  for (let n = 0; n < 500; n++) room.join(userOf(n));
  pass(ANNOUNCEMENT_INTERVAL_MS);
  expect(room.sent).toHaveLength(2);
  for (const socket of room.sockets) {
    expect(presenceOf(socket).count).toBe(500);
    expect(presenceOf(socket).names).toHaveLength(MAX_LISTED);
  }
});

test("when a listed user leaves, the next user is listed", () => {
  const room = new Room();
  for (let n = 0; n < 60; n++) room.join(userOf(n));
  pass(ANNOUNCEMENT_INTERVAL_MS);
  room.leave(0);
  pass(ANNOUNCEMENT_INTERVAL_MS);
  expect(room.sent.at(-1)).toEqual({ type: "presence", count: 59, joined: [userOf(50)], left: ["0"] });
});

test("a single change is announced as join or leave", () => {
  const room = new Room();
  room.join(userOf(0));
  for (const change of [() => room.join(userOf(1)), () => room.leave(1)]) {
    pass(ANNOUNCEMENT_INTERVAL_MS);
    change();
  }
  expect(room.sent.slice(1)).toEqual([
    { type: "join", user: userOf(1), count: 2 },
    { type: "leave", user: userOf(1), count: 1 },
  ]);
});

test("after the room has hibernated, the first change sends the whole list", () => {
  const room = new Room();
  for (const n of [0, 1]) room.join(userOf(n));
  room.hibernate();
  room.leave(0);
  expect(room.sent.at(-1)).toEqual({ type: "presence", count: 1, here: [userOf(1)] });
});

/** Random events in a room: about enough to fill its list several times. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ join: fc.nat(150) }) },
    { weight: 3, arbitrary: fc.record({ leave: fc.nat(500) }) },
    { weight: 1, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 2 * ANNOUNCEMENT_INTERVAL_MS }) }) },
    { weight: 1, arbitrary: fc.constant({ hibernate: true }) },
  ),
  { minLength: 1, maxLength: 200, size: "max" },
);

test("a second after any events, every client knows the number of users and lists the same ones", () => {
  fc.assert(
    fc.property(steps, (all) => {
      vi.clearAllTimers();
      const room = new Room();
      for (const step of all) {
        if ("join" in step) room.join(userOf(step.join));
        else if ("leave" in step) room.leave(step.leave);
        else if ("pass" in step) pass(step.pass);
        else room.hibernate();
      }
      pass(ANNOUNCEMENT_INTERVAL_MS);
      const count = room.userIds.size;
      const [first] = room.sockets.map(presenceOf);
      for (const socket of room.sockets) expect(presenceOf(socket)).toEqual(first);
      expect([first?.count ?? 0, first?.names.length ?? 0]).toEqual([count, Math.min(count, MAX_LISTED)]);
      for (const frame of room.sent) {
        if (frame.type !== "presence") continue;
        const lists = "here" in frame ? [frame.here] : [frame.joined, frame.left];
        for (const list of lists) expect(list.length).toBeLessThanOrEqual(MAX_LISTED);
      }
    }),
    { numRuns: 100 },
  );
});
