/** The gateway in the foreground, until a signal or its own failure ends it. */
import { constants } from "node:os";
import type { Config } from "../config/config.ts";
import type { AccountBase } from "../config/schema.ts";
import type { GatewayError } from "../errors.ts";
import type { Io } from "./io.ts";
import { noAccountsAdvice } from "./render-status.ts";

/** As much of a running gateway as the command needs. */
export interface StartedGateway {
  /** Resolves when the gateway has to end by itself, with the reason. */
  readonly failed: Promise<GatewayError>;
  stop(): Promise<void>;
}

/**
 * Runs until SIGINT or SIGTERM and then stops in order; a second signal ends the process at once. A signal that
 * comes during the start stops the gateway as soon as it is up. Throws the reason where the gateway fails.
 */
export async function runGateway<Account extends AccountBase>(
  config: Config<Account>,
  start: (config: Config<Account>) => Promise<StartedGateway>,
  io: Io,
): Promise<void> {
  const asked = Promise.withResolvers<null>();
  let signals = 0;
  const silence = io.onSignal((signal) => {
    signals += 1;
    if (signals > 1) io.exitNow(128 + constants.signals[signal]);
    else io.err("stopping; a second signal ends at once\n");
    asked.resolve(null);
  });
  try {
    if (config.accounts.length === 0) io.err(`${noAccountsAdvice()}\n`);
    const gateway = await start(config);
    const reason = await Promise.race([asked.promise, gateway.failed]);
    await gateway.stop();
    if (reason !== null) throw reason;
  } finally {
    silence();
  }
}
