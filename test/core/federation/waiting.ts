/** Waits of tests that run two gateways in one process. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../../deploy/servers/ports.ts";

const WITHIN_MS = 30_000;

/** As the gateway waits. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Resolves when it holds; looked at again and again, since what it waits for tells nobody. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline;) {
    if (await holds()) return;
    await sleep(10);
  }
  assert.fail(`it never came to this: ${what}`);
}

/** A port that nobody has, nor the system gives to a connection meanwhile. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
