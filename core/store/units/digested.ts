/** Entries of a log that a room is given together, in short: which message tells them. */
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, NativeId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

/** The operation of a delivery that tells several entries in short; its seq is that of the first of them. */
export const DIGEST = "digest";

/** Notes that an entry is told by the message that begins with `digestSeq`. */
export const addDigested = statement<{ binding: BindingId; id: EventId; seq: Seq; digestSeq: Seq }>(
  "digested.addDigested",
)((db, { p }) =>
  db
    .insertInto("digested")
    .values({
      binding: p.binding,
      event_id: p.id,
      seq: p.seq,
      digest_seq: p.digestSeq,
      native: null,
      at: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["binding", "event_id"])
        .doUpdateSet({ seq: p.seq, digest_seq: p.digestSeq, native: null, at: null }),
    ),
);

/** Notes that such a message is made, and what the room calls it. */
export const noteMade = statement<{
  binding: BindingId;
  digestSeq: number;
  native: NativeId | null;
  at: Milliseconds;
}>("digested.noteMade")((db, { p }) =>
  db
    .updateTable("digested")
    .set({ native: p.native, at: p.at })
    .where("binding", "=", p.binding)
    .where("digest_seq", "=", p.digestSeq as Seq),
);
/** Forgets one that is not delivered. */
export const dropTold = statement<{ binding: BindingId; digestSeq: number }>("digested.dropTold")(
  (db, { p }) =>
    db
      .deleteFrom("digested")
      .where("binding", "=", p.binding)
      .where("digest_seq", "=", p.digestSeq as Seq),
);
/** Whether an entry is or was told so. */
export const givenInShort = statement<{ binding: BindingId; id: EventId }>("digested.givenInShort")(
  (db, { p }) =>
    db.selectFrom("digested").select("seq").where("binding", "=", p.binding).where("event_id", "=", p.id),
);

/** Forgets which messages of a room were to be made still, or all of them. */
export const dropPendingDigested = statement<{ binding: BindingId }>("digested.dropPending")((db, { p }) =>
  db.deleteFrom("digested").where("binding", "=", p.binding).where("at", "is", null),
);
export const dropDigested = statement<{ binding: BindingId }>("digested.dropAll")((db, { p }) =>
  db.deleteFrom("digested").where("binding", "=", p.binding),
);

const told = statement<{ binding: BindingId; digestSeq: number }>("digested.told")((db, { p }) =>
  db
    .selectFrom("digested")
    .select(["seq", "event_id as id"])
    .where("binding", "=", p.binding)
    .where("digest_seq", "=", p.digestSeq as Seq)
    .orderBy("seq"),
);

/** The entries that one such message tells, in the log's order. */
export function* toldInShort(input: {
  binding: BindingId;
  digestSeq: number;
}): Unit<readonly { readonly seq: Seq; readonly id: EventId }[]> {
  return yield* all(told, input);
}
