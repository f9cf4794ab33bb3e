import { describe, expect, test } from "vitest";
import { type Submission, submittedId } from "../../../src/web/request/submitted-id.ts";
import { uuid } from "../../../src/web/request/uuid.ts";

const SENT = { kind: "note", userId: "ada", submission: "one", content: ["Tea", "Green"] };

test("a submission determines the id, which is a UUID of version 8", () => {
  const id = submittedId(SENT);
  expect(id).toBe(submittedId({ ...SENT }));
  expect(uuid.parse(id)).toBe(id);
  expect(id).toMatch(/^.{14}8.{4}[89ab]/);
});

describe("another id results from", () => {
  const OTHER: Record<string, Submission> = {
    "another kind": { ...SENT, kind: "file" },
    "another user": { ...SENT, userId: "grace" },
    "another submission": { ...SENT, submission: "two" },
    "another value": { ...SENT, content: ["Tea", "Black"] },
    "values in another order": { ...SENT, content: ["Green", "Tea"] },
    "the same text in one value": { ...SENT, content: ["TeaGreen"] },
    "a value that imitates two": { ...SENT, content: ['Tea","Green'] },
    "an empty value more": { ...SENT, content: ["Tea", "Green", ""] },
    "no values": { kind: SENT.kind, userId: SENT.userId, submission: SENT.submission },
    "a border that moved": { ...SENT, userId: "adaone", submission: "" },
  };
  test.each(Object.entries(OTHER))("%s", (_, other) => expect(submittedId(other)).not.toBe(submittedId(SENT)));
});
