/** What counts or names rooms of one account by how they are linked. */
import type { AccountId, BindingId, GroupId, NativeRoom } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, only, type Unit } from "../unit.ts";

const liveBeside = statement<{ id: BindingId; group: GroupId; account: AccountId }>(
  "account-rooms.liveBeside",
)((db, { p }) =>
  db
    .selectFrom("binding")
    .select("native")
    .where("grp", "=", p.group)
    .where("account", "=", p.account)
    .where("state", "=", "live")
    .where("id", "!=", p.id)
    .orderBy("id"),
);

/** The other rooms of its account that are linked with a room. */
export function* roomsBeside(room: {
  readonly id: BindingId;
  readonly group: GroupId;
  readonly account: AccountId;
}): Unit<readonly NativeRoom[]> {
  const { id, group, account } = room;
  return (yield* all(liveBeside, { id, group, account })).map(({ native }) => native);
}

const portals = statement<{ account: AccountId }>("account-rooms.portals")((db, { p }) =>
  db
    .selectFrom("binding")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("account", "=", p.account)
    .where("kind", "=", "portal")
    .where("ended", "=", 0),
);

/** How many linked rooms of an account the gateway has made. */
export function* portalsOf(account: AccountId): Unit<number> {
  return (yield* only(portals, { account })).n;
}
