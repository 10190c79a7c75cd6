import type { EventId } from "../../../mappings/ids.ts";
import type { BindingId, GroupId, Seq } from "../../ids.ts";
import type { Milliseconds } from "../../time.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

interface Question {
  readonly binding: BindingId;
  readonly group: GroupId;
  readonly after: number;
  readonly upTo: number;
  readonly most: number;
}

/** A message that came from elsewhere. */
export interface GivenMessage {
  readonly seq: Seq;
  readonly id: EventId;
  /** When it entered the log here, by this gateway's clock. */
  readonly at: Milliseconds;
  /** null: it was erased since. */
  readonly content: Uint8Array | null;
}

/** How far back it is looked, as a multiple of what is wanted: most entries of a room's group may be its own. */
const FURTHER = 4;

const given = statement<Omit<Question, "after"> & { from: number }>("given-messages.given")((db, { p }) =>
  db
    .selectFrom("event")
    .select((eb) => [
      "seq",
      "id",
      "content",
      // What a peer's log says is by the clock over there.
      eb
        .case()
        .when("origin_peer", "is", null)
        .then(eb.ref("accepted_at"))
        .else(eb.ref("received_at"))
        .end()
        .as("at"),
    ])
    .where("grp", "=", p.group)
    .where("seq", ">", p.from as Seq)
    .where("seq", "<=", p.upTo as Seq)
    .where("kind", "=", "message")
    .where((eb) => eb.or([eb("origin_binding", "is", null), eb("origin_binding", "!=", p.binding)]))
    .orderBy("seq", "desc")
    .limit(p.most),
);

/** The last messages of others that a room was given after a seq and up to one, oldest first. */
export function* givenToRoom(question: Question): Unit<readonly GivenMessage[]> {
  const { after, ...rest } = question;
  const from = Math.max(after, question.upTo - question.most * FURTHER);
  return (yield* all(given, { ...rest, from })).toReversed();
}
