/** Human-readable sizes. The server uses this module, too. */

const UNITS = ["bytes", "KiB", "MiB", "GiB"];

/** @param {number} bytes @returns {string} A text such as `1 byte`, `900 bytes` or `2.5 MiB`. */
export function sizeOf(bytes) {
  if (bytes === 1) return "1 byte";
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const amount = bytes / 1024 ** power;
  return `${amount < 10 ? Number(amount.toFixed(1)) : Math.round(amount)} ${UNITS[power]}`;
}
