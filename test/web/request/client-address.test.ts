import { expect, test } from "vitest";
import { clientAddress } from "../../../src/web/request/client-address.ts";

const addressOf = (headers: HeadersInit) => clientAddress(new Request("http://localhost", { headers }));

const spellings: [header: string, address: string][] = [
  ["203.0.113.7", "203.0.113.7"],
  [" 203.0.113.7 ", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::FFFF:203.0.113.7", "203.0.113.7"],
  ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
  ["::ffff:cb00:7107", "203.0.113.7"],
  ["a::b:c:d:e:1.2.3.4", "a:0:b:c::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:0000:0000:0000:0000", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::6", "2001:db8:1:3::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ["2001:0db8:0:0000:1:2:3:4", "2001:db8:0:0::/64"],
  ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["fe80::", "fe80:0:0:0::/64"],
];

test.each(spellings)("the address of %j is %s", (header, address) => {
  expect(addressOf({ "CF-Connecting-IP": header })).toBe(address);
});

test("without the header of Cloudflare the address is unknown, whatever a client says", () => {
  const claimed = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Real-IP": "203.0.113.7",
    Forwarded: "for=203.0.113.7",
    "True-Client-IP": "203.0.113.7",
  };
  for (const headers of [{}, { "CF-Connecting-IP": "" }, claimed]) expect(addressOf(headers)).toBe("unknown");
});
