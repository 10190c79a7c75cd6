/** What a bridge sees of the core: where it hands over what its platform says, and what it may ask. */
import type { EventId, GroupUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { AcceptBatch, MessageName, NativeUser } from "../bridge/inbound.ts";
import type { Transient } from "../bridge/outbound.ts";
import type { Asked, AskedPortal, BridgeHost, SecretBox } from "../bridge/host.ts";
import type { ArchiveMark, AvatarToken, BindingId, NativeId, NativeRoom } from "../ids.ts";
import type { HeldLane } from "../lanes/held-lane.ts";
import type { Avatar } from "../media/picture-type.ts";
import { type InboundRules, isHeard } from "../policy/inbound.ts";
import { type BindingRow, isOpen } from "../store/units/bindings.ts";
import type { Fence } from "../store/units/fence.ts";
import { threadsOf } from "../store/units/threads.ts";
import type { AcceptPump } from "./accept-pump.ts";
import type { AccountOptions } from "./account-options.ts";
import { alone } from "./alone.ts";

/** The account, as far as the bridge's requests need it. */
export interface ServedAccount {
  bindings(): readonly BindingRow[];
  bindingOf(room: NativeRoom): BindingRow | undefined;
  /** The account's lane, while this process holds it. */
  readonly held: HeldLane | null;
  fence(): Fence | null;
  refresh(): Promise<void>;
  pullForward(binding: BindingId): Promise<void>;
}

export class BridgeDesk implements BridgeHost {
  readonly #options: AccountOptions;
  readonly #host: ServedAccount;
  readonly #pump: Pick<AcceptPump, "accept" | "idle">;

  constructor(options: AccountOptions, host: ServedAccount, pump: Pick<AcceptPump, "accept" | "idle">) {
    this.#options = options;
    this.#host = host;
    this.#pump = pump;
  }

  get gateway(): string {
    return this.#options.gateway;
  }

  get secrets(): SecretBox {
    return this.#options.secrets;
  }

  accept(batch: AcceptBatch): Promise<void> {
    const binding = this.#host.bindingOf(batch.room);
    // Not bound any more: what was on its way is not ours to keep.
    if (binding?.state !== "live") return Promise.resolve();
    return this.#pump.accept(binding.id, batch);
  }

  transient(room: NativeRoom, user: NativeUser, what: Transient): void {
    const binding = this.#host.bindingOf(room);
    if (!binding || !isOpen(binding) || !isHeard(this.#rules(binding), user)) return;
    const { writer, provider, transients } = this.#options;
    const uri = writer.userUri({ domain: provider }, user.native);
    transients(binding, { uri, name: user.name }, what);
  }

  read(room: NativeRoom, user: NativeUser, upTo: readonly MessageName[]): void {
    const binding = this.#host.bindingOf(room);
    if (!binding || !isOpen(binding) || !isHeard(this.#rules(binding), user)) return;
    const { writer, provider, markers } = this.#options;
    markers.read(binding, writer.userUri({ domain: provider }, user.native), upTo);
  }

  profile(user: NativeUser): Promise<void> {
    const { profiles, policies, row } = this.#options;
    if (policies.optedOut(row.id).has(user.native)) return Promise.resolve();
    return profiles.changed(row.provider, user);
  }

  avatar(token: AvatarToken): Promise<Avatar | null> {
    return this.#options.avatar(token);
  }

  command(asked: Asked): Promise<string> {
    const { name: account, bridge, command } = this.#options;
    return command({ ...asked, account, parseRoom: (room) => bridge.parseRoom(room) });
  }

  portal(other: AskedPortal["other"], make: AskedPortal["make"]): Promise<NativeRoom> {
    const { name: account, portal } = this.#options;
    return portal({ account, other, make });
  }

  async alone<T>(work: () => Promise<T>): Promise<T | null> {
    const { bridge, store, row, limits } = this.#options;
    // Whoever has the connection has the account; else nobody holds its lane.
    if (bridge.connected) return this.#host.held === null ? null : work();
    return alone({ store, lane: row.lane, leaseMs: limits.leaseMs }, work);
  }

  async rooms(): Promise<readonly { readonly room: NativeRoom; readonly mark: ArchiveMark | null }[]> {
    await this.#host.refresh();
    // Those that are being left too: there is a last line to say in them.
    return this.#host.bindings().map((binding) => ({ room: binding.native, mark: binding.mark }));
  }

  group(room: NativeRoom): GroupUri | null {
    return this.#host.bindingOf(room)?.groupUri ?? null;
  }

  async threads(room: NativeRoom, since: Milliseconds, most: number): Promise<readonly NativeId[]> {
    const binding = this.#host.bindingOf(room);
    if (!binding) return [];
    return this.#options.store.read(threadsOf({ binding: binding.id, group: binding.group, since, most }));
  }

  ready(room: NativeRoom): void {
    const binding = this.#host.bindingOf(room);
    if (!binding) return;
    void this.#host.pullForward(binding.id);
    void this.#options.restored.wasRead(binding.id);
  }

  async moved(from: NativeRoom, to: NativeRoom): Promise<void> {
    const { store, row, now, log } = this.#options;
    // What was handed over under the old name is written under it, and renamed with the rest.
    await this.#pump.idle();
    const moved = await store.write("moveRoom", {
      fence: this.#host.fence(),
      account: row.id,
      from,
      to,
      at: now(),
    });
    if (moved) log.info({ room: to, before: from }, "a room goes on under another name");
    await this.#host.refresh();
  }

  async doubled(room: NativeRoom, event: EventId, native: NativeId): Promise<void> {
    const { store, now, log } = this.#options;
    const binding = this.#host.bindingOf(room);
    if (!binding) return;
    const noted = { fence: this.#host.fence(), binding: binding.id, event, native, at: now() };
    if (await store.write("noteDouble", noted))
      log.warn({ room, event, native }, "an event stands there twice");
  }

  /** As they were last read: for what is shown as it happens. */
  #rules({ id, account }: BindingRow): InboundRules {
    const { policies, writer, provider } = this.#options;
    const uriOf = (native: string) => writer.userUri({ domain: provider }, native);
    return { policy: policies.known(id), optedOut: policies.optedOut(account), uriOf };
  }
}
