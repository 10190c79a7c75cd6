/** The rooms that this process serves, for what is shown in them without being delivered. */
import type { Speaker, Transient } from "../bridge/outbound.ts";
import { asGatewayError } from "../errors.ts";
import { contextAround } from "../groups/room-context.ts";
import type { MessageMemo } from "../groups/message-memo.ts";
import type { BindingId, GroupId } from "../ids.ts";
import type { Logger } from "../log.ts";
import { speakerIn } from "../policy/outbound.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import { type AvatarAddresses, shownAvatars } from "../media/avatar-addresses.ts";
import type { Store } from "../store/store.ts";
import type { MovedMarker } from "../store/units/markers.ts";
import type { Profile } from "../store/units/profiles.ts";
import { isOpen } from "../store/units/bindings.ts";
import type { AccountHost } from "./account-host.ts";

export interface LiveRoomsOptions {
  readonly store: Store;
  readonly memo: MessageMemo;
  readonly log: Logger;
  /** How people are called in the rooms. */
  readonly policies: Pick<PolicyBook, "known">;
  /** Where pictures are given out. */
  readonly avatars: Pick<AvatarAddresses, "of" | "pathOf">;
  /** Those there are by now. */
  readonly hosts: () => readonly Pick<AccountHost, "bindings" | "serving" | "options">[];
}

export class LiveRooms {
  readonly #options: LiveRoomsOptions;

  constructor(options: LiveRoomsOptions) {
    this.#options = options;
  }

  /** Shows something in all rooms of a group but the one that it comes from. */
  show(group: GroupId, speaker: Speaker, what: Transient, from: BindingId | null): void {
    const { policies } = this.#options;
    for (const { bridge, binding } of this.#rooms(group, from))
      bridge.show(binding.native, speakerIn(policies.known(binding.id), speaker), what);
  }

  /** Shows up to where somebody has read, in the rooms of a group that have the message. */
  async showRead(group: GroupId, { uri, name, id: upTo, binding: from }: MovedMarker): Promise<void> {
    const { store, memo, log, policies } = this.#options;
    for (const { bridge, binding, provider } of this.#rooms(group, from)) {
      try {
        const context = await contextAround(store, memo, { id: binding.id, group, provider }, upTo);
        const speaker = speakerIn(policies.known(binding.id), { uri, name });
        if (context.message(upTo)) bridge.show(binding.native, speaker, { kind: "read", upTo, context });
      } catch (thrown) {
        log.debug({ room: binding.native, err: asGatewayError(thrown) }, "a marker is not shown in a room");
      }
    }
  }

  /** Shows how somebody is called and looks from now on, in the rooms of a group where he stands for a while. */
  async showProfile(group: GroupId, { user: uri, name, avatar: source, rev }: Profile): Promise<void> {
    const { avatars, log, policies } = this.#options;
    for (const { bridge, binding } of this.#rooms(group, null)) {
      try {
        const shown = shownAvatars(bridge, avatars);
        const avatar = source === null ? null : ((await shown?.of({ user: uri, rev, source })) ?? null);
        const speaker = { uri, name, ...(avatar !== null && { avatar }) };
        bridge.show(binding.native, speakerIn(policies.known(binding.id), speaker), { kind: "profile" });
      } catch (thrown) {
        log.debug({ room: binding.native, err: asGatewayError(thrown) }, "a profile is not shown in a room");
      }
    }
  }

  *#rooms(group: GroupId, but: BindingId | null) {
    for (const host of this.#options.hosts()) {
      if (!host.serving) continue;
      const { bridge, row } = host.options;
      for (const binding of host.bindings())
        if (binding.group === group && binding.id !== but && isOpen(binding))
          yield { bridge, binding, provider: row.provider };
    }
  }
}
