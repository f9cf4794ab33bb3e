/** Everything that is asked of the built Worker: in one file, so that it is built once. */
import { describe } from "vitest";

describe("notes", async () => {
  await import("./worker/notes.ts");
});
describe("export", async () => {
  await import("./worker/export.ts");
});
describe("errors", async () => {
  await import("./worker/errors.ts");
});
describe("log", async () => {
  await import("./worker/log.ts");
});
describe("wire", async () => {
  await import("./worker/wire.ts");
});
describe("assets", async () => {
  await import("./worker/assets.ts");
});
describe("limits", async () => {
  await import("./worker/limits.ts");
});
describe("uploads", async () => {
  await import("./worker/uploads.ts");
});
describe("memory", async () => {
  await import("./worker/memory.ts");
});
describe("realtime", async () => {
  await import("./worker/realtime.ts");
});
