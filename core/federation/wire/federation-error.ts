import type { Milliseconds } from "../../time.ts";
import { type ErrorCode, GatewayError } from "../../errors.ts";

export interface ExchangeFacts {
  /** The status of the answer; null: none came. */
  readonly status?: number;
  /** The code of the answer's problem, which need not be one that is known here. */
  readonly problem?: string;
  /** How long the peer asked to wait. */
  readonly retryAfterMs?: Milliseconds;
  /** What the peer takes the time to be, where that is why it refused. */
  readonly serverTime?: Milliseconds;
  /** `certain`: the request has had no effect. `unknown`: it may have had, only the answer is missing. */
  readonly certainty: "certain" | "unknown";
}

/** A request to another gateway that came to nothing. */
export class FederationError extends GatewayError {
  readonly status: number | null;
  readonly problem: string | null;
  readonly retryAfterMs: Milliseconds | null;
  readonly serverTime: Milliseconds | null;
  readonly certainty: "certain" | "unknown";

  constructor(
    code: Extract<ErrorCode, "peer_unreachable" | "peer_refused" | "peer_answer_invalid">,
    detail: string,
    facts: ExchangeFacts,
    options?: ErrorOptions,
  ) {
    super(code, detail, options);
    this.status = facts.status ?? null;
    this.problem = facts.problem ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.serverTime = facts.serverTime ?? null;
    this.certainty = facts.certainty;
  }
}
