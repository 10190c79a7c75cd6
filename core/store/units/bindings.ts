import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import { type PropertyName, propertyNames } from "../../../mappings/events.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, ArchiveMark, BindingId, GroupId, NativeRoom, ProviderId, Seq } from "../../ids.ts";
import { inLane, outLane } from "../../lanes/lane-key.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addLane } from "./accounts.ts";
import { addAudit } from "./audit.ts";
import { tellRooms } from "./notices.ts";

/** A live or leaving binding as the running gateway keeps it at hand. */
export interface BindingRow {
  readonly id: BindingId;
  readonly account: AccountId;
  readonly native: NativeRoom;
  readonly group: GroupId;
  readonly groupUri: GroupUri;
  readonly state: "live" | "leaving" | "ended";
  /** null: it is not paused. */
  readonly pausedAt: Milliseconds | null;
  readonly mark: ArchiveMark | null;
}

/** Whether what is not stored (typing, markers) goes from it and to it. */
export const isOpen = ({ state, pausedAt }: Pick<BindingRow, "state" | "pausedAt">): boolean =>
  state === "live" && pausedAt === null;

const columns = [
  "binding.id",
  "binding.account",
  "binding.native",
  "binding.grp as group",
  "grp.uri as groupUri",
  "binding.state",
  "binding.paused_at as pausedAt",
  "binding.inbound_mark as mark",
] as const;
const bindingsOfAccount = statement<{ account: AccountId }>("bindings.bindingsOfAccount")((db, { p }) =>
  db
    .selectFrom("binding")
    .innerJoin("grp", "grp.id", "binding.grp")
    .select(columns)
    .where("binding.account", "=", p.account)
    .where("binding.state", "!=", "ended")
    .orderBy("binding.id"),
);
const bindingOfRoom = statement<{ account: AccountId; native: NativeRoom }>("bindings.bindingOfRoom")(
  (db, { p }) =>
    db
      .selectFrom("binding")
      .innerJoin("grp", "grp.id", "binding.grp")
      .select(columns)
      .where("binding.account", "=", p.account)
      .where("binding.native", "=", p.native)
      .where("binding.ended", "=", 0),
);

export function* liveBindings(account: AccountId): Unit<readonly BindingRow[]> {
  return yield* all(bindingsOfAccount, { account });
}

export function* findBinding(input: {
  account: AccountId;
  native: NativeRoom;
}): Unit<BindingRow | undefined> {
  return yield* first(bindingOfRoom, input);
}

const addGroup = statement<{ uri: GroupUri; provider: ProviderId; at: Milliseconds }>("bindings.addGroup")(
  (db, { p }) =>
    db
      .insertInto("grp")
      .values({ uri: p.uri, owner_provider: p.provider, head: 0, rev: 1, accepted_at: p.at, state: "open" })
      .returning(["id", "uri", "head"]),
);
const findGroup = statement<{ uri: GroupUri }>("bindings.findGroup")((db, { p }) =>
  db
    .selectFrom("grp")
    .leftJoin("following", "following.grp", "grp.id")
    .leftJoin("peer", "peer.id", "following.peer")
    .select(["grp.id", "peer.base as owner", "following.state as following", "following.code"])
    .where("grp.uri", "=", p.uri),
);
const groupById = statement<{ id: GroupId }>("bindings.groupById")((db, { p }) =>
  db
    .updateTable("grp")
    .set((eb) => ({ head: eb.ref("head") }))
    .where("id", "=", p.id)
    .returning(["id", "uri", "head"]),
);
const addBinding = statement<{
  group: GroupId;
  account: AccountId;
  native: NativeRoom;
  kind: "plumbed" | "portal";
  unclear: "repeat" | "hold";
  head: Seq | 0;
  mark: ArchiveMark | null;
  at: Milliseconds;
  by: string;
}>("bindings.addBinding")((db, { p }) =>
  db
    .insertInto("binding")
    .values({
      grp: p.group,
      account: p.account,
      native: p.native,
      kind: p.kind,
      state: "live",
      ended: 0,
      erase: 0,
      unclear: p.unclear,
      delivered_seq: p.head,
      intended_seq: p.head,
      inbound_mark: p.mark,
      last_inbound_at: null,
      unclear_count: 0,
      lag_told_at: null,
      created_at: p.at,
      created_by: p.by,
    })
    .returning("id"),
);
const addSeen = statement<{ binding: BindingId; name: PropertyName; value: string | null }>(
  "bindings.addSeen",
)((db, { p }) =>
  db.insertInto("binding_property").values({
    binding: p.binding,
    name: p.name,
    item: "",
    last_set: null,
    last_seen: p.value,
    seen_at: null,
  }),
);
export interface LinkInput {
  readonly rooms: readonly {
    readonly account: AccountId;
    readonly provider: ProviderId;
    readonly native: NativeRoom;
    /** `ACCOUNT:ADDRESS`, as the other rooms are told. */
    readonly label: string;
    readonly unclear: "repeat" | "hold";
    /** `portal`: the gateway has made the room; left out: it was there (`plumbed`). */
    readonly kind?: "plumbed" | "portal";
    readonly mark: ArchiveMark | null;
    /** As the room holds them at present; null: nobody has looked yet. */
    readonly properties: Readonly<Record<PropertyName, string | null>>;
  }[];
  /** The group to tie them to; null: that of a room that is linked already, else a new one under `newUri`. */
  readonly group: GroupUri | null;
  readonly newUri: GroupUri;
  readonly at: Milliseconds;
  readonly actor: string;
}

/**
 * Ties rooms to one group, each from the group's present head on: history from before is not bridged. Each new
 * room is told with what it is linked, and so are those that were there. `linked`: the places in `rooms` that are
 * new. Throws room_linked, group_unknown, group_not_followed.
 */
export function* link(input: LinkInput): Unit<{ group: GroupUri; linked: readonly number[] }> {
  const present: (BindingRow | undefined)[] = [];
  for (const room of input.rooms) present.push(yield* first(bindingOfRoom, room));
  const group = yield* groupFor(input, present);
  const linked: number[] = [];
  for (const [i, room] of input.rooms.entries()) {
    // Asked again: the same room may have been named twice.
    const there = present[i] ?? (yield* first(bindingOfRoom, room));
    if (there && there.group !== group.id)
      throw new GatewayError(
        "room_linked",
        `${room.label} is linked in group ${there.groupUri}: unlink it there first`,
      );
    if (there) continue;
    const { kind = "plumbed" } = room;
    const id = (yield* only(addBinding, {
      ...room,
      kind,
      group: group.id,
      head: group.head,
      at: input.at,
      by: input.actor,
    })).id;
    yield* first(addLane, { key: inLane(id), kind: "in", account: room.account, binding: id });
    yield* first(addLane, { key: outLane(id), kind: "out", account: room.account, binding: id });
    for (const name of propertyNames)
      yield* first(addSeen, { binding: id, name, value: room.properties[name] });
    const act = kind === "portal" ? "portal" : "link";
    yield* first(addAudit, {
      at: input.at,
      actor: input.actor,
      act,
      subject: room.label,
      detail: group.uri,
    });
    linked.push(i);
  }
  if (linked.length > 0)
    yield* tellRooms(group.id, input.at, (others) => `This room is now linked with ${others}.`);
  return { group: group.uri, linked };
}

function* groupFor(input: LinkInput, present: readonly (BindingRow | undefined)[]) {
  if (input.group !== null) {
    const found = yield* first(findGroup, { uri: input.group });
    if (!found)
      throw new GatewayError(
        "group_unknown",
        `no group ${input.group} is known here; one of another gateway's is made known by a code: ` +
          "mimi-gateway redeem CODE",
      );
    if (found.owner !== null && found.following !== "following") {
      const why = found.code === null ? "" : ` (${found.code})`;
      throw new GatewayError(
        "group_not_followed",
        `${input.group} is a group of ${found.owner} and not followed any more${why}; ask there for a new code`,
      );
    }
    return yield* only(groupById, { id: found.id });
  }
  const there = present.find((binding) => binding !== undefined);
  if (there) return yield* only(groupById, { id: there.group });
  const owner = input.rooms[0];
  if (!owner) throw new GatewayError("usage", "name at least one room");
  return yield* only(addGroup, { uri: input.newUri, provider: owner.provider, at: input.at });
}
