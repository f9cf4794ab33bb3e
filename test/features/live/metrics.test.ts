import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Metrics } from "../../../src/features/live/metrics.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);
const sampleOf = (metrics: Metrics, name: string) => metrics.sample().find(({ metric }) => metric === name);
const requests = (count: number) => ({ requests: count, changes: {} });

test.each([
  [0, "normal"],
  [99, "normal"],
  [100, "warning"],
  [499, "warning"],
  [500, "critical"],
])("%i requests in a second are %s", (count, status) => {
  const metrics = new Metrics();
  metrics.count(requests(3 * count));
  expect(sampleOf(metrics, "requests")).toMatchObject({ value: count, status });
});

test("requests are averaged over three seconds, of all isolates together", () => {
  const metrics = new Metrics();
  const counted = [3, 0, 6, 0, 0, 0].map((count) => {
    metrics.count(requests(count));
    metrics.count(requests(count === 0 ? 0 : 1));
    return sampleOf(metrics, "requests")?.value;
  });
  expect(counted).toEqual([1.3, 1.3, 3.7, 2.3, 2.3, 0]);
});

test("notes and uploads are those of the last minute, by whatever door they came", () => {
  const metrics = new Metrics();
  metrics.count({ requests: 2, changes: { "POST /api/notes": 2, "POST /notes": 1, "POST /api/files": 1 } });
  wait(30_000);
  metrics.count({ requests: 1, changes: { "PUT /api/files/:name": 1, "DELETE /api/notes/:id": 5 } });
  expect([sampleOf(metrics, "notes")?.value, sampleOf(metrics, "uploads")?.value]).toEqual([3, 2]);
  wait(30_000);
  expect([sampleOf(metrics, "notes")?.value, sampleOf(metrics, "uploads")?.value]).toEqual([0, 1]);
  wait(30_000);
  expect(sampleOf(metrics, "uploads")?.value).toBe(0);
});

test("what was done is told at once, and what changes nothing of note is not", () => {
  const timestamp = new Date().toISOString();
  const changes = { "POST /register": 1, "POST /api/notes": 2, "POST /login": 9, "PATCH /api/me": 1 };
  expect(new Metrics().count({ requests: 13, changes })).toEqual([
    { timestamp, activity: "account", count: 1 },
    { timestamp, activity: "note", count: 2 },
  ]);
});

test("sockets are those of all rooms; a room that says nothing for 90 seconds is gone", () => {
  const metrics = new Metrics();
  metrics.countSockets("one", 5);
  wait(45_000);
  metrics.countSockets("two", 2);
  metrics.countSockets("two", 3);
  metrics.countSockets("three", 0);
  expect(sampleOf(metrics, "sockets")?.value).toBe(8);
  wait(45_000);
  expect(sampleOf(metrics, "sockets")?.value).toBe(3);
  metrics.countSockets("two", 0);
  expect(sampleOf(metrics, "sockets")?.value).toBe(0);
});
