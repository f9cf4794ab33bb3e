/** The response to a GET or HEAD with preconditions (RFC 9110 §13), asked of bytes in a bucket. */
import { describe, expect, test } from "vitest";
import { askStored } from "../stored-content.ts";

const HASH = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";
const TAG = `"${HASH}"`;
const BEFORE = "Wed, 04 Mar 2026 05:06:06 GMT";
const SAVED = "Wed, 04 Mar 2026 05:06:07 GMT";
const AFTER = "Wed, 04 Mar 2026 05:06:08 GMT";

type Given = Readonly<Record<string, string>>;
type Wanted = 200 | 206 | 304 | 412 | 416;
type Row = readonly [section: string, happens: string, wanted: Wanted, given: Given];

/** Ten bytes, saved in the middle of a second. */
const ask = (method: string, given: Given) => askStored(10, method, { ...given, "X-Request-Id": "the-same" });

const RANGE = { Range: "bytes=2-5" };
const UNSATISFIABLE = { Range: "bytes=10-" };

const IF_MATCH: readonly Row[] = [
  ["13.1.1", "the tag passes", 200, { "If-Match": TAG }],
  ["13.1.1", "a list with the tag passes", 200, { "If-Match": `"other", ${TAG}` }],
  ["13.1.1", "* passes", 200, { "If-Match": "*" }],
  ["13.1.1", "another tag fails", 412, { "If-Match": '"other"' }],
  ["13.1.1", "a list without the tag fails", 412, { "If-Match": '"other", "another"' }],
  ["13.1.1", "an empty list fails", 412, { "If-Match": "" }],
  ["8.8.3", "* in quotes is a tag, and another one", 412, { "If-Match": '"*"' }],
  ["8.8.3", "the tag without its quotes is no tag", 412, { "If-Match": HASH }],
  ["8.8.3", "the tag with one quote is no tag", 412, { "If-Match": `"${HASH}` }],
  ["8.8.3", "the tag is not its beginning", 412, { "If-Match": `"${HASH.slice(0, -1)}"` }],
  ["8.8.3", "the tag is not the beginning of another", 412, { "If-Match": `"${HASH}0"` }],
  ["8.8.3", "a tag has its case", 412, { "If-Match": TAG.toUpperCase() }],
  ["8.8.3", "a small w/ begins no tag", 412, { "If-Match": `w/${TAG}` }],
  ["8.8.3.2", "a weak tag matches nothing", 412, { "If-Match": `W/${TAG}` }],
  ["8.8.3.2", "a weak tag hides no strong one", 200, { "If-Match": `W/${TAG}, ${TAG}` }],
  ["5.6.1.2", "empty elements of a list are passed over", 200, { "If-Match": `, ,"other",,${TAG} ,` }],
  ["13.1.4", "If-Unmodified-Since is passed over", 200, { "If-Match": TAG, "If-Unmodified-Since": BEFORE }],
  ["13.1.4", "If-Unmodified-Since saves nothing", 412, { "If-Match": '"other"', "If-Unmodified-Since": SAVED }],
];

const IF_NONE_MATCH: readonly Row[] = [
  ["13.1.2", "the tag is fresh", 304, { "If-None-Match": TAG }],
  ["13.1.2", "a list with the tag is fresh", 304, { "If-None-Match": `"other", ${TAG}, "another"` }],
  ["13.1.2", "* is fresh", 304, { "If-None-Match": "*" }],
  ["13.1.2", "another tag is stale", 200, { "If-None-Match": '"other"' }],
  ["13.1.2", "a list without the tag is stale", 200, { "If-None-Match": '"other", W/"another"' }],
  ["13.1.2", "an empty list is stale", 200, { "If-None-Match": "" }],
  ["8.8.3.2", "a weak tag matches", 304, { "If-None-Match": `W/${TAG}` }],
  ["8.8.3.2", "a list with the weak tag is fresh", 304, { "If-None-Match": `"other",W/${TAG}` }],
  ["8.8.3", "a comma belongs to the tag that it is in", 304, { "If-None-Match": `"a,b", ${TAG}` }],
  ["8.8.3", "what stands between commas in a tag is no tag", 200, { "If-None-Match": `"a,${HASH},b"` }],
  ["8.8.3", "a tag may have characters beyond ASCII", 304, { "If-None-Match": `"caf\xe9",${TAG}` }],
  ["8.8.3", "a tag may be empty", 304, { "If-None-Match": `"", ${TAG}` }],
  ["8.8.3", "the tag without its quotes is no tag", 200, { "If-None-Match": HASH }],
  ["8.8.3", "* in quotes is a tag, and another one", 200, { "If-None-Match": '"*"' }],
  ["5.6.1.2", "empty elements of a list are passed over", 304, { "If-None-Match": `,,${TAG},` }],
  ["13.1.3", "If-Modified-Since makes nothing fresh", 200, { "If-None-Match": '"other"', "If-Modified-Since": SAVED }],
  ["13.1.3", "nor beside an empty list", 200, { "If-None-Match": "", "If-Modified-Since": SAVED }],
  ["13.1.3", "If-Modified-Since makes nothing stale", 304, { "If-None-Match": TAG, "If-Modified-Since": BEFORE }],
];

const SINCE: readonly Row[] = [
  ["13.1.3", "the second it was saved in is fresh", 304, { "If-Modified-Since": SAVED }],
  ["13.1.3", "a second later is fresh", 304, { "If-Modified-Since": AFTER }],
  ["13.1.3", "a second earlier is stale", 200, { "If-Modified-Since": BEFORE }],
  ["13.1.3", "two dates are none", 200, { "If-Modified-Since": `${SAVED}, ${AFTER}` }],
  ["13.1.4", "the second it was saved in passes", 200, { "If-Unmodified-Since": SAVED }],
  ["13.1.4", "a second later passes", 200, { "If-Unmodified-Since": AFTER }],
  ["13.1.4", "a second earlier fails", 412, { "If-Unmodified-Since": BEFORE }],
  ["13.1.4", "two dates are none", 200, { "If-Unmodified-Since": `${BEFORE}, ${BEFORE}` }],
];

const IF_RANGE: readonly Row[] = [
  ["13.1.5", "the tag gives the part", 206, { "If-Range": TAG, ...RANGE }],
  ["13.1.5", "another tag gives the whole", 200, { "If-Range": '"other"', ...RANGE }],
  ["13.1.5", "the weak tag gives the whole", 200, { "If-Range": `W/${TAG}`, ...RANGE }],
  ["13.1.5", "a list gives the whole", 200, { "If-Range": `${TAG}, ${TAG}`, ...RANGE }],
  ["13.1.5", "* gives the whole", 200, { "If-Range": "*", ...RANGE }],
  ["13.1.5", "the tag without its quotes gives the whole", 200, { "If-Range": HASH, ...RANGE }],
  ["13.1.5", "nothing gives the whole", 200, { "If-Range": "", ...RANGE }],
  ["13.1.5", "the second it was saved in gives the part", 206, { "If-Range": SAVED, ...RANGE }],
  ["13.1.5", "a second earlier gives the whole", 200, { "If-Range": BEFORE, ...RANGE }],
  ["13.1.5", "a second later gives the whole", 200, { "If-Range": AFTER, ...RANGE }],
  ["13.1.5", "no Range gives the whole", 200, { "If-Range": TAG }],
  ["15.5.17", "the tag gives no part that is not there", 416, { "If-Range": TAG, ...UNSATISFIABLE }],
  ["13.1.5", "another tag gives the whole for what is not there", 200, { "If-Range": '"other"', ...UNSATISFIABLE }],
];

const ORDER: readonly Row[] = [
  ["13.2.2", "If-Match before If-None-Match", 412, { "If-Match": '"other"', "If-None-Match": TAG }],
  ["13.2.2", "If-Match before If-Modified-Since", 412, { "If-Match": '"other"', "If-Modified-Since": SAVED }],
  ["13.2.2", "If-Match before Range", 412, { "If-Match": '"other"', ...RANGE }],
  ["13.2.2", "If-Match before a Range of nothing", 412, { "If-Match": '"other"', ...UNSATISFIABLE }],
  ["13.2.2", "If-Match before If-Range", 412, { "If-Match": '"other"', "If-Range": TAG, ...RANGE }],
  ["13.2.2", "If-Unmodified-Since before If-None-Match", 412, { "If-Unmodified-Since": BEFORE, "If-None-Match": TAG }],
  ["13.2.2", "If-Unmodified-Since before Range", 412, { "If-Unmodified-Since": BEFORE, ...RANGE }],
  ["13.2.2", "If-None-Match behind If-Match", 304, { "If-Match": TAG, "If-None-Match": TAG }],
  ["13.2.2", "one date for both", 304, { "If-Unmodified-Since": SAVED, "If-Modified-Since": SAVED }],
  ["13.2.2", "If-None-Match before Range", 304, { "If-None-Match": TAG, ...RANGE }],
  ["13.2.2", "If-None-Match before a Range of nothing", 304, { "If-None-Match": TAG, ...UNSATISFIABLE }],
  ["13.2.2", "If-None-Match before If-Range", 304, { "If-None-Match": TAG, "If-Range": '"other"', ...RANGE }],
  ["13.2.2", "If-Modified-Since before Range", 304, { "If-Modified-Since": SAVED, ...RANGE }],
  ["13.2.2", "Range behind If-Match", 206, { "If-Match": TAG, ...RANGE }],
  ["13.2.2", "Range behind If-None-Match", 206, { "If-None-Match": '"other"', ...RANGE }],
  ["13.2.2", "Range behind If-Modified-Since", 206, { "If-Modified-Since": BEFORE, ...RANGE }],
  ["13.2.2", "Range behind all", 206, { "If-Match": "*", "If-None-Match": '"other"', "If-Range": TAG, ...RANGE }],
  ["15.5.17", "a Range of nothing behind all", 416, { "If-Match": TAG, "If-None-Match": '"o"', ...UNSATISFIABLE }],
];

/** RFC 850's form, with two digits for a year that lies some years ahead. */
function inYears(years: number): string {
  const date = new Date(Date.UTC(new Date().getUTCFullYear() + years, 10, 6));
  const weekday = date.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  return `${weekday}, 06-Nov-${`${date.getUTCFullYear()}`.slice(-2)} 08:49:37 GMT`;
}

const FORMS: readonly Row[] = [
  ["5.6.7", "RFC 850's form is a date", 304, { "If-Modified-Since": "Wednesday, 04-Mar-26 05:06:07 GMT" }],
  ["5.6.7", "RFC 850's form has its second", 200, { "If-Modified-Since": "Wednesday, 04-Mar-26 05:06:06 GMT" }],
  ["5.6.7", "RFC 850's form gives a part", 206, { "If-Range": "Wednesday, 04-Mar-26 05:06:07 GMT", ...RANGE }],
  ["5.6.7", "asctime's form is a date", 304, { "If-Modified-Since": "Wed Mar  4 05:06:07 2026" }],
  ["5.6.7", "asctime's form has its second", 412, { "If-Unmodified-Since": "Wed Mar  4 05:06:06 2026" }],
  ["5.6.7", "asctime's form gives a part", 206, { "If-Range": "Wed Mar  4 05:06:07 2026", ...RANGE }],
  ["5.6.7", "asctime's day may have two digits", 412, { "If-Unmodified-Since": "Sat Feb 28 05:06:07 2026" }],
  ["5.6.7", "a year of two digits may be long ago", 412, { "If-Unmodified-Since": "Sunday, 06-Nov-94 08:49:37 GMT" }],
  ["5.6.7", "a year of two digits up to 50 years ahead is in the future", 304, { "If-Modified-Since": inYears(40) }],
  ["5.6.7", "a year of two digits more than 50 years ahead is in the past", 200, { "If-Modified-Since": inYears(60) }],
  ["5.6.7", "a year of four digits is that year", 200, { "If-Modified-Since": "Sat, 06 Nov 0049 08:49:37 GMT" }],
];

/** What is no date by §5.6.7, in a year of two digits of this century. */
const noDates = (year: string) => [
  "",
  "tomorrow",
  `20${year}-03-05`,
  `20${year}-03-05T05:06:08.000Z`,
  `Thu, 05 Mar 20${year} 05:06:08`,
  `Thu, 05 Mar 20${year} 05:06:08 UTC`,
  `Thu, 05 Mar 20${year} 05:06:08 EST`,
  `Thu, 05 Mar 20${year} 05:06:08 +0000`,
  `Thu, 05 Mar 20${year} 05:06:08 GMT+1`,
  `Thu, 05 Mar 20${year} 05:06 GMT`,
  `Thu, 05 Mar 20${year} 5:06:08 GMT`,
  `Thu, 05 Mar 20${year} 05:60:08 GMT`,
  `Thu, 05 Mar 20${year} 24:00:00 GMT`,
  `Thu, 05 Mar 20${year} 25:06:08 GMT`,
  `Thu, 00 Mar 20${year} 05:06:08 GMT`,
  `Thu, 29 Feb 20${year} 05:06:08 GMT`,
  `Thu, 31 Nov 20${year} 05:06:08 GMT`,
  `Thu, 32 Mar 20${year} 05:06:08 GMT`,
  `Thu, 5 Mar 20${year} 05:06:08 GMT`,
  `Thu,  5 Mar 20${year} 05:06:08 GMT`,
  `Thu, 05 March 20${year} 05:06:08 GMT`,
  `Thu, 05 Mar ${year} 05:06:08 GMT`,
  `05 Mar 20${year} 05:06:08 GMT`,
  `thu, 05 mar 20${year} 05:06:08 gmt`,
  `Thursday, 05-Mar-20${year} 05:06:08 GMT`,
  `Thu, 05-Mar-${year} 05:06:08 GMT`,
  `Thu Mar 5 05:06:08 20${year}`,
  `Thu Mar   5 05:06:08 20${year}`,
  `Thu Mar  5 05:06:08 ${year}`,
  `Thu Mar  5 05:06:08 20${year} GMT`,
];

const IGNORED: readonly Row[] = [
  ...noDates("27").map((date): Row => ["13.1.3", `${date} makes nothing fresh`, 200, { "If-Modified-Since": date }]),
  ...noDates("25").map((date): Row => ["13.1.4", `${date} fails nothing`, 200, { "If-Unmodified-Since": date }]),
  ...["Wed, 04 Mar 2026", "2026-03-04T05:06:07Z", "Wed, 04 Mar 2026 05:06:07", "Wed, 4 Mar 2026 05:06:07 GMT"].map(
    (date): Row => ["13.1.5", `${date} gives the whole`, 200, { "If-Range": date, ...RANGE }],
  ),
];

/** The expected headers of the response, by status. The headers that are not listed must be absent. */
const DESCRIPTION = {
  "Accept-Ranges": "bytes",
  "Content-Disposition": 'attachment; filename="digits.txt"',
  "Content-Type": "text/plain; charset=utf-8",
  "Last-Modified": SAVED,
};
const ALWAYS = { "Cache-Control": "private, no-cache", ETag: TAG };
const REFUSAL = { "Cache-Control": "no-store", "Content-Type": "application/problem+json" };
const EXPECTED: Readonly<Record<Wanted, Given>> = {
  200: { ...ALWAYS, ...DESCRIPTION, "Content-Length": "10" },
  206: { ...ALWAYS, ...DESCRIPTION, "Content-Length": "4", "Content-Range": "bytes 2-5/10" },
  304: ALWAYS,
  412: REFUSAL,
  416: { ...REFUSAL, "Content-Range": "bytes */10" },
};
const BODIES: Readonly<Record<number, string>> = { 200: "0123456789", 206: "2345", 304: "" };
const TOLD = [...Object.keys(EXPECTED[206]), "Content-Encoding", "Content-Location", "Expires", "Vary"];

function expectHeaders(response: Response, wanted: Wanted): void {
  const told = TOLD.flatMap((name) => (response.headers.has(name) ? [[name, response.headers.get(name)]] : []));
  expect([response.status, Object.fromEntries(told)]).toEqual([wanted, EXPECTED[wanted]]);
}

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  "If-Match": IF_MATCH,
  "If-None-Match": IF_NONE_MATCH,
  "If-Modified-Since and If-Unmodified-Since": SINCE,
  "If-Range": IF_RANGE,
  "several conditions": ORDER,
  "a date": FORMS,
  "what is no date": IGNORED,
};

describe.each(Object.entries(TABLE))("%s", (_, rows) => {
  test.each(rows)("GET by §%s: %s: %i", async (_section, _happens, wanted, given) => {
    const response = await ask("GET", given);
    expectHeaders(response, wanted);
    const body = await response.text();
    if (wanted >= 400) expect(JSON.parse(body)).toMatchObject({ status: wanted, requestId: "the-same" });
    else expect(body).toBe(BODIES[wanted]);
  });

  // §14.2: a Range is for GET alone.
  test.each(rows)(
    "HEAD by §%s: %s: as GET without a Range, and no body",
    async (_section, _happens, _wanted, given) => {
      const { Range: _, ...withoutRange } = given;
      const [get, head] = [await ask("GET", withoutRange), await ask("HEAD", given)];
      expect([head.status, headersOf(head)]).toEqual([get.status, headersOf(get)]);
      expect([head.body, await head.text()]).toEqual([null, ""]);
    },
  );
});

/** Without those that count requests. */
function headersOf({ headers }: Response): string[][] {
  return [...headers].filter(([name]) => !name.includes("ratelimit"));
}

// RFC 9111 §4.3.4: a cache takes over what a 304 says.
test("§15.4.5: a 304 weakens nothing that the 200 said", async () => {
  const [whole, unchanged] = [await ask("GET", {}), await ask("GET", { "If-None-Match": TAG })];
  const described = ["accept-ranges", "content-disposition", "content-length", "content-type", "last-modified"];
  expect(headersOf(unchanged)).toEqual(headersOf(whole).filter(([name = ""]) => !described.includes(name)));
  expect(unchanged.headers.get("Content-Security-Policy")).toBe("sandbox; default-src 'none'");
  expect(unchanged.headers.get("X-Content-Type-Options")).toBe("nosniff");
});

test("§15.5.13: a browser that opens it is told on a page", async () => {
  const refused = [
    await ask("GET", { Accept: "text/html", "If-Match": '"other"' }),
    await ask("GET", { Accept: "text/html", ...UNSATISFIABLE }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([412, 416]);
  expect(refused[1]?.headers.get("Content-Range")).toBe("bytes */10");
  for (const { headers } of refused) expect(headers.get("Content-Type")).toBe("text/html; charset=utf-8");
});
