import { expect, test } from "vitest";
import { formatComment, formatEvent, formatRetry } from "../../../src/features/live/event-stream.ts";

test("an event has its fields, each in a line, and an empty line behind", () => {
  expect(formatEvent({ data: { a: 1 } })).toBe('data: {"a":1}\n\n');
  expect(formatEvent({ id: "7", event: "note", data: "x" })).toBe('id: 7\nevent: note\ndata: "x"\n\n');
});

test("data with line ends stays one line", () => {
  const text = "one\ntwo\r\nthree\u2028\rfour";
  const lines = formatEvent({ data: text }).split(/\r\n|\r|\n/);
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0]?.slice("data: ".length) ?? "")).toBe(text);
});

test("a comment and a retry end their line, but no event, and the event after them is whole", () => {
  expect(formatComment("heartbeat")).toBe(": heartbeat\n");
  expect(formatRetry(2_000)).toBe("retry: 2000\n");
  const event = formatEvent({ id: "7", data: "x" });
  const stream = [formatRetry(2_000), event, formatComment("heartbeat"), formatComment("heartbeat"), event].join("");
  expect(stream.split("\n\n")).toEqual([
    'retry: 2000\nid: 7\ndata: "x"',
    ': heartbeat\n: heartbeat\nid: 7\ndata: "x"',
    "",
  ]);
});
