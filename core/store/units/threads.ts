/** The messages that threads began with: where a platform is asked for replies that were missed. */
import type { EventId } from "../../../mappings/ids.ts";
import type { MessageAct } from "../../../mappings/message-act.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, GroupId, NativeId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

const putThread = statement<{ group: GroupId; root: EventId; at: Milliseconds }>("threads.put")((db, { p }) =>
  db
    .insertInto("thread")
    .values({ grp: p.group, root: p.root, at: p.at })
    .onConflict((conflict) => conflict.columns(["grp", "root"]).doUpdateSet({ at: p.at })),
);
const threadsIn = statement<{ binding: BindingId; group: GroupId; since: Milliseconds; most: number }>(
  "threads.inRoom",
)((db, { p }) =>
  db
    .selectFrom("thread")
    .innerJoin("link", "link.event_id", "thread.root")
    .select("link.native")
    .where("thread.grp", "=", p.group)
    .where("thread.at", ">=", p.since)
    .where("link.binding", "=", p.binding)
    .where("link.part", "=", 0)
    .where("link.state", "=", "live")
    .orderBy("thread.at", "desc")
    .limit(p.most),
);

/** Notes that something was said in a thread, where the message is in one that began with a message. */
export function* noteThread(group: GroupId, act: MessageAct | null, at: Milliseconds): Unit<void> {
  const root = act?.topic?.begun ?? null;
  if (root !== null) yield* first(putThread, { group, root, at });
}

/** What a room calls the first messages of the threads in which something was said since then, the latest thread first. */
export function* threadsOf(input: {
  binding: BindingId;
  group: GroupId;
  since: Milliseconds;
  most: number;
}): Unit<readonly NativeId[]> {
  return (yield* all(threadsIn, input)).map(({ native }) => native);
}
