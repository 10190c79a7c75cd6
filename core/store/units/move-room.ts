/** A room that its platform calls otherwise from now on. */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { AccountId, BindingId, NativeKey, NativeRoom } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { findBinding } from "./bindings.ts";
import { checkFence, type Fence } from "./fence.ts";

export interface MoveRoomInput {
  /** null: the account has no connection, so any process may be told of it. */
  readonly fence: Fence | null;
  readonly account: AccountId;
  readonly from: NativeRoom;
  readonly to: NativeRoom;
  readonly at: Milliseconds;
}

interface Renaming {
  readonly account: AccountId;
  readonly binding: BindingId;
  /** What keys of the room begin with, before and after, and the length of the former. */
  readonly old: string;
  readonly length: number;
  readonly renamed: string;
}

const setNative = statement<{ binding: BindingId; native: NativeRoom }>("move-room.setNative")((db, { p }) =>
  db.updateTable("binding").set({ native: p.native }).where("id", "=", p.binding),
);
// What has come under the new name already is known under it.
const dropKnown = statement<Renaming>("move-room.dropKnown")((db, { p, sql }) =>
  db
    .deleteFrom("origin")
    .where("account", "=", p.account)
    .where("binding", "=", p.binding)
    .where(sql<string>`substr(native_key, 1, ${p.length})`, "=", p.old)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("origin as known")
          .select("known.at")
          .where("known.account", "=", p.account)
          .where(
            "known.native_key",
            "=",
            sql<NativeKey>`cast(${p.renamed} as text) || substr(origin.native_key, ${p.length} + 1)`,
          ),
      ),
    ),
);
const renameOrigins = statement<Renaming>("move-room.renameOrigins")((db, { p, sql }) =>
  db
    .updateTable("origin")
    .set({ native_key: sql<NativeKey>`cast(${p.renamed} as text) || substr(native_key, ${p.length} + 1)` })
    .where("account", "=", p.account)
    .where("binding", "=", p.binding)
    .where(sql<string>`substr(native_key, 1, ${p.length})`, "=", p.old),
);
const renameInbox = statement<Renaming>("move-room.renameInbox")((db, { p, sql }) =>
  db
    .updateTable("inbox")
    .set({ native_key: sql<NativeKey>`cast(${p.renamed} as text) || substr(native_key, ${p.length} + 1)` })
    .where("binding", "=", p.binding)
    .where(sql<string>`substr(native_key, 1, ${p.length})`, "=", p.old),
);

/**
 * Everything of the room goes on under its new name. Native keys that begin with the old name and a colon begin with the new one
 * from now on, so that what was taken is known when it comes again. False: no room of that name is linked. Throws room_linked.
 */
export function* moveRoom({ fence, account, from, to, at }: MoveRoomInput): Unit<boolean> {
  if (fence) yield* checkFence(fence);
  const room = yield* findBinding({ account, native: from });
  if (!room) return false;
  if (yield* findBinding({ account, native: to }))
    throw new GatewayError("room_linked", `${from} is called ${to} now, and that is linked already`);
  const { id: binding } = room;
  yield* first(setNative, { binding, native: to });
  const renaming = { account, binding, old: `${from}:`, length: from.length + 1, renamed: `${to}:` };
  yield* first(dropKnown, renaming);
  for (const rename of [renameOrigins, renameInbox]) yield* first(rename, renaming);
  yield* first(addAudit, { at, actor: "platform", act: "move", subject: from, detail: to });
  return true;
}
