/** The linked channels of a workspace, by the ids that they have now. */
import type { Milliseconds } from "../../core/time.ts";
import type { DeliveryError } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import { Channel, type ChannelContext } from "./channel.ts";
import { ChannelClosed } from "./channel-facts.ts";
import { type Closed, type Fate, fateOf } from "./channel-fate.ts";
import { closedError } from "./refusal.ts";

const RENAMED_AGAIN_MS: Milliseconds = 1_000;

export class Channels {
  readonly #context: Omit<ChannelContext, "self">;
  readonly #channels = new Map<NativeRoom, Channel>();
  /** Channels that have got another id, and that id. */
  readonly #renamed = new Map<NativeRoom, NativeRoom>();

  /** What is written of that, by the ids that they had. */
  readonly #moves = new Map<NativeRoom, Promise<void>>();

  constructor(context: Omit<ChannelContext, "self">) {
    this.#context = context;
  }

  get(room: NativeRoom): Channel | undefined {
    return this.#channels.get(room);
  }

  /** The channel, made where it is not known yet. */
  of(room: NativeRoom, self: SlackSelf): Channel {
    const known = this.#channels.get(room);
    if (known) return known;
    const channel = new Channel(room, { ...this.#context, self });
    this.#channels.set(room, channel);
    return channel;
  }

  all(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  forget(room: NativeRoom): void {
    this.#channels.get(room)?.stop();
    this.#channels.delete(room);
  }

  /** Reads again what may have been missed in any of them. */
  repair(): void {
    for (const channel of this.#channels.values()) channel.repair();
  }

  stop(): void {
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
  }

  /** Resolves after the durable write, where there is anything to be written. */
  async befallen(fate: Fate): Promise<void> {
    const { room } = fate;
    switch (fate.kind) {
      case "closed":
        return this.get(room)?.close(fate.why);
      case "open":
        return this.get(room)?.open();
      case "moved":
        return this.#moved(room, fate.to);
    }
  }

  /** Slack may say it again, also while it is written. */
  #moved(room: NativeRoom, to: NativeRoom): Promise<void> {
    const known = this.#renamed.get(room) === to ? this.#moves.get(room) : undefined;
    if (known) return known;
    // What it still hears under the old id is dropped, and read under the new one.
    this.forget(room);
    this.#renamed.set(room, to);
    this.#renamed.delete(to);
    const move = this.#context.host.moved(room, to);
    this.#moves.set(room, move);
    move.catch(() => this.#moves.delete(room));
    return move;
  }

  /** Slack has refused a call, since nothing can be done in the channel now: the fault of the call's delivery. */
  closed(room: NativeRoom, why: Closed): DeliveryError {
    const name = this.#renamed.get(room);
    // Whoever comes again knows the new id.
    if (name !== undefined) return closedError(`${room} has another id now: ${name}`, RENAMED_AGAIN_MS);
    this.get(room)?.close(why);
    return closedError(new ChannelClosed(room, why).detail);
  }

  /** Slack may repeat under a channel's old id what it has told under it. */
  underNewNames(event: unknown): unknown {
    if (this.#renamed.size === 0 || event === null || fateOf(event, "")?.kind === "moved") return event;
    let text = JSON.stringify(event);
    for (const [old, name] of this.#renamed) text = text.replaceAll(`"${old}"`, `"${name}"`);
    return JSON.parse(text) as unknown;
  }
}
