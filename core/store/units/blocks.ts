/** Whom the rooms of this gateway are not given, whatever the group's owner lets him do. */
import type { Milliseconds } from "../../time.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";

/** `scope`: `gateway`, or `binding:N`. `subject`: the URI of a user, or a provider's domain with those below it. */
export interface Block {
  readonly scope: string;
  readonly subject: string;
}

const putBlock = statement<Block & { at: Milliseconds; actor: string }>("blocks.put")((db, { p }) =>
  db
    .insertInto("block")
    .values({ scope: p.scope, subject: p.subject, at: p.at, actor: p.actor })
    .onConflict((conflict) => conflict.doNothing())
    .returning("subject"),
);
const dropBlock = statement<Block>("blocks.drop")((db, { p }) =>
  db.deleteFrom("block").where("scope", "=", p.scope).where("subject", "=", p.subject).returning("subject"),
);
const everyBlock = statement("blocks.every")((db) =>
  db.selectFrom("block").select(["scope", "subject", "at", "actor"]).orderBy("scope").orderBy("subject"),
);

/** False: it stands already. */
export function* addBlock(input: Block & { at: Milliseconds; actor: string }): Unit<boolean> {
  const { scope, subject, at, actor } = input;
  const added = yield* first(putBlock, input);
  if (added) yield* first(addAudit, { at, actor, act: "block", subject, detail: scope });
  return added !== undefined;
}

/** False: there is none. */
export function* dropBlockOf(input: Block & { at: Milliseconds; actor: string }): Unit<boolean> {
  const { scope, subject, at, actor } = input;
  const dropped = yield* first(dropBlock, { scope, subject });
  if (dropped) yield* first(addAudit, { at, actor, act: "unblock", subject, detail: scope });
  return dropped !== undefined;
}

/** All that stand. */
export function* listBlocks(): Unit<
  readonly (Block & { readonly at: Milliseconds; readonly actor: string })[]
> {
  return yield* all(everyBlock, {});
}
