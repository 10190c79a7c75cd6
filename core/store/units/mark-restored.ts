/** What has to be known of a store that was restored from a backup, written before anything works on it. */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { BindingId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";

/** The setting that says how often the store was restored: by the second of the last time, and 0 for never. */
export const REVISION = "revision";

export interface Restored {
  /** Groups of this gateway's own, whose logs are others from here on. */
  readonly groups: number;
  /** Rooms in which is asked for what may stand there already. */
  readonly rooms: number;
  /** Codes that were withdrawn. */
  readonly codes: number;
  /** The time of the latest thing that the store knows. */
  readonly since: Milliseconds;
}

const held = statement("mark-restored.held")((db, { now }) =>
  db.selectFrom("lane").select("holder").where("lease_until", ">", now).limit(1),
);
const latest = statement("mark-restored.latest")((db) =>
  db.selectFrom("event").select((eb) => eb.fn.max("received_at").as("at")),
);
// Whoever holds a cursor of the log of before is told so. Restored twice from one backup, it is another log each time.
const raise = statement<{ rev: number }>("mark-restored.raise")((db, { p }) =>
  db
    .updateTable("grp")
    .set((eb) => ({
      rev: eb
        .case()
        .when("rev", "<", p.rev)
        .then(p.rev)
        .else(eb("rev", "+", eb.lit(1)))
        .end(),
    }))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom("following").select("following.grp").whereRef("following.grp", "=", "grp.id"),
        ),
      ),
    )
    .returning("id"),
);
const putRevision = statement<{ name: string; value: Uint8Array }>("mark-restored.putRevision")((db, { p }) =>
  db
    .insertInto("setting")
    .values({ name: p.name, value: p.value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: p.value })),
);
const rooms = statement("mark-restored.rooms")((db) =>
  db.selectFrom("binding").select("id").where("state", "!=", "ended"),
);
const putRoom = statement<{ binding: BindingId; since: Milliseconds; at: Milliseconds }>(
  "mark-restored.putRoom",
)((db, { p }) =>
  db
    .insertInto("restored_room")
    .values({ binding: p.binding, since: p.since, at: p.at, read_to: null })
    .onConflict((conflict) =>
      conflict.column("binding").doUpdateSet({ since: p.since, at: p.at, read_to: null }),
    ),
);
// They were known not to have been made, and may have been since. Lines of the gateway's own may be said twice.
const askFor = statement<{ since: Milliseconds }>("mark-restored.askFor")((db, { p }) =>
  db
    .updateTable("delivery")
    .set({ state: "intended", mark: null, at: p.since })
    .where("state", "=", "queued")
    .where("seq", ">", 0),
);
const freeLanes = statement("mark-restored.freeLanes")((db) =>
  db.updateTable("lane").set({ lease_until: 0, holder: null }),
);
// They may have been used up since.
const withdrawCodes = statement<{ at: Milliseconds }>("mark-restored.withdrawCodes")((db, { p }) =>
  db
    .updateTable("code")
    .set({ revoked: 1 })
    .where("revoked", "=", 0)
    .where("uses_left", ">", 0)
    .where("expires", ">", p.at)
    .returning("id"),
);

/**
 * Takes note that the store is a copy from before: the logs of its own groups have another revision from here on, its rooms are
 * read and asked before anything is taken from other gateways or delivered, codes are good no more. To be run once for each time
 * that a copy is put in place, before a gateway starts on it. `shared`: the store is a database that others may be at work on;
 * throws store_locked where they are. Of a copied file, leases tell of those that worked on the original.
 */
export function* markRestored({
  at,
  shared,
}: {
  readonly at: Milliseconds;
  readonly shared: boolean;
}): Unit<Restored> {
  if (shared && (yield* first(held, {})))
    throw new GatewayError(
      "store_locked",
      "a gateway works on this database, or did a moment before it was dumped: stop all processes, and try again in a minute",
    );
  const rev = Math.floor(at / 1_000);
  const since = (yield* first(latest, {}))?.at ?? 0;
  const groups = yield* all(raise, { rev });
  yield* first(putRevision, { name: REVISION, value: Buffer.from(String(rev)) });
  const live = yield* all(rooms, {});
  for (const { id: binding } of live) yield* first(putRoom, { binding, since, at });
  yield* first(askFor, { since });
  yield* first(freeLanes, {});
  const codes = yield* all(withdrawCodes, { at });
  yield* first(addAudit, {
    at,
    actor: "operator",
    act: "restore",
    subject: "store",
    detail: `of ${new Date(since).toISOString()}`,
  });
  return { groups: groups.length, rooms: live.length, codes: codes.length, since };
}
