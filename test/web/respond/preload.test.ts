import { expect, test } from "vitest";
import { httpProtocolOf } from "../../../src/web/request/http-protocol.ts";
import { preload } from "../../../src/web/respond/preload.ts";

test("each resource of a page has its own Link header", () => {
  const headers = new Headers({ Link: "</docs>; rel=help" });
  preload(headers, [
    { href: "/static/style.css", as: "style" },
    { href: "/static/a%20b.js", as: "script" },
  ]);
  expect(headers.get("Link")).toBe(
    "</docs>; rel=help, </static/style.css>; rel=preload; as=style, </static/a%20b.js>; rel=preload; as=script",
  );
});

test("the protocol is what Cloudflare says of the connection", () => {
  const request = (cf?: Record<string, unknown>) => new Request("http://localhost/", cf ? { cf } : {}) as Request;
  expect(httpProtocolOf(request({ httpProtocol: "HTTP/3" }))).toBe("HTTP/3");
  expect(httpProtocolOf(request({ httpProtocol: 3 }))).toBeNull();
  expect(httpProtocolOf(request())).toBeNull();
});
