/** The network address of a client. */

/**
 * @returns The address from `CF-Connecting-IP`, which clients cannot set; for IPv6 its /64 subnet, which usually belongs to
 *   one subscriber; `unknown` without the header.
 */
export function clientAddress(request: Request): string {
  const address = request.headers.get("CF-Connecting-IP")?.trim().toLowerCase() ?? "";
  if (address === "") return "unknown";
  return address.includes(":") ? subnetOf(address) : address;
}

/** The first four groups of an IPv6 address, or the IPv4 address that it maps (RFC 4291 §2.5.5.2). */
function subnetOf(address: string): string {
  // URL parsing normalizes the address (RFC 5952).
  const url = `http://[${address}]`;
  const canonical = URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (high && low) return [high, low].flatMap(toBytes).join(".");
  const [head = "", tail] = canonical.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail ? tail.split(":") : [];
  const zeros = Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill("0");
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(":")}::/64`;
}

/** The two bytes of a group, in decimal. */
function toBytes(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}
