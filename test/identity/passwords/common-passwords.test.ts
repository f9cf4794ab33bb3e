/** The generated list is what the package's list makes. */
import { expect, test } from "vitest";
import { listCommonPasswords } from "../../../scripts/common-passwords.ts";
import { COMMON_PASSWORDS } from "../../../src/identity/passwords/common-passwords.ts";

test("the 3,000 passwords are those that npm run common-passwords takes from the package", () => {
  expect(COMMON_PASSWORDS).toHaveLength(3000);
  expect(COMMON_PASSWORDS).toEqual(listCommonPasswords());
});

test("the common passwords are long enough to be chosen, in the case in which they are compared, and unique", () => {
  const folded = COMMON_PASSWORDS.map((password) => password.normalize("NFKC").toLowerCase());
  expect(COMMON_PASSWORDS).toEqual([...new Set(folded)]);
  expect(COMMON_PASSWORDS.filter((password) => password.length < 8)).toEqual([]);
});
