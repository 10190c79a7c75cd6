/**
 * One account of this gateway, in one process: holds the account's lane while it can, runs the bridge as long as it
 * holds it, and is what the bridge sees of the core.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { EventId, ProviderDomain } from "../../mappings/ids.ts";
import type {
  AcceptBatch,
  Asked,
  Bridge,
  BridgeHost,
  Health,
  MessageName,
  Milliseconds,
  NativeUser,
  SecretBox,
  Speaker,
  Transient,
} from "../bridge.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type {
  AccountId,
  ArchiveMark,
  AvatarToken,
  BindingId,
  InboxNumber,
  NativeId,
  NativeRoom,
} from "../ids.ts";
import type { RoomCommand } from "../commands/room-command.ts";
import type { Announcer } from "../groups/announce.ts";
import type { EventWriter } from "../groups/event-writer.ts";
import { HeldLane } from "../lanes/held-lane.ts";
import { inLane, outLane } from "../lanes/lane-key.ts";
import type { LaneRunner } from "../lanes/lane-runner.ts";
import { RoomLookups } from "../lanes/room-lookups.ts";
import type { Wake } from "../lanes/waker.ts";
import type { Limits } from "../limits.ts";
import { heed, type InboundRules, isHeard } from "../policy/inbound.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { AccountRow } from "../store/units/accounts.ts";
import type { Accepted } from "../store/units/accept.ts";
import type { Fence } from "../store/units/fence.ts";
import type { Translation } from "../store/units/group-log.ts";
import { inboxBinding } from "../store/units/inbox.ts";
import { type BindingRow, liveBindings } from "../store/units/bindings.ts";
import { threadsOf } from "../store/units/threads.ts";
import { AcceptPump, type Translated } from "./accept-pump.ts";
import { alone } from "./alone.ts";
import type { OpenAvatar } from "../media/avatar-route.ts";
import type { Avatar } from "../media/picture-type.ts";
import type { Markers } from "./markers.ts";
import type { Profiles } from "./profiles.ts";

/** How long calls under way may still get their receipts when the account is let go. */
const GRACE_MS = 5_000;

export interface AccountHostOptions {
  readonly name: string;
  readonly bridgeKind: string;
  readonly provider: ProviderDomain;
  readonly row: AccountRow;
  readonly bridge: Bridge;
  readonly gateway: string;
  readonly store: Store;
  readonly log: Logger;
  readonly limits: Limits;
  readonly runner: LaneRunner;
  readonly writer: EventWriter;
  readonly wake: Wake;
  readonly announcer: Announcer;
  /** What is laid down for rooms. */
  readonly policies: PolicyBook;
  readonly now: () => Milliseconds;
  /** Shows what is not stored in the group's other rooms that this process serves. */
  readonly transients: (from: BindingRow, speaker: Speaker, what: Transient) => void;
  /** Told up to where people of a room have read. */
  readonly markers: Pick<Markers, "read">;
  /** What the account keeps encrypted. */
  readonly secrets: SecretBox;
  /** Told what people look like. */
  readonly profiles: Pick<Profiles, "changed">;
  /** Opens a picture that everybody may have. */
  readonly avatar: OpenAvatar;
  /** Answers what people write to the gateway itself. */
  readonly command: (command: RoomCommand) => Promise<string>;
  /** Told when this process began or ceased to hold the account. */
  readonly holding: (account: AccountId, held: boolean) => Promise<void>;
}

export class AccountHost implements BridgeHost {
  readonly options: AccountHostOptions;
  readonly #pump: AcceptPump;
  #held: HeldLane | null = null;
  #started = false;
  #leaving = false;
  #bindings = new Map<NativeRoom, BindingRow>();
  #renewal: NodeJS.Timeout | null = null;
  #changing: Promise<void> = Promise.resolve();
  #refusedUntil = 0;
  /** Why the account could not be started, until it is tried again. */
  #refusal: Health | null = null;

  constructor(options: AccountHostOptions) {
    this.options = options;
    this.#pump = new AcceptPump({
      ...options,
      account: options.row.id,
      fence: () => this.#fence(),
      translate: (binding, raws) => this.#translate(binding, raws),
      accepted: (accepted) => this.#accepted(accepted),
    });
  }

  get gateway(): string {
    return this.options.gateway;
  }

  get secrets(): SecretBox {
    return this.options.secrets;
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

  accept(batch: AcceptBatch): Promise<void> {
    const binding = this.#bindings.get(batch.room);
    // Not bound any more: what was on its way is not ours to keep.
    if (binding?.state !== "live") return Promise.resolve();
    return this.#pump.accept(binding.id, batch);
  }

  transient(room: NativeRoom, user: NativeUser, what: Transient): void {
    const binding = this.#bindings.get(room);
    if (binding?.state !== "live" || !isHeard(this.#rules(binding), user)) return;
    const { writer, provider, transients } = this.options;
    const uri = writer.userUri({ domain: provider }, user.native);
    transients(binding, { uri, name: user.name }, what);
  }

  read(room: NativeRoom, user: NativeUser, upTo: readonly MessageName[]): void {
    const binding = this.#bindings.get(room);
    if (binding?.state !== "live" || !isHeard(this.#rules(binding), user)) return;
    const { writer, provider, markers } = this.options;
    markers.read(binding, writer.userUri({ domain: provider }, user.native), upTo);
  }

  profile(user: NativeUser): Promise<void> {
    const { profiles, policies, row } = this.options;
    if (policies.optedOut(row.id).has(user.native)) return Promise.resolve();
    return profiles.changed(row.provider, user);
  }

  avatar(token: AvatarToken): Promise<Avatar | null> {
    return this.options.avatar(token);
  }

  command(asked: Asked): Promise<string> {
    const { name: account, bridge, command } = this.options;
    return command({ ...asked, account, parseRoom: (room) => bridge.parseRoom(room) });
  }

  async alone<T>(work: () => Promise<T>): Promise<T | null> {
    const { bridge, store, row, limits } = this.options;
    // Whoever has the connection has the account; else nobody holds its lane.
    if (bridge.connected) return this.held === null ? null : work();
    return alone({ store, lane: row.lane, leaseMs: limits.leaseMs }, work);
  }

  async rooms(): Promise<readonly { readonly room: NativeRoom; readonly mark: ArchiveMark | null }[]> {
    await this.refresh();
    // Those that are being left too: there is a last line to say in them.
    return this.bindings().map((binding) => ({ room: binding.native, mark: binding.mark }));
  }

  async threads(room: NativeRoom, since: Milliseconds, most: number): Promise<readonly NativeId[]> {
    const binding = this.#bindings.get(room);
    if (!binding) return [];
    return this.options.store.read(threadsOf({ binding: binding.id, group: binding.group, since, most }));
  }

  ready(room: NativeRoom): void {
    const binding = this.#bindings.get(room);
    if (binding) void this.pullForward(binding.id);
  }

  async moved(from: NativeRoom, to: NativeRoom): Promise<void> {
    const { store, row, now, log } = this.options;
    // What was handed over under the old name is written under it, and renamed with the rest.
    await this.#pump.idle();
    const moved = await store.write("moveRoom", {
      fence: this.#fence(),
      account: row.id,
      from,
      to,
      at: now(),
    });
    if (moved) log.info({ room: to, before: from }, "a room goes on under another name");
    await this.refresh();
  }

  async doubled(room: NativeRoom, event: EventId, native: NativeId): Promise<void> {
    const { store, now, log } = this.options;
    const binding = this.#bindings.get(room);
    if (!binding) return;
    const noted = { fence: this.#fence(), binding: binding.id, event, native, at: now() };
    if (await store.write("noteDouble", noted))
      log.warn({ room, event, native }, "an event stands there twice");
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

  async #translate(id: BindingId, raws: AcceptBatch["raws"]): Promise<Translated | null> {
    const { bridge, store, writer, limits, now, policies } = this.options;
    if (!bridge.translatesAtOnce || !bridge.connected) return null;
    const room = await store.read(inboxBinding(id));
    if (!room) return null;
    const rules = await policies.rulesOf(room, writer);
    const translations: (Translation | null)[] = [];
    for (const raw of raws) {
      try {
        // Without a key it has no identity before it has a place in the inbox.
        // What refers to something waits for it there.
        if (raw.nativeKey === null || bridge.refers(raw)) translations.push(null);
        else {
          const said = { n: 0 as InboxNumber, nativeKey: raw.nativeKey };
          const lookups = new RoomLookups(store, writer, room, 0, rules.policy);
          const { events } = heed(rules, await bridge.toEvents(room.native, raw, lookups));
          translations.push(writer.translation(room, said, events, limits));
        }
      } catch {
        // Its lane meets the same fault, and deals with it.
        translations.push(null);
      }
    }
    return { place: { binding: id, group: room.group, provider: room.provider, now: now() }, translations };
  }

  /** As they were last read: for what is shown as it happens. */
  #rules({ id, account }: BindingRow): InboundRules {
    const { policies, writer, provider } = this.options;
    const uriOf = (native: string) => writer.userUri({ domain: provider }, native);
    return { policy: policies.known(id), optedOut: policies.optedOut(account), uriOf };
  }

  #accepted({ behind, appended }: Accepted): void {
    const { wake, announcer, row } = this.options;
    for (const binding of behind) wake(inLane(binding), row.id, "more");
    for (const { binding, ...rest } of appended) announcer.appended({ id: binding, account: row.id }, rest);
  }

  #fence(): Fence | null {
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
      await bridge.start(this);
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
