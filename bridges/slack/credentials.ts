/** With what an account is let in by Slack: the token of its configuration, or those that an installation has given. */

export interface Credentials {
  /** How an operator gives the account another token; null: what Slack says is all there is to say. */
  readonly remedy: string | null;
  /** The token that is good now. Rejects with DeliveryError account_refused where there is none, account_down where it can't be renewed now. */
  token(): Promise<string>;
  /** Slack has refused a token, with this word. Another one to try at once; null: there is none. Rejects as `token`. */
  instead(refused: string, why: string): Promise<string | null>;
}

/** The token that stands in the configuration. */
export class FixedToken implements Credentials {
  readonly remedy = null;
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  token(): Promise<string> {
    return Promise.resolve(this.#token);
  }

  instead(): Promise<null> {
    return Promise.resolve(null);
  }
}
