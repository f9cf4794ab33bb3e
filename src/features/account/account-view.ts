/** What the page of one's own account shows. */

import type { ListedSession } from "../../identity/sessions/session-list.ts";
import type { ApiKey } from "../../identity/tokens/api-keys.ts";
import type { User } from "../../identity/users/user.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import type { Page } from "../../web/request/paging.ts";

/** A form that was refused, with what was typed. */
export interface RefusedForm {
  readonly form: "name" | "password" | "key";
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly errors: FormErrors;
}

export interface AccountView {
  readonly user: User;
  readonly sessions: Page<ListedSession>;
  /** Null for who came without one. */
  readonly currentSession: string | null;
  readonly keys: Page<ApiKey>;
  /** What a key can be given. */
  readonly permissions: readonly string[];
  readonly refused?: RefusedForm;
  /** A key that has just been made: nobody sees it again. */
  readonly newKey?: ApiKey & { readonly key: string };
}
