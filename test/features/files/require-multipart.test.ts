import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { AppLocals } from "../../../src/env.ts";
import { requireMultipart } from "../../../src/features/files/require-multipart.ts";
import type { UploadSlotLocals } from "../../../src/features/files/require-upload-slot.ts";
import { scope } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { supplyLocals } from "../../supply-locals.ts";
import { SLOT } from "./files.ts";

const { route, setup } = scope<AppLocals & UploadSlotLocals>();
const guard = requireMultipart(100_000, 10);
const app = setup({
  onRequest: (info: Parameters<typeof supplyLocals>[0]) => ({ ...supplyLocals(info), slot: SLOT }),
  handlers: [
    route.post("/", {
      guards: [guard],
      resolve: async ({ locals: { form, parts } }) => {
        const names: string[] = [];
        for await (const { name } of parts) names.push(name);
        return Response.json({ fields: Object.entries(form), toString: typeof form.toString, names });
      },
    }),
  ],
});

function ask(body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return app.fetch(new Request("http://localhost/", { method: "POST", headers, body }), env, createExecutionContext());
}

function formOf(fields: readonly (readonly [name: string, value: string | File])[]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

const TYPE = { "Content-Type": "multipart/form-data; boundary=b" };
const FILE = new File(["content"], "f.txt");

describe("a form with files", () => {
  test("is supplied with the field that comes first, and the rest to be read", async () => {
    const form = formOf([
      ["greeting", "héllo"],
      ["file", FILE],
      ["b", "2"],
    ]);
    const supplied = { fields: [["greeting", "héllo"]], toString: "undefined", names: ["file", "b"] };
    expect(await (await ask(form)).json()).toEqual(supplied);
  });

  test("has no field if it begins with a file, or with nothing", async () => {
    for (const form of [formOf([["csrf", FILE]]), formOf([])]) {
      expect(await (await ask(form)).json()).toEqual({ fields: [], toString: "undefined", names: [] });
    }
  });

  test("has a field of any name, as it was", async () => {
    const { fields } = await (await ask(formOf([["__proto__", "p"]]))).json<{ fields: unknown }>();
    expect(fields).toEqual([["__proto__", "p"]]);
    const escaped = '--b\r\nContent-Disposition: form-data; name="a%22%0D%0Ab"\r\n\r\n1\r\n--b--';
    expect(await (await ask(escaped, TYPE)).json()).toMatchObject({ fields: [['a"\r\nb', "1"]] });
  });

  test("may begin with a field of 1 KiB", async () => {
    expect((await ask(formOf([["a", "x".repeat(1024)]]))).status).toBe(200);
    expect((await ask(formOf([["a", "x".repeat(1025)]]))).status).toBe(413);
  });
});

test("another media type gets 415, and a malformed form 400", async () => {
  expect((await ask(new URLSearchParams({ a: "1" }))).status).toBe(415);
  for (const body of ["", "--b\r\nnone", "--b\r\n\r\n\r\n--b--"]) expect((await ask(body, TYPE)).status).toBe(400);
  expect((await ask("--b--", { "Content-Type": "multipart/form-data" })).status).toBe(400);
});

test("states its facts", () => {
  expect(factsOf(guard)).toMatchObject({ denies: [400, 408, 413, 415], detail: "100000 B" });
});
