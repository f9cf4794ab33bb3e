/** The text with the number and the size of a user's files. The server uses this module, too. */
import { sizeOf } from "../page/size.js";

/** @param {number} files @param {number} bytes @returns {string} Empty without files. */
export function usageText(files, bytes) {
  if (files === 0) return "";
  return `${files.toLocaleString("en-US")} ${files === 1 ? "file" : "files"}, ${sizeOf(bytes)}`;
}
