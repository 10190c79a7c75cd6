/** Events that come through another gateway, in either direction: their form, and what they do to a group. */
import type { EventContent } from "../../../mappings/event-content.ts";
import type { EventKind, MemberChange } from "../../../mappings/events.ts";
import { type EventId, parseProviderUri, type UserUri } from "../../../mappings/ids.ts";
import type { MessageAct } from "../../../mappings/message-act.ts";
import type { Standing } from "../../../mappings/room-policy/deed.ts";
import type { Milliseconds } from "../../time.ts";
import type { AccountId, BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { all, first, type Unit } from "../unit.ts";
import { forget } from "./forget.ts";
import { liveRooms, setDeleted } from "./log.ts";
import { eraseMedia } from "./media.ts";
import { changeMember, muteMember, standingIn } from "./members.ts";
import { addNotice } from "./notices.ts";
import { type Effect, takeEffect } from "./reactions.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";
import { setRoles, takeProperty } from "./roles.ts";
import { noteThread } from "./threads.ts";

/** What an event says that is no message. */
export type StateContent = Exclude<EventContent, { readonly kind: "message" | "opaque" }>;

/**
 * An event as it came, its id recomputed and its proof verified by the caller, who has also read from its content what it
 * does (`effect`, `act`, `says`: nothing of that for an event that can't be read or is erased).
 */
export interface CarriedEvent {
  readonly id: EventId;
  readonly kind: EventKind;
  /** null: the owner of the group itself, or a platform that does not say who. */
  readonly sender: UserUri | null;
  /** null: what is known stays. */
  readonly senderName: string | null;
  readonly originAt: Milliseconds;
  /** null where no proof was needed. */
  readonly proof: Uint8Array | null;
  readonly via: readonly string[];
  readonly effect: Effect;
  /** Of a message: what it does (`actOf`); null: it is none. */
  readonly act: MessageAct | null;
  /** What an event that is no message says; null: it is one. */
  readonly says: StateContent | null;
}

/** Rooms that have something new to be given, each with the account that serves it. */
export type RoomsToWake = readonly { readonly id: BindingId; readonly account: AccountId }[];

/** Where an event has entered the log, and when. */
export interface EffectPlace {
  readonly group: GroupId;
  readonly user: UserId | null;
  readonly seq: Seq;
  readonly at: Milliseconds;
}

/** Lets an event that has its place in the log take effect. What changes nothing has its place all the same. */
export function* applyEffects(
  place: EffectPlace,
  event: Pick<CarriedEvent, "id" | "effect" | "act" | "says">,
  met: MetUsers,
  standings: Map<UserId, Standing> = new Map(),
): Unit<void> {
  const { group, seq } = place;
  yield* takeEffect({ ...place, id: event.id }, event.effect);
  yield* noteThread(group, event.act, place.at);
  if (event.act?.act === "delete" && event.act.target !== null)
    yield* first(setDeleted, { group, seq, id: event.act.target });
  if (event.says !== null) yield* applyState(place, event.says, met, standings);
}

function* applyState(
  place: EffectPlace,
  says: StateContent,
  met: MetUsers,
  standings: Map<UserId, Standing>,
): Unit<void> {
  const { group, seq, at } = place;
  switch (says.kind) {
    case "property":
      return yield* takeProperty(place, says.property);
    case "role":
      return yield* setRoles(group, says.roles);
    case "member": {
      const { id: user, ours } = yield* userByUri(met, says.member.user as UserUri, null);
      const before = yield* standingIn({ standings }, group, user);
      yield* changeMember({ standings }, { group, user, seq }, says.member);
      return yield* tellOfProvider(place, says.member, before, ours);
    }
    case "moderate": {
      const { id: user } = yield* userByUri(met, says.moderation.user as UserUri, null);
      return yield* muteMember({ standings }, { group, user }, says.moderation);
    }
    case "erase": {
      const { erasure } = says;
      const whose =
        erasure.of === "events"
          ? erasure
          : { user: (yield* userByUri(met, erasure.user as UserUri, null)).id };
      return yield* eraseMedia(group, yield* forget({ group, seq, at }, whose));
    }
  }
}

/** Every room of the group is told once whose users can read it from now on (docs/mtp.md, M126). */
function* tellOfProvider(
  { group, at }: EffectPlace,
  { user, change }: MemberChange,
  before: Standing,
  ours: boolean,
): Unit<void> {
  const provider = parseProviderUri(user);
  if (provider === null || ours || before.state === "joined") return;
  if (change !== "join" && change !== "accept") return;
  const text = `From now on users of ${provider} can read what is said here.`;
  for (const { id: binding } of yield* all(liveRooms, { group, but: 0 }))
    yield* addNotice({ binding, to: null, text, at });
}

/** The first version that an event edits or deletes, as the log keeps it. */
export const rootOf = ({ effect }: Pick<CarriedEvent, "effect">): EventId | null =>
  effect.kind === "version" ? effect.root : null;

/** As the log keeps it. */
export const viaText = (via: readonly string[]): string | null => (via.length === 0 ? null : via.join(" "));
