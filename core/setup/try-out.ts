/** A gateway that runs for a moment, in a folder of its own, so that every account can be looked at before there is a real one. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import type { AccountBase } from "../config/schema.ts";
import { type DoctorReport, worstOf } from "../doctor-operations.ts";
import { asGatewayError } from "../errors.ts";
import type { Operations } from "../operations.ts";
import type { Milliseconds } from "../time.ts";

/** As much of a running gateway as is needed. */
export interface TriedGateway {
  readonly operations: Pick<Operations, "status" | "doctor">;
  stop(): Promise<void>;
}

/** How long accounts may take to connect, or to say why they can't. */
const SETTLED_WITHIN_MS: Milliseconds = 20_000;
const LOOK_EVERY_MS: Milliseconds = 50;

/**
 * Starts the accounts, looks at them as `doctor` does, and ends: nothing of it stays, and the configured store is not opened. A start
 * that fails is a finding. Throws an AbortError when the signal comes.
 */
export async function tryOut<Account extends AccountBase>(
  config: Config<Account>,
  start: (config: Config<Account>) => Promise<TriedGateway>,
  signal: AbortSignal,
): Promise<DoctorReport> {
  const data = await mkdtemp(join(tmpdir(), "mimi-init-"));
  try {
    const store = { kind: "sqlite", file: join(data, "gateway.sqlite") } as const;
    const trial: Config<Account> = {
      ...config,
      data,
      store,
      redis: { kind: "off" },
      wake: "direct",
      alarms: [],
      watch: { listen: null },
    };
    const gateway = await start(trial).catch((thrown: unknown) => notStarted(thrown));
    if ("state" in gateway) return gateway;
    try {
      await settled(gateway, signal);
      return ofTrial(config, await gateway.operations.doctor(null));
    } finally {
      await gateway.stop();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function notStarted(thrown: unknown): DoctorReport {
  const { message } = asGatewayError(thrown);
  const finding = {
    check: "start",
    state: "fault",
    detail: message,
    remedy: "cure that, and try again",
  } as const;
  return { state: "fault", gateway: [finding], accounts: [] };
}

/** A trial has new keys each time: what lies on another server for a gateway that nobody reaches can't show them. */
function ofTrial(
  { federation }: Pick<Config, "federation">,
  { gateway, accounts }: DoctorReport,
): DoctorReport {
  const left = gateway.filter(({ check }) => federation.listen !== null || check !== "well-known");
  return {
    state: worstOf([...left, ...accounts.flatMap(({ findings }) => findings)]),
    gateway: left,
    accounts,
  };
}

/** Resolves when each account is connected or says why it is not, or when that takes too long. */
async function settled({ operations }: TriedGateway, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  while (performance.now() < deadline) {
    const { accounts } = await operations.status();
    if (accounts.every(({ health }) => health !== null && health.state !== "connecting")) return;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}
