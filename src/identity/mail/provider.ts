/** The interface of mail providers: one file each sends mail through one service. */
import type { RequestEnv } from "../../env.ts";

export interface Mail {
  /** The recipient's address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface MailProvider {
  /** The binding or secret that it needs. The app does not start without it. */
  readonly needs: keyof RequestEnv;
  /**
   * Sends an e-mail, within `MAIL_DEADLINE_MS`.
   *
   * @param id Identifies the e-mail. A second attempt has the same id.
   * @throws MailError If the provider did not accept the e-mail, or may not have accepted it.
   */
  send(env: RequestEnv, mail: Mail, id: string): Promise<void>;
}

/** Milliseconds that one attempt may take. Two attempts fit into the 30 seconds that a Worker has after the response. */
export const MAIL_DEADLINE_MS = 8_000;

interface MailOutcome {
  /** Whether it is certain that the e-mail was not sent. After a timeout, for example, it may arrive all the same. */
  readonly isUnsent: boolean;
  /** Whether a second attempt may succeed and cannot send the e-mail twice. */
  readonly mayRetry: boolean;
}

/** A failed attempt to send an e-mail. The message contains neither its text nor its recipient. */
export class MailError extends Error implements MailOutcome {
  override readonly name = "MailError";
  readonly isUnsent: boolean;
  readonly mayRetry: boolean;

  constructor(message: string, { isUnsent, mayRetry }: MailOutcome) {
    super(message);
    this.isUnsent = isUnsent;
    this.mayRetry = mayRetry;
  }
}
