/** The data that the account page shows. */
import type { ListedSession } from "../../identity/sessions/session-list.ts";
import type { ApiKey } from "../../identity/tokens/api-keys.ts";
import type { User } from "../../identity/users/user.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import type { Page } from "../../web/request/paging.ts";

/** A refused form, with its values and errors. */
export interface RefusedForm {
  readonly form: "name" | "password" | "key";
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly errors: FormErrors;
}

export interface AccountView {
  readonly user: User;
  readonly sessions: Page<ListedSession>;
  /** The id of the session that the request belongs to; null without a session. */
  readonly currentSession: string | null;
  readonly keys: Page<ApiKey>;
  /** The cursors in the address, one for each list. */
  readonly cursors: Readonly<Record<"sessions" | "keys", string | undefined>>;
  /** The permissions that a key can have. */
  readonly permissions: readonly string[];
  readonly refused?: RefusedForm;
  /** A key that was just created, with its secret, which is shown only once. */
  readonly newKey?: ApiKey & { readonly key: string };
}
