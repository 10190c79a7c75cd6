/** What the Web API answers with `ok: false`. */

export class Refusal extends Error {
  /** Slack's own code, as `channel_not_found`. */
  readonly code: string;
  /** What the answer has besides the code. */
  readonly besides: Readonly<Record<string, unknown>>;

  constructor(code: string, besides: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.besides = besides;
  }
}

/** A mistake in the arguments, named as Slack names it. */
export function invalidArguments(...messages: readonly string[]): Refusal {
  return new Refusal("invalid_arguments", {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}
