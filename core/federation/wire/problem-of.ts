import { type ErrorCode, GatewayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { type ProblemCode, ProblemError } from "./problem.ts";

const UNAVAILABLE: readonly ErrorCode[] = ["store_failed", "store_full", "store_locked", "lane_lost"];
const AGAIN_MS = 5_000;

/** What fastify refuses by itself, by the statuses that it uses. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: "malformed",
  404: "not_found",
  408: "slow",
  413: "too_large",
  415: "media_type",
};

/** Any thrown value as an answer. What a peer cannot help is logged, and the peer is not told why. */
export function problemOf(thrown: unknown, log: Logger): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof Error && "statusCode" in thrown && typeof thrown.statusCode === "number") {
    const code = BY_STATUS[thrown.statusCode];
    if (code !== undefined) return new ProblemError(code);
  }
  log.error({ err: thrown }, "a request of another gateway failed here");
  if (thrown instanceof GatewayError && UNAVAILABLE.includes(thrown.code))
    return new ProblemError("unavailable", "", { retryAfterMs: AGAIN_MS, cause: thrown });
  return new ProblemError("internal", "", { cause: thrown });
}
