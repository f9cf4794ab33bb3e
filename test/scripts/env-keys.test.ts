/** The bindings that a feature declares. */
import { expect, test } from "vitest";
import { readEnvKeys } from "../../scripts/scaffold/env-keys.ts";

const declared = (body: string) => `declare module "../../env.ts" {\n  interface Env {\n${body}\n  }\n}\n`;

test.each<[name: string, source: string, keys: string[]]>([
  ["a binding", declared("    readonly CHAT_ROOM: DurableObjectNamespace<ChatRoomObject>;"), ["CHAT_ROOM"]],
  ["an optional one", declared("    EMAIL?: SendEmail;"), ["EMAIL"]],
  ["several on a line", declared("A: string; readonly B: number;C?: 1"), ["A", "B", "C"]],
  [
    "types with members",
    declared("A: { inner: string; other: Map<{ deep: 1 }, 2> };\n  B: (key: string) => [x: number];"),
    ["A", "B"],
  ],
  ["a comment that looks like one", declared("/** Not: a key;\n X: 1 */\n  A: string;\n // Y: 2;"), ["A"]],
  ["two declarations", `${declared("A: 1;")}${declared("B: 2;")}`, ["A", "B"]],
  ["another interface", 'declare module "../../env.ts" { interface AppLocals { a: 1 } }', []],
  ["another module", 'declare module "vitest" { interface Env { A: 1 } }', []],
  ["no module", "interface Env { A: 1 }", []],
])("%s", (_, source, keys) => expect(readEnvKeys(source)).toEqual(keys));
