/** Generates request headers for the campaign: ordinary ones, and misleading ones. */
import fc from "fast-check";
import { hostileText } from "./values.ts";

type Pair = readonly [name: string, value: string];

const BOOKMARKS = [
  "00000001-00000002-00000003-0123456789abcdef0123456789abcdef",
  "ffffffff-ffffffff-ffffffff-ffffffffffffffffffffffffffffffff",
  "garbage",
  "first-primary",
  "first-unconstrained",
];

const ORDINARY: Readonly<Record<string, readonly string[]>> = {
  Accept: ["*/*", "text/html", "application/json", "text/html;q=0.1, application/json;q=0.9", "image/webp", ";;q=x"],
  "Accept-Encoding": ["gzip", "br;q=1.0, gzip;q=0.8", "identity", "*;q=0", "zstd"],
  "Accept-Language": ["de-DE, en;q=0.5", "*", "x".repeat(300)],
  "User-Agent": ["curl/8.0", "", "<script>alert(1)</script>", "a".repeat(2_000)],
  "X-Request-Id": ["a-valid-request-id", "short", "x".repeat(65), "a b c d e f g h", "<script>"],
  "X-D1-Bookmark": BOOKMARKS,
  "HX-Request": ["true", "false", "1"],
  "HX-Target": ["list", "<b>", "#main"],
  "HX-Current-URL": ["http://localhost/", "http://evil.example/?a=<b>", "garbage"],
  Referer: ["http://localhost/", "http://localhost/login", "http://evil.example/", "garbage"],
  "If-None-Match": ['"none"', 'W/"1"', '"1", "2"', "garbage", '"'],
  "If-Modified-Since": ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 2100 00:00:00 GMT", "garbage", "0"],
  Range: [
    "bytes=0-0",
    "bytes=0-",
    "bytes=-1",
    "bytes=5-1",
    "bytes=0-1,3-4",
    "items=0-1",
    "bytes=",
    "bytes=0-99999999999999999999",
  ],
  "If-Range": ['"none"', 'W/"1"', "Thu, 01 Jan 1970 00:00:00 GMT", "garbage"],
  "Last-Event-ID": ["0", "1", "-1", "garbage", "99999999999999999999"],
  "X-Forwarded-For": ["127.0.0.1", "10.0.0.1, 10.0.0.2", "::1"],
  "X-Forwarded-Proto": ["https", "gopher"],
  "X-Forwarded-Host": ["evil.example"],
  "X-HTTP-Method-Override": ["DELETE", "GET"],
  "X-Original-URL": ["/api/admin/users", "/"],
  "Cache-Control": ["no-cache", "max-age=0", "only-if-cached"],
  Purpose: ["prefetch"],
  Priority: ["u=1, i"],
  "Early-Data": ["1"],
  "Sec-Fetch-Mode": ["navigate", "cors"],
  "Sec-Fetch-Dest": ["document", "empty"],
  traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "garbage"],
};

const MISLEADING: Readonly<Record<string, readonly string[]>> = {
  "Content-Type": [
    "",
    "text/plain",
    "text/html",
    "application/json",
    "application/json; charset=utf-16",
    "APPLICATION/JSON;charset=UTF-8",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=latin1",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    'multipart/form-data; boundary="a b"',
    `multipart/form-data; boundary=${"b".repeat(100)}`,
    "application/octet-stream",
    "; ;;",
    "/",
  ],
  "Content-Encoding": ["gzip", "br", "identity", "identity, gzip", "garbage", ""],
  "Content-Range": ["bytes 0-1/2", "bytes */5", "garbage"],
  "Content-Length": ["0", "1", "-1", "99999999999", "1e3", "garbage", "5, 5"],
  "Transfer-Encoding": ["chunked", "gzip, chunked", "garbage"],
  "Idempotency-Key": ["", "a", "k".repeat(64), "k".repeat(300), "<b>", "a, b"],
  "If-Match": ["*", '"none"', 'W/"1"', '"1"', "garbage", '"'],
  "If-Unmodified-Since": ["Thu, 01 Jan 1970 00:00:00 GMT", "garbage"],
  Origin: [
    "http://localhost",
    "http://evil.example",
    "null",
    "",
    "garbage",
    "https://localhost",
    "http://localhost.evil.example",
  ],
  "Sec-Fetch-Site": ["same-origin", "none", "same-site", "cross-site", "", "garbage"],
  Upgrade: ["websocket", "WebSocket", "h2c", ""],
  Connection: ["Upgrade", "close"],
  "Sec-WebSocket-Protocol": ["chat", "a, b, <script>"],
  "Sec-WebSocket-Version": ["8", "13"],
  "Sec-WebSocket-Extensions": ["permessage-deflate; client_max_window_bits=99"],
  "Access-Control-Request-Method": ["GET", "DELETE", "garbage"],
  "Access-Control-Request-Headers": ["authorization", "x".repeat(500), "a b"],
  Authorization: [
    "",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "Bearer a.b.c",
    "bearer\tx",
    "Negotiate x",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
  ],
  "X-API-Key": ["", "candor_", "candor_x", "' OR 1=1 --"],
  Cookie: [
    "",
    "=",
    ";;;",
    "__Host-session",
    "__Host-session=",
    "__Host-session=x",
    "session=x",
    "__Host-session=%ff",
    "a=b; __proto__=c",
    `c=${"c".repeat(4_000)}`,
  ],
  Expect: ["100-continue"],
  TE: ["trailers"],
  Host: ["evil.example"],
};

const pairsOf = (table: Readonly<Record<string, readonly string[]>>): Pair[] =>
  Object.entries(table).flatMap(([name, values]) => values.map((value): Pair => [name, value]));

/** A header that no route refuses. */
export const ordinaryHeader: fc.Arbitrary<Pair> = fc.constantFrom(...pairsOf(ORDINARY));

/** A header that a route may refuse. */
export const misleadingHeader: fc.Arbitrary<Pair> = fc.oneof(
  { arbitrary: fc.constantFrom(...pairsOf(MISLEADING)), weight: 3 },
  {
    arbitrary: fc.tuple(fc.constantFrom(...Object.keys({ ...ORDINARY, ...MISLEADING })), hostileText),
    weight: 1,
  },
);
