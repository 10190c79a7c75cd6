/** One account of this gateway, in one process: holds the account's lane while it can, and runs the bridge as long as it holds it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Health } from "../bridge/room.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type { BindingId, NativeRoom } from "../ids.ts";
import { HeldLane } from "../lanes/held-lane.ts";
import { inLane, outLane } from "../lanes/lane-key.ts";
import type { Accepted } from "../store/units/accept.ts";
import { type BindingRow, liveBindings } from "../store/units/bindings.ts";
import type { Fence } from "../store/units/fence.ts";
import { AcceptPump } from "./accept-pump.ts";
import type { AccountOptions } from "./account-options.ts";
import { BridgeDesk } from "./bridge-desk.ts";
import { translateAtOnce } from "./translate-at-once.ts";

/** How long calls under way may still get their receipts when the account is let go. */
const GRACE_MS = 5_000;

export class AccountHost {
  readonly options: AccountOptions;
  readonly #pump: AcceptPump;
  readonly #desk: BridgeDesk;
  #held: HeldLane | null = null;
  #started = false;
  #leaving = false;
  #bindings = new Map<NativeRoom, BindingRow>();
  #renewal: NodeJS.Timeout | null = null;
  #changing: Promise<void> = Promise.resolve();
  #refusedUntil = 0;
  /** Why the account could not be started, until it is tried again. */
  #refusal: Health | null = null;

  constructor(options: AccountOptions) {
    this.options = options;
    this.#pump = new AcceptPump({
      ...options,
      account: options.row.id,
      fence: () => this.fence(),
      translate: (binding, raws) => translateAtOnce(options, binding, raws),
      accepted: (accepted) => this.#accepted(accepted),
    });
    this.#desk = new BridgeDesk(options, this, this.#pump);
  }

  /** How the account is; null: another process serves it, or none. */
  get health(): Health | null {
    return this.serving ? this.options.bridge.health() : this.#refusal;
  }

  /** The account's lane, while this process holds it and means to keep it. */
  get held(): HeldLane | null {
    return this.#held && !this.#held.lost && !this.#leaving ? this.#held : null;
  }

  /** Whether this process may run the account's lanes. */
  get serving(): boolean {
    return this.#started && !this.#leaving && (!this.options.bridge.connected || this.held !== null);
  }

  /** Starts the bridge, for a connection only where the account can be claimed. Resolves when tried. */
  tryServe(): Promise<void> {
    return this.#change(async () => {
      await this.options.restored.again();
      if (this.#started || performance.now() < this.#refusedUntil) return;
      if (this.options.bridge.connected && !(await this.#claim())) return;
      this.#pump.open();
      this.#leaving = false;
      await this.refresh();
      await this.#start();
    });
  }

  /** Lets the account go: nothing more is delivered, the bridge ends, another process may take it at once. */
  letGo(): Promise<void> {
    return this.#change(() => this.#letGo());
  }

  /** Reads the account's bindings again, after a link or an unlink by whichever process, and joins new rooms. */
  async refresh(): Promise<void> {
    const rows = await this.options.store.read(liveBindings(this.options.row.id));
    const before = this.#bindings;
    this.#bindings = new Map(rows.map((row) => [row.native, row]));
    if (!this.serving) return;
    for (const row of rows)
      if (row.state === "live" && before.get(row.native)?.id !== row.id)
        this.options.bridge.join(row.native, row.mark);
  }

  bindings(): readonly BindingRow[] {
    return [...this.#bindings.values()];
  }

  /** The room's binding as it was last read. */
  bindingOf(room: NativeRoom): BindingRow | undefined {
    return this.#bindings.get(room);
  }

  /** Runs the lanes of a binding now, even if they were put off. */
  async pullForward(binding: BindingId): Promise<void> {
    const { store, wake, row, log } = this.options;
    try {
      for (const lane of [inLane(binding), outLane(binding)]) {
        await store.write("pullLaneForward", lane);
        wake(lane, row.id, "queued");
      }
    } catch (thrown) {
      log.warn(
        { binding, err: asGatewayError(thrown) },
        "a lane could not be pulled forward; the sweep has it",
      );
    }
  }

  #accepted({ behind, appended }: Accepted): void {
    const { wake, announcer, row } = this.options;
    for (const binding of behind) wake(inLane(binding), row.id, "more");
    for (const { binding, ...rest } of appended) announcer.appended({ id: binding, account: row.id }, rest);
  }

  /** What every write for the account checks: that this process still holds it. null: nobody has to. Throws lane_lost. */
  fence(): Fence | null {
    if (!this.options.bridge.connected) return null;
    if (!this.#held) throw new GatewayError("lane_lost", `account ${this.options.name} is not held any more`);
    return this.#held.fence;
  }

  async #claim(): Promise<boolean> {
    const { store, row, limits, log } = this.options;
    this.#held = await HeldLane.claim(store, row.lane, limits.leaseMs);
    if (!this.#held) return false;
    this.#renewal = setInterval(() => void this.#renew(), limits.leaseMs / 3);
    log.info({ epoch: this.#held.fence.epoch }, "holding the account");
    return true;
  }

  async #start(): Promise<void> {
    const { bridge, log } = this.options;
    try {
      this.#started = true;
      this.#refusal = null;
      await bridge.start(this.#desk);
      if (bridge.connected) await this.options.holding(this.options.row.id, true);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      log.error({ err: error }, "the account can't be served; it is tried again in a minute");
      this.#refusedUntil = performance.now() + 60_000;
      await this.#letGo();
      this.#refusal = { state: "down", since: this.options.now(), reason: error.message };
    }
  }

  async #renew(): Promise<void> {
    const { log } = this.options;
    try {
      if (!this.#held || (await this.#held.renew())) return;
      log.error("the account was taken over by another process");
      await this.letGo();
    } catch (thrown) {
      // The lease runs on; `hold` asks again before any effect once two thirds of it are over.
      log.warn({ err: asGatewayError(thrown) }, "the account's lease could not be renewed");
    }
  }

  async #letGo(): Promise<void> {
    if (!this.#started) return;
    const { runner, bridge, log, name } = this.options;
    this.#leaving = true;
    const lanes = new Set(this.bindings().flatMap(({ id }) => [inLane(id), outLane(id)]));
    const stopped = runner.stop((lane) => lanes.has(lane));
    // What has no receipt by then is asked for by the next holder.
    await Promise.race([stopped, pause(GRACE_MS, undefined, { ref: false })]);
    if (bridge.connected) await this.options.holding(this.options.row.id, false);
    await bridge.stop();
    await stopped;
    await this.#pump.close(new GatewayError("lane_lost", `account ${name} is not held any more`));
    this.#started = false;
    if (this.#renewal) clearInterval(this.#renewal);
    const held = this.#held;
    this.#held = null;
    try {
      await held?.release();
    } catch (thrown) {
      log.warn({ err: asGatewayError(thrown) }, "the lease could not be let go; it runs out");
    }
  }

  /** One change after the other: a take-over can't cross a letting-go. */
  #change(act: () => Promise<void>): Promise<void> {
    const done = this.#changing.then(act);
    this.#changing = done.catch(() => undefined);
    return done;
  }
}
