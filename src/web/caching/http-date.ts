/** Dates in HTTP headers (RFC 9110 §5.6.7), which have a resolution of seconds. */

const [DAY, MONTH, TIME] = ["(?<day>\\d\\d)", "(?<month>[A-Z][a-z]{2})", "(?<time>\\d\\d:\\d\\d:\\d\\d)"];

/** The formats: IMF-fixdate, RFC 850, asctime. */
const HTTP_DATES = [
  `[A-Z][a-z]{2}, ${DAY} ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `[A-Z][a-z]+day, ${DAY}-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** @returns Seconds since the epoch; undefined without a valid date. */
export function parseHttpDate(text: string | null): number | undefined {
  if (text === null) return undefined;
  const parts = HTTP_DATES.map((form) => form.exec(text.trim())?.groups).find((groups) => groups);
  const { day = "", month = "", year = "", time = "" } = parts ?? {};
  const usual = `${day.replace(" ", "0")} ${month} ${year.length === 2 ? fullYear(Number(year)) : year} ${time} GMT`;
  const date = new Date(usual);
  // Date turns an impossible day, such as 31 February, into another one.
  return date.toUTCString().endsWith(usual) ? toSeconds(date.getTime()) : undefined;
}

/** A two-digit year is in this century, or in the previous one if it would be more than 50 years ahead. */
function fullYear(twoDigits: number): number {
  const now = new Date().getUTCFullYear();
  const year = now - (now % 100) + twoDigits;
  return year > now + 50 ? year - 100 : year;
}

/** @param ms Milliseconds since the epoch. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
