import fc from "fast-check";
import { expect, test } from "vitest";
import { RoundRobin } from "../../../src/identity/passwords/round-robin.ts";

type Step = { readonly push: string } | "shift";
const key = fc.constantFrom("a", "b", "c", "d");
const steps = fc.array(
  fc.oneof(
    key.map((push): Step => ({ push })),
    fc.constant<Step>("shift"),
  ),
  { maxLength: 60 },
);

/** The same, in the plainest way: the keys in the order of the rotation, and all items in the order they came. */
class Model {
  rotation: string[] = [];
  served: string | undefined;
  items: { readonly key: string; readonly item: number }[] = [];

  push(key: string, item: number) {
    this.items.push({ key, item });
    if (this.rotation.includes(key)) return;
    const isBehind = this.served === this.rotation.at(-1) && this.served !== undefined;
    this.rotation.splice(isBehind ? -1 : this.rotation.length, 0, key);
  }

  shift() {
    const key = this.rotation.shift();
    const found = this.items.find((entry) => entry.key === key);
    if (key === undefined || !found) return undefined;
    this.served = key;
    this.items = this.items.filter((entry) => entry !== found);
    if (this.items.some((entry) => entry.key === key)) this.rotation.push(key);
    return [key, found.item];
  }
}

test("after any pushes and takes, keys are served in turn, and each in its own order", () => {
  const property = fc.property(steps, (sequence) => {
    const [lines, model] = [new RoundRobin<number>(), new Model()];
    for (const [item, step] of sequence.entries()) {
      if (step === "shift") expect(lines.shift()).toEqual(model.shift());
      else {
        lines.push(step.push, item);
        model.push(step.push, item);
      }
      for (const key of "abcd") expect(lines.count(key)).toBe(model.items.filter((entry) => entry.key === key).length);
    }
  });
  fc.assert(property, { numRuns: 1000 });
});

test("it foretells how many are taken before an item that is pushed now", () => {
  const property = fc.property(steps, key, (sequence, last) => {
    const lines = new RoundRobin<number>();
    for (const [item, step] of sequence.entries()) step === "shift" ? lines.shift() : lines.push(step.push, item);
    const foretold = lines.countBefore(last);
    lines.push(last, -1);
    let taken = 0;
    while (lines.shift()?.[1] !== -1) taken++;
    expect(taken).toBe(foretold);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("entries that fail the predicate are removed, and an empty key leaves the rotation", () => {
  const property = fc.property(fc.array(key), fc.integer({ min: 1, max: 5 }), (keys, divisor) => {
    const [lines, expected] = [new RoundRobin<number>(), new RoundRobin<number>()];
    for (const [item, key] of keys.entries()) lines.push(key, item);
    lines.keep((item) => item % divisor === 0);
    const firsts = new Map(keys.map((key) => [key, keys.indexOf(key)] as const).toReversed());
    const byFirst = [...keys.entries()].toSorted(([, a], [, b]) => (firsts.get(a) ?? 0) - (firsts.get(b) ?? 0));
    for (const [item, key] of byFirst) if (item % divisor === 0) expected.push(key, item);
    const drain = (from: RoundRobin<number>) => keys.map(() => from.shift());
    expect(drain(lines)).toEqual(drain(expected));
  });
  fc.assert(property, { numRuns: 500 });
});
