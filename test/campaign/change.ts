/** The changes of a request, as data that fast-check generates, shrinks and prints. */
import type { CredentialKind } from "./credentials.ts";

export const PATH_EDITS = ["trailing slash", "double slash", "upper case", "dots", "encoded", "extra segment"] as const;
export const SPELLINGS = ["spaces", "escapes", "members reversed", "members twice", "byte order mark"] as const;
export const BYTE_EDITS = ["cut", "replace", "insert", "remove", "append", "repeat", "empty", "random"] as const;

export type Change =
  | { readonly change: "method"; readonly method: string }
  | { readonly change: "header"; readonly name: string; readonly value: string }
  | { readonly change: "no header"; readonly name: string }
  /** Sets a header to a validator from the latest response of the same route. */
  | { readonly change: "validator"; readonly name: string }
  | { readonly change: "credential"; readonly kind: CredentialKind }
  | { readonly change: "parameter"; readonly name: string; readonly value: string; readonly isAdded: boolean }
  | { readonly change: "query"; readonly text: string }
  /** Sets the cursor from the latest response. */
  | { readonly change: "next page" }
  | { readonly change: "segment"; readonly index: number; readonly value: string; readonly isRaw: boolean }
  | { readonly change: "path"; readonly edit: (typeof PATH_EDITS)[number] }
  | { readonly change: "stranger's path" }
  | { readonly change: "member"; readonly name: string; readonly value: unknown }
  /** Changes a member or field of the body, chosen by its position. */
  | { readonly change: "some member"; readonly index: number; readonly value: unknown; readonly isRemoved: boolean }
  | { readonly change: "body"; readonly json: unknown }
  | { readonly change: "spelling"; readonly spelling: (typeof SPELLINGS)[number] }
  | {
      readonly change: "bytes";
      readonly edit: (typeof BYTE_EDITS)[number];
      readonly at: number;
      readonly byte: number;
    };
