import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, NativeRoom } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";

const linkedRoom = statement<{ account: AccountId; uri: GroupUri }>("linked-rooms.ofGroup")((db, { p }) =>
  db
    .selectFrom("binding")
    .innerJoin("grp", "grp.id", "binding.grp")
    .select("binding.native")
    .where("grp.uri", "=", p.uri)
    .where("binding.account", "=", p.account)
    .where("binding.state", "=", "live")
    .orderBy("binding.id")
    .limit(1),
);

/** A room of the account that a group is linked to, the oldest one; null: there is none. */
export function* roomOfGroup(input: {
  readonly account: AccountId;
  readonly uri: GroupUri;
}): Unit<NativeRoom | null> {
  return (yield* first(linkedRoom, input))?.native ?? null;
}
