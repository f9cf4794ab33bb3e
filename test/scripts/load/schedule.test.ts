/** Requests are sent on schedule, and their times count from when they were due. */
import { expect, test } from "vitest";
import { type Clock, runSchedule, type Schedule } from "../../bench/load/schedule.ts";

/** Creates a clock that moves on to the next sleeper when nothing else can run. */
function createClock(): Clock {
  let now = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let isRunning = false;
  /** Lets everything run that can run now, then moves to the next time. */
  const move = async () => {
    while (sleepers.length > 0) {
      await new Promise(setImmediate);
      sleepers.sort((a, b) => a.at - b.at);
      const next = sleepers.shift();
      now = Math.max(now, next?.at ?? 0);
      next?.wake();
      await new Promise(setImmediate);
    }
    isRunning = false;
  };
  return {
    now: () => now,
    sleep(milliseconds) {
      const { promise, resolve } = Promise.withResolvers<void>();
      sleepers.push({ at: now + milliseconds, wake: resolve });
      if (!isRunning) {
        isRunning = true;
        void move();
      }
      return promise;
    },
  };
}

/** @param durations Milliseconds of each request in turn; the last value applies to all further requests. */
async function run(schedule: Partial<Schedule>, durations: readonly number[]) {
  const clock = createClock();
  const requests: { readonly due: number; readonly sent: number; readonly milliseconds: number }[] = [];
  let count = 0;
  const settings = { seconds: 1, concurrency: 1, rate: undefined, maxRequests: 1000, clock, ...schedule };
  const result = await runSchedule(settings, async (dueAt) => {
    const sent = clock.now();
    await clock.sleep(durations[Math.min(count++, durations.length - 1)] ?? 0);
    requests.push({ due: dueAt, sent, milliseconds: clock.now() - dueAt });
  });
  return { ...result, requests };
}

test("at a fixed rate, requests are sent when they are due", async () => {
  const { requests, sent, unsent } = await run({ rate: 5, concurrency: 2 }, [10]);
  expect(requests).toEqual(
    [0, 200, 400, 600, 800].map((due) => expect.objectContaining({ due, sent: due, milliseconds: 10 })),
  );
  expect([sent, unsent]).toEqual([5, 0]);
});

test("a stall of the server counts in the times of all requests that were due meanwhile", async () => {
  const { requests, unsent } = await run({ rate: 10 }, [500, 10]);
  expect(requests.map(({ due }) => due)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  expect(requests.map(({ milliseconds }) => milliseconds)).toEqual([500, 410, 320, 230, 140, 50, 10, 10, 10, 10]);
  expect(unsent).toBe(0);
});

test("requests that were due and could not be sent are counted", async () => {
  const { requests, sent, unsent } = await run({ rate: 10 }, [450]);
  // Sent at 0, 450 and 900 ms. The last one is waited for.
  expect(requests.map(({ milliseconds }) => milliseconds)).toEqual([450, 800, 1150]);
  expect([sent, unsent]).toEqual([3, 7]);
});

test("without a rate, each connection waits for its response", async () => {
  const { requests, sent, unsent } = await run({ concurrency: 2 }, [400]);
  expect(requests.map((request) => request.sent)).toEqual([0, 0, 400, 400, 800, 800]);
  expect(requests.every(({ due, sent: at, milliseconds }) => due === at && milliseconds === 400)).toBe(true);
  expect([sent, unsent]).toEqual([6, 0]);
});

test.each([{ rate: undefined }, { rate: 100 }])("no more requests than the limit are sent: %j", async ({ rate }) => {
  expect(await run({ rate, concurrency: 3, maxRequests: 7 }, [10])).toMatchObject({ sent: 7, unsent: 0 });
});

test.each([{ rate: undefined }, { rate: 20 }])("no more than --concurrency are in flight: %j", async ({ rate }) => {
  let [inFlight, most] = [0, 0];
  const clock = createClock();
  await runSchedule({ seconds: 1, concurrency: 3, rate, maxRequests: 100, clock }, async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await clock.sleep(300);
    inFlight -= 1;
  });
  expect(most).toBe(3);
});

test.each([{ rate: undefined }, { rate: 10 }])(
  "a signal ends it, and counts nothing as unsent: %j",
  async ({ rate }) => {
    const [clock, end] = [createClock(), new AbortController()];
    let count = 0;
    const schedule = { seconds: 1, concurrency: 1, rate, maxRequests: 100, clock, signal: end.signal };
    const result = await runSchedule(schedule, async () => {
      await clock.sleep(10);
      if (++count === 3) end.abort();
    });
    expect(result).toEqual({ sent: 3, unsent: 0 });
  },
);
