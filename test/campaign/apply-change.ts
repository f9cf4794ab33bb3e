/** Applies changes to a request. A change that does not fit the request leaves it as it is. */
import { Buffer } from "node:buffer";
import type { Accounts } from "./accounts.ts";
import type { Change } from "./change.ts";
import { setCredential } from "./credentials.ts";
import { type Draft, fieldsOf, membersOf, setText } from "./draft.ts";
import { SENDER } from "./values.ts";

/** The sources of values for changes. */
export interface Sources {
  readonly accounts: Accounts;
  /** The e-mail address of the user to whom the request belongs. */
  readonly email: string;
  /** The path of a stranger's request to the same route. */
  readonly strangersPath: string;
  readonly etag?: string | null;
  readonly lastModified?: string | null;
  readonly nextCursor?: unknown;
}

export async function applyChange(draft: Draft, change: Change, sources: Sources): Promise<void> {
  const fill = (text: string) => text.replaceAll(SENDER, sources.email);
  switch (change.change) {
    case "method":
      draft.method = change.method;
      return;
    case "header":
      return setHeader(draft, change.name, fill(change.value));
    case "no header":
      return draft.headers.delete(change.name);
    case "validator": {
      const value = /Modified/.test(change.name) ? sources.lastModified : sources.etag;
      return value ? setHeader(draft, change.name, value) : undefined;
    }
    case "credential":
      return setCredential(draft, change.kind, sources.accounts);
    case "parameter":
      return setParameter(draft, change.name, fill(change.value), change.isAdded);
    case "query":
      draft.query = change.text.replaceAll("#", "%23");
      return;
    case "next page":
      if (typeof sources.nextCursor === "string") setParameter(draft, "cursor", sources.nextCursor, false);
      return;
    case "segment":
      return setSegment(
        draft,
        change.index,
        change.isRaw ? change.value : encodeURIComponent(wellFormed(change.value)),
      );
    case "path":
      draft.path = editPath(draft.path, change.edit);
      return;
    case "stranger's path":
      draft.path = sources.strangersPath;
      return;
    case "member":
      return setMember(draft, change.name, JSON.parse(fill(JSON.stringify(change.value ?? null))));
    case "some member": {
      const fields = fieldsOf(draft);
      const names = Object.keys(membersOf(draft) ?? (fields ? Object.fromEntries(fields) : {}));
      const name = names[change.index % Math.max(1, names.length)];
      return name === undefined ? undefined : setMember(draft, name, change.isRemoved ? undefined : change.value);
    }
    case "body":
      return setText(draft, JSON.stringify(change.json) ?? "");
    case "spelling":
      return respell(draft, change.spelling);
    case "bytes":
      return editBytes(draft, change);
  }
}

const wellFormed = (text: string) => text.toWellFormed();

/** Sets a header, unless no client could send it. */
function setHeader({ headers }: Draft, name: string, value: string): void {
  try {
    // A cookie is appended, since a browser keeps its other cookies, such as that of the session.
    const before = name === "Cookie" ? headers.get(name) : null;
    // workerd logs a warning for each character outside ASCII.
    const sent = value.replaceAll(/[^\0-\x7f]/g, "?");
    headers.set(name, before === null ? sent : `${before}; ${sent}`);
  } catch {}
}

function setParameter(draft: Draft, name: string, value: string, isAdded: boolean): void {
  const query = new URLSearchParams(draft.query);
  if (isAdded) query.append(name, value);
  else query.set(name, value);
  draft.query = query.toString();
}

function setSegment(draft: Draft, index: number, value: string): void {
  const segments = draft.path.split("/").slice(1);
  // Counts from the end, since routes have their parameters there.
  segments[segments.length - 1 - (index % segments.length)] = value.replaceAll(/[?#]/g, encodeURIComponent);
  draft.path = `/${segments.join("/")}`;
}

function editPath(path: string, edit: Extract<Change, { change: "path" }>["edit"]): string {
  if (edit === "trailing slash") return `${path}/`;
  if (edit === "double slash") return path.replace(/\/(?=[^/]*$)/, "//");
  if (edit === "upper case") return path.toUpperCase();
  if (edit === "dots") return path.replace(/\/(?=[^/]*$)/, "/%2e%2e/./x/../");
  if (edit === "encoded") return path.replace(/\w$/, (last) => `%${Buffer.from(last).toString("hex")}`);
  return `${path}/extra`;
}

function setMember(draft: Draft, name: string, value: unknown): void {
  const members = membersOf(draft);
  const fields = fieldsOf(draft);
  if (members) {
    // An assignment would not make `__proto__` a member.
    Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
    setText(draft, JSON.stringify(members));
  } else if (fields) {
    if (value === undefined) fields.delete(name);
    else fields.set(name, typeof value === "string" ? value.toWellFormed() : JSON.stringify(value));
    setText(draft, fields.toString());
  }
}

function respell(draft: Draft, spelling: Extract<Change, { change: "spelling" }>["spelling"]): void {
  const members = membersOf(draft);
  if (!members) return;
  const entries = Object.entries(members);
  const text = JSON.stringify(members);
  const spelled = {
    spaces: () => `\n\t${JSON.stringify(members, null, 4)} \r\n`,
    escapes: () => text.replace(/[a-z](?=[a-z]*":)/g, escapeUnit),
    "members reversed": () => JSON.stringify(Object.fromEntries(entries.reverse())),
    "members twice": () => (entries.length > 0 ? `{${text.slice(1, -1)},${text.slice(1)}` : text),
    "byte order mark": () => `\ufeff${text}`,
  };
  setText(draft, spelled[spelling]());
}

const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

function editBytes(draft: Draft, { edit, at, byte }: Extract<Change, { change: "bytes" }>): void {
  const bytes = Buffer.from(draft.body ?? []);
  const index = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
  const one = Buffer.from([byte]);
  const made = {
    cut: () => before,
    replace: () => Buffer.concat([before, one, after.subarray(1)]),
    insert: () => Buffer.concat([before, one, after]),
    remove: () => Buffer.concat([before, after.subarray(1)]),
    append: () => Buffer.concat([bytes, one]),
    repeat: () =>
      Buffer.concat(Array<Buffer>(Math.min(1 + at, Math.ceil(300_000 / Math.max(1, bytes.length)))).fill(bytes)),
    empty: () => Buffer.alloc(0),
    random: () => Buffer.from(Array.from({ length: at }, (_, n) => (byte * (n + 1) + n * n) & 255)),
  }[edit]();
  draft.body = new Uint8Array(made);
}
