/** What the exit code of a command says. */
import type { ErrorCode, GatewayError } from "../errors.ts";

export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  unreachable: 3,
  warnings: 4,
  interrupted: 130,
} as const;

/** What a look at the accounts has found. */
export const doctorCodes = {
  ok: exitCodes.done,
  warning: exitCodes.warnings,
  fault: exitCodes.failed,
} as const;

const CODES: Partial<Record<ErrorCode, number>> = {
  usage: exitCodes.wrongUse,
  config_invalid: exitCodes.wrongUse,
  config_missing: exitCodes.wrongUse,
  gateway_unreachable: exitCodes.unreachable,
  redis_unavailable: exitCodes.unreachable,
  store_locked: exitCodes.unreachable,
  store_too_new: exitCodes.unreachable,
  store_failed: exitCodes.unreachable,
  federation_off: exitCodes.unreachable,
};

export function exitCodeOf(error: GatewayError): number {
  return CODES[error.code] ?? exitCodes.failed;
}

export const exitCodeHelp = `
Exit codes:
  0  done
  1  the operation failed
  2  wrong use, or mistakes in the configuration
  3  the gateway or its store cannot be reached
  4  \`doctor\` or \`init\` found nothing wrong, but something to look at

Ctrl-C ends \`init\` with 130. A second SIGINT or SIGTERM ends \`start\` at once, with 128 and the signal's number.`;
