/** The lanes of this gateway's rooms: which account a lane belongs to, and the right to run it in this process. */
import type { BindingId } from "../ids.ts";
import { HeldLane } from "../lanes/held-lane.ts";
import { type InboxLaneOptions, runInbox } from "../lanes/inbox-lane.ts";
import type { LaneKey } from "../lanes/lane-key.ts";
import type { LaneWork } from "../lanes/lane-runner.ts";
import { runOutbox } from "../lanes/outbox-lane.ts";
import type { OutboxLaneOptions } from "../lanes/outbox-options.ts";
import { type AvatarAddresses, shownAvatars } from "../media/avatar-addresses.ts";
import { readLane } from "../store/units/lanes.ts";
import type { AccountHost } from "./account-host.ts";

export interface RoomLanesOptions
  extends Omit<InboxLaneOptions, "bridge" | "policies">, Omit<OutboxLaneOptions, "bridge" | "ended"> {
  readonly policies: InboxLaneOptions["policies"] & OutboxLaneOptions["policies"];
  /** Shows what speakers look like, where the account's platform does. */
  readonly avatars: Pick<AvatarAddresses, "of" | "pathOf">;
  readonly hosts: readonly AccountHost[];
}

export class RoomLanes {
  readonly #options: RoomLanesOptions;

  constructor(options: RoomLanesOptions) {
    this.#options = options;
  }

  /** The work of a room's lane, claimed for this process; null where it is another's, or put off. */
  async work(
    lane: LaneKey,
    { kind, binding }: { readonly kind: "in" | "out"; readonly binding: BindingId },
  ): Promise<LaneWork | null> {
    const { store, limits, hosts } = this.#options;
    // It may have been linked by another process.
    if (!this.#hostOf(binding)) for (const host of hosts) await host.refresh();
    const host = this.#hostOf(binding);
    if (!host?.serving) return null;
    const { bridge } = host.options;
    const { wait, failures, pulls } = await store.read(readLane(lane));
    if (wait > 0) return null;
    const held = bridge.connected ? host.held : await HeldLane.claim(store, lane, limits.leaseMs);
    if (!held) return null;
    const run = kind === "in" ? this.#inbox(host, binding) : this.#outbox(host, binding);
    return { held, own: !bridge.connected, failures, pulls, run };
  }

  #inbox({ options: { bridge } }: AccountHost, binding: BindingId): LaneWork["run"] {
    return (run) => runInbox({ ...this.#options, bridge }, run, binding);
  }

  #outbox(host: AccountHost, binding: BindingId): LaneWork["run"] {
    const { avatars, ...options } = this.#options;
    const { bridge } = host.options;
    const shown = shownAvatars(bridge, avatars);
    const ended = () => host.refresh();
    const around = { ...options, ...(shown !== null && { avatars: shown }), bridge, ended };
    return (run) => runOutbox(around, run, binding);
  }

  #hostOf(binding: BindingId): AccountHost | undefined {
    return this.#options.hosts.find((host) => host.bindings().some((row) => row.id === binding));
  }
}
