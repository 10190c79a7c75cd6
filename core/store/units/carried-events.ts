/** Events that come through another gateway, in either direction: their form, and what they do to a group. */
import type { EventKind, PropertyName } from "../../../mappings/events.ts";
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../bridge.ts";
import type { AccountId, BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { addMember } from "./members.ts";
import { setProperty } from "./properties.ts";
import { type Effect, takeEffect } from "./reactions.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";

/**
 * An event as it came, its id recomputed and its proof verified by the caller, who has also read from its content what it
 * does (`effect`, `property`, `member`: nothing of that for an event that can't be read or is erased).
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
  readonly property: { readonly name: PropertyName; readonly value: string } | null;
  readonly member: { readonly user: UserUri; readonly state: "joined" | "left" } | null;
}

/** Rooms that have something new to be given, each with the account that serves it. */
export type RoomsToWake = readonly { readonly id: BindingId; readonly account: AccountId }[];

const endMember = statement<{ group: GroupId; user: UserId; seq: Seq }>("carried-events.endMember")(
  (db, { p }) =>
    db
      .insertInto("member")
      .values({ grp: p.group, user_id: p.user, state: "left", since_seq: p.seq })
      .onConflict((conflict) =>
        conflict.columns(["grp", "user_id"]).doUpdateSet({ state: "left", since_seq: p.seq }),
      ),
);

/** Lets an event that has its place in the log take effect. What changes nothing has its place all the same. */
export function* applyEffects(
  place: { readonly group: GroupId; readonly user: UserId | null; readonly seq: Seq },
  event: Pick<CarriedEvent, "id" | "effect" | "property" | "member">,
  met: MetUsers,
): Unit<void> {
  const { group, user, seq } = place;
  yield* takeEffect({ ...place, id: event.id }, event.effect);
  if (event.property !== null) yield* first(setProperty, { group, ...event.property, seq, by: user });
  if (event.member === null) return;
  const { id } = yield* userByUri(met, event.member.user, null);
  yield* first(event.member.state === "joined" ? addMember : endMember, { group, user: id, seq });
}

/** The first version that an event edits or deletes, as the log keeps it. */
export const rootOf = ({ effect }: Pick<CarriedEvent, "effect">): EventId | null =>
  effect.kind === "version" ? effect.root : null;

/** As the log keeps it. */
export const viaText = (via: readonly string[]): string | null => (via.length === 0 ? null : via.join(" "));
