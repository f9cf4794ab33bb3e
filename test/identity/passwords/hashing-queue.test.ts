import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useRealHashing } from "./fast-hashing.ts";
import { HashingWorld, type Visit } from "./hashing-world.ts";

useRealHashing();

const MAX_WAIT_MS = 2_000;
const STALL_MS = 1_000;
const WAKE_MS = 250;

/** Hashes for whoever has the turn, at once. */
function serve(world: HashingWorld) {
  return () => {
    for (const visit of world.granted) if (visit.hashedAt === undefined) world.hash(visit);
  };
}

const waitOf = ({ grantedAt = Number.NaN, enteredAt }: Visit) => grantedAt - enteredAt;
const addressesOf = (visits: readonly Visit[]) => visits.map(({ address }) => address).join("");

/** Turns that last exactly so long, measured until the estimate says the same. */
async function learn(hashMs: number): Promise<HashingWorld> {
  const world = new HashingWorld();
  world.hashMs = hashMs - 1;
  for (let i = 0; i < 60; i++) {
    world.enter("learning");
    await world.advance(hashMs + 5, serve(world));
  }
  world.granted.length = 0;
  return world;
}

test("a request that comes alone gets its turn at once", async () => {
  const world = new HashingWorld();
  const visit = world.enter("a");
  await world.advance(0);
  expect(waitOf(visit)).toBe(0);
});

test("the next turn begins when the last one has ended, and not before", async () => {
  const world = new HashingWorld();
  const [first, second] = [world.enter("a"), world.enter("b")];
  await world.advance(900);
  expect([first.grantedAt, second.grantedAt]).toEqual([1_000_000, undefined]);
  world.hash(first);
  await world.advance(10);
  expect(second.grantedAt).toBe(1_000_900 + world.hashMs + 1);
});

test("a request that hashes twice does both in its turn, and the second does not end another's", async () => {
  const world = new HashingWorld();
  const [first, second, third] = [world.enter("a"), world.enter("b"), world.enter("c")];
  await world.advance(0);
  expect([first.turn?.verify("p", undefined), first.turn?.hash("p")]).toEqual([true, "hashed"]);
  await world.advance(10);
  expect(second.grantedAt).toBe(1_000_000 + 2 * world.hashMs);
  first.turn?.hash("later");
  first.turn?.end();
  await world.advance(10);
  expect(third.grantedAt).toBeUndefined();
});

test("a turn in which nothing is hashed can be ended, once hashing has begun not any more", async () => {
  const world = new HashingWorld();
  const [first, second, third] = [world.enter("a"), world.enter("b"), world.enter("c")];
  await world.advance(0);
  first.turn?.end();
  await world.advance(0);
  expect(waitOf(second)).toBe(0);
  world.hash(second);
  second.turn?.end();
  await world.advance(0);
  expect(third.grantedAt).toBeUndefined();
});

test.each([1, 2, 3, 4, 5, 6, 9])("of %i requests of one address at once, at most 4 are in the queue", async (count) => {
  const world = new HashingWorld();
  const visits = Array.from({ length: count }, () => world.enter("a"));
  await world.advance(0);
  expect(visits.map(({ refusedAt }) => refusedAt === world.now)).toEqual(visits.map((_, index) => index >= 4));
  const other = world.enter("b");
  await world.advance(3_000, serve(world));
  expect(addressesOf(world.granted)).toBe(["", "ab", "aba", "abaa", "abaaa"][Math.min(count, 4)]);
  expect(other.grantedAt).toBeDefined();
});

test.each([19, 49, 99, 151, 300, 700, 1_500])(
  "where turns last %i ms, those are let in whose turn comes within 2 s, and no others",
  async (turnMs) => {
    const world = await learn(turnMs);
    const visits = Array.from({ length: 150 }, (_, index) => world.enter(`address ${index}`));
    const enteredAt = world.now;
    await world.advance(0);
    const refused = visits.filter(({ refusedAt }) => refusedAt === enteredAt).length;
    await world.advance(5_000, serve(world));
    expect(world.granted.length).toBe(Math.floor(MAX_WAIT_MS / turnMs) + 1);
    expect(refused).toBe(150 - world.granted.length);
    expect(Math.max(...world.granted.map(waitOf))).toBeLessThanOrEqual(MAX_WAIT_MS);
  },
);

test("a request that others overtake is refused when its 2 s are over", async () => {
  const world = new HashingWorld();
  const visits = Array.from({ length: 4 }, () => world.enter("a"));
  for (let i = 0; i < 30; i++) {
    for (let j = 0; j < 10; j++) world.enter(`new ${i} ${j}`);
    await world.advance(100, serve(world));
  }
  const last = visits[3];
  expect([last?.grantedAt, Number(last?.refusedAt) - 1_000_000 >= MAX_WAIT_MS]).toEqual([undefined, true]);
  expect(Number(last?.refusedAt) - 1_000_000).toBeLessThanOrEqual(MAX_WAIT_MS + world.hashMs);
});

describe("a turn whose request", () => {
  const FATES: [fate: string, end: (visit: Visit, world: HashingWorld) => void][] = [
    ["dies before it hashes", (visit) => void Object.assign(visit, { isDead: true })],
    ["lives and never hashes", () => {}],
    [
      "dies while it hashes",
      (visit, world) => {
        world.hash(visit);
        visit.isDead = true;
      },
    ],
  ];

  test.each(FATES)("%s passes to the one that waits", async (_, end) => {
    const world = new HashingWorld();
    const [first, second] = [world.enter("a"), world.enter("b")];
    await world.advance(0);
    end(first, world);
    await world.advance(STALL_MS + 2 * WAKE_MS);
    expect(waitOf(second)).toBeGreaterThan(0);
  });

  test.each(FATES)("%s passes to one that comes later", async (_, end) => {
    const world = new HashingWorld();
    const first = world.enter("a");
    await world.advance(0);
    end(first, world);
    await world.advance(STALL_MS + 2 * WAKE_MS);
    const second = world.enter("b");
    await world.advance(0);
    expect(waitOf(second)).toBe(0);
  });

  test("lives settles `ended` when it is over, and not before", async () => {
    const world = new HashingWorld();
    const visits = [world.enter("hashes"), world.enter("ends"), world.enter("does neither")] as const;
    const ended: number[] = [];
    const watched = new Set<Visit>();
    await world.advance(10_000, () => {
      for (const [index, visit] of visits.entries()) {
        if (!visit.turn || watched.has(visit)) continue;
        watched.add(visit);
        void visit.turn.ended.then(() => {
          ended[index] = world.now - Number(visit.grantedAt);
        });
      }
      if (visits[0].hashedAt === undefined) world.hash(visits[0]);
      visits[1].turn?.end();
    });
    expect(ended).toEqual([world.hashMs + 1, 0, expect.any(Number)]);
    expect(ended[2]).toBeGreaterThan(STALL_MS);
    expect(ended[2]).toBeLessThanOrEqual(STALL_MS + WAKE_MS);
  });
});

test("a dead request whose 2 s are over gets no turn", async () => {
  const world = new HashingWorld();
  const [first, second, dead] = [world.enter("a"), world.enter("b"), world.enter("c")];
  await world.advance(0);
  dead.isDead = true;
  await world.advance(900);
  world.hash(first);
  await world.advance(830);
  world.hash(second);
  await world.advance(5);
  expect(world.now - dead.enteredAt).toBeGreaterThan(MAX_WAIT_MS);
  const later = world.enter("d");
  await world.advance(0);
  expect(waitOf(later)).toBe(0);
});

test("hashes after the first are not measured as turns", async () => {
  const world = await learn(99);
  const visit = world.enter("a");
  await world.advance(0);
  world.hash(visit);
  for (let i = 0; i < 20; i++) {
    await world.advance(300);
    world.hash(visit);
  }
  await world.advance(300);
  const others = Array.from({ length: 20 }, (_, index) => world.enter(`address ${index}`));
  await world.advance(0);
  expect(others.filter(({ refusedAt }) => refusedAt !== undefined)).toEqual([]);
});

test.each([-3_600_000, -1_500, 1_500, 3_600_000, 86_400_000])(
  "where the clock jumps by %i ms, nobody is locked out",
  async (jump) => {
    const world = new HashingWorld();
    const before = Array.from({ length: 5 }, (_, index) => world.enter(`before ${index}`));
    const [dead] = before.splice(0, 1);
    await world.advance(300);
    if (dead) dead.isDead = true;
    world.clockError = jump;
    await world.advance(2_500, serve(world));
    expect(before.every(({ grantedAt, refusedAt }) => grantedAt !== undefined || refusedAt !== undefined)).toBe(true);
    const after = world.enter("after");
    await world.advance(0);
    expect(waitOf(after)).toBe(0);
  },
);

describe("an attacker with one address, who sends a request with a made-up account whenever there is room,", () => {
  const addresses = Array.from({ length: 17 }, (_, index) => `client ${index}`);

  test.each([50, 110, 150, 250, 500])(
    "costs others no more than the turn of %i ms that is under way",
    async (turnMs) => {
      const world = await learn(turnMs);
      const attack = () => {
        for (let i = 0; i < 6; i++) world.enter("attacker");
      };
      for (const address of addresses) {
        world.enter(address);
        for (let i = 0; i < 13; i++) {
          attack();
          await world.advance(100, serve(world));
        }
      }
      const others = world.granted.filter(({ address }) => address !== "attacker");
      expect(others.length).toBe(17);
      expect(Math.max(...others.map(waitOf))).toBeLessThanOrEqual(turnMs);
    },
  );

  test("takes no more than every second turn while others wait", async () => {
    const world = await learn(100);
    await world.advance(3_000, () => {
      for (const address of ["attacker", "attacker", "attacker", "b"]) world.enter(address);
      serve(world)();
    });
    expect(addressesOf(world.granted).replaceAll("attacker", "a")).toMatch(/^a?(a?(ba)+b?)$/);
  });
});

interface Step {
  readonly address: string;
  readonly gap: number;
  readonly hashMs: number;
  readonly delay: number;
  readonly fate: "hash" | "end" | "forget" | "die waiting" | "die holding" | "die hashing";
  readonly jump: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  address: fc.constantFrom("a", "a", "a", "b", "b", "c", "d", "e", "f"),
  gap: fc.oneof(fc.constant(0), fc.nat(200)),
  hashMs: fc.integer({ min: 20, max: 400 }),
  delay: fc.nat(60),
  fate: fc.constantFrom("hash", "hash", "hash", "hash", "end", "forget", "die waiting", "die holding", "die hashing"),
  jump: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: -5_000, max: 0 })),
});

/** Plays the steps; says when each turn was really over. */
async function play(steps: readonly Step[]): Promise<{ world: HashingWorld; overAt: Map<Visit, number> }> {
  const world = new HashingWorld();
  const plans = new Map<Visit, Step>();
  const overAt = new Map<Visit, number>();
  const act = () => {
    for (const [visit, { fate, delay, hashMs }] of plans) {
      if (fate === "die waiting" && world.now >= visit.enteredAt + delay * 10) visit.isDead = true;
      const { grantedAt } = visit;
      if (grantedAt === undefined || world.now < grantedAt + delay || overAt.has(visit) || fate === "forget") continue;
      world.hashMs = hashMs;
      if (fate === "end") visit.turn?.end();
      else if (fate === "hash" || fate === "die hashing") world.hash(visit);
      if (fate === "die holding" || fate === "die hashing") visit.isDead = true;
      overAt.set(visit, world.now);
    }
  };
  const pass = async (ms: number) => {
    for (let rest = ms; rest > 0; rest -= 20) await world.advance(Math.min(rest, 20), act);
    await world.advance(0, act);
  };
  for (const { jump, gap, ...plan } of steps) {
    world.clockError += jump;
    await pass(gap);
    const inQueue = world.waiting().filter(({ address }) => address === plan.address).length;
    const visit = world.enter(plan.address);
    plans.set(visit, { jump, gap, ...plan });
    await world.advance(0, act);
    if (inQueue >= 4) expect(visit.refusedAt).toBeDefined();
  }
  await pass(20_000);
  return { world, overAt };
}

describe("with any requests, slow and dying ones, and a clock that goes back,", () => {
  const sequences = fc.array(step, { minLength: 1, maxLength: 40 });
  const holds = (check: (world: HashingWorld, overAt: Map<Visit, number>) => unknown, numRuns = 150) =>
    fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const { world, overAt } = await play(steps);
        await check(world, overAt);
      }),
      { numRuns },
    );

  test("each living request gets a turn or a refusal, and in time if the clock is right", () =>
    holds((world) => {
      expect(world.waiting()).toEqual([]);
      if (world.clockError !== 0) return;
      for (const { enteredAt, grantedAt, refusedAt } of world.visits) {
        const waited = (grantedAt ?? refusedAt ?? enteredAt) - enteredAt;
        expect(waited).toBeLessThanOrEqual(MAX_WAIT_MS + 400);
        if (refusedAt !== undefined) expect(waited === 0 || waited >= MAX_WAIT_MS).toBe(true);
      }
    }));

  test("one turn is granted at a time: the one before is over, or stalled", () =>
    holds((world, overAt) => {
      for (const [index, { grantedAt = 0 }] of world.granted.entries()) {
        const before = world.granted[index - 1];
        if (!before) continue;
        const isOver = (overAt.get(before) ?? Number.POSITIVE_INFINITY) <= grantedAt && !before.isDead;
        expect(isOver || grantedAt - Number(before.grantedAt) > STALL_MS).toBe(true);
      }
    }));

  test("no other address gets more turns before a request than it has itself, and one", () =>
    holds((world) => {
      for (const [index, visit] of world.granted.entries()) {
        const meanwhile = world.granted.slice(visit.grantsBefore, index);
        for (const address of new Set(addressesOf(meanwhile))) {
          const turns = meanwhile.filter((other) => other.address === address).length;
          expect(turns).toBeLessThanOrEqual(visit.ownAhead + (address === visit.address ? 0 : 1));
        }
      }
    }));

  test("no request waits while no turn is running", () =>
    holds((world) => {
      for (const [index, visit] of world.granted.entries()) {
        const before = world.granted[index - 1];
        if (!before || world.clockError !== 0) continue;
        const free = Math.max(visit.enteredAt, before.hashedAt ?? Number(before.grantedAt));
        const ghosts = world.visits.filter(({ isDead }) => isDead).length;
        expect(Number(visit.grantedAt) - free).toBeLessThanOrEqual((ghosts + 1) * (STALL_MS + WAKE_MS + 400));
      }
    }));

  test("afterwards the queue is as good as new", () =>
    holds(async (world) => {
      const visits = Array.from({ length: 4 }, () => world.enter("a"));
      await world.advance(0);
      expect(visits.map(({ grantedAt }) => grantedAt === world.now)).toEqual([true, false, false, false]);
      world.hashMs = 50;
      await world.advance(3_000, serve(world));
      expect(visits.map(({ hashedAt }) => hashedAt !== undefined)).toEqual([true, true, true, true]);
    }));
});
