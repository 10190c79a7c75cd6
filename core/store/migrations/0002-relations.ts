import { sql } from "kysely";
import { schemaBuilder } from "../compile.ts";
import type { CompiledStep, Migration } from "./migration.ts";

/**
 * What messages have to do with one another: versions of a message, reactions to it, and the second name by which some
 * platforms refer to one. A process that does not know edits must not append any more.
 */
export const relations: Migration = { version: 2, oldestReader: 2, steps };

function steps(dialect: "sqlite" | "postgres"): CompiledStep[] {
  const schema = schemaBuilder(dialect);
  const integer = dialect === "sqlite" ? "integer" : "bigint";
  const reaction = schema
    .createTable("reaction")
    .addColumn("grp", integer, (column) => column.notNull())
    .addColumn("target", "text", (column) => column.notNull())
    .addColumn("event_id", "text", (column) => column.notNull())
    .addColumn("user_id", integer, (column) => column.notNull())
    .addColumn("emoji", "text", (column) => column.notNull())
    .addColumn("seq", integer, (column) => column.notNull())
    .addColumn("gone_seq", integer)
    .addPrimaryKeyConstraint("reaction_key", ["grp", "target", "event_id"]);
  return [
    schema.alterTable("event").addColumn("root_id", "text").compile(),
    schema
      .createIndex("event_of_root")
      .on("event")
      .columns(["grp", "root_id", "seq"])
      .where(sql.ref("root_id"), "is not", null)
      .compile(),
    schema.alterTable("link").addColumn("aux", "text").compile(),
    schema
      .createIndex("link_by_aux")
      .on("link")
      .columns(["binding", "aux"])
      .where(sql.ref("aux"), "is not", null)
      .compile(),
    (dialect === "sqlite" ? reaction.modifyEnd(sql`without rowid`) : reaction).compile(),
    schema.createIndex("reaction_by_event").on("reaction").columns(["event_id"]).compile(),
  ];
}
