import { type ColumnDefinitionBuilder, sql } from "kysely";
import { schemaBuilder } from "../compile.ts";
import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";

/** The tables of one gateway: accounts, groups with their log, bindings, lanes and what is under way on them. */
export const oneGateway: Migration = { version: 1, oldestReader: 1, steps };

type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
type Shape = Readonly<Record<string, "id" | "int" | "int?" | "text" | "text?" | "blob" | "blob?">>;

function steps(dialect: Dialect): CompiledStep[] {
  const schema = schemaBuilder(dialect);
  const out: CompiledStep[] = [];
  const blob = dialect === "sqlite" ? "blob" : "bytea";
  const integer = dialect === "sqlite" ? "integer" : "bigint";
  const identity: Column = (column) =>
    dialect === "sqlite"
      ? column.primaryKey().autoIncrement()
      : column.primaryKey().generatedByDefaultAsIdentity();

  /** Tables with a key of their own are clustered by it on SQLite: one tree to write instead of two. */
  function table(
    name: string,
    shape: Shape,
    key: readonly string[],
    unique: readonly (readonly string[])[] = [],
  ) {
    let builder = schema.createTable(name);
    for (const [column, type] of Object.entries(shape)) {
      if (type === "id") builder = builder.addColumn(column, integer, identity);
      else {
        const optional = type.endsWith("?");
        const base = optional ? type.slice(0, -1) : type;
        const sqlType = base === "int" ? integer : base === "text" ? "text" : sql.raw(blob);
        builder = builder.addColumn(column, sqlType, (c) => (optional ? c : c.notNull()));
      }
    }
    if (key.length > 0) {
      builder = builder.addPrimaryKeyConstraint(`${name}_key`, [...key] as never);
      if (dialect === "sqlite") builder = builder.modifyEnd(sql`without rowid`);
    }
    unique.forEach((columns, i) => {
      builder = builder.addUniqueConstraint(`${name}_unique_${i}`, [...columns] as never);
    });
    out.push(builder.compile());
  }
  const index = (name: string, on: string, columns: readonly string[]) =>
    out.push(
      schema
        .createIndex(name)
        .on(on)
        .columns([...columns])
        .compile(),
    );

  table("setting", { name: "text", value: "blob" }, ["name"]);
  table("audit", { n: "id", at: "int", actor: "text", act: "text", subject: "text", detail: "text" }, []);
  table("provider", { id: "id", domain: "text" }, [], [["domain"]]);
  table("account", { id: "id", bridge: "text", native: "text", provider: "int" }, [], [["bridge", "native"]]);
  table(
    "user",
    { id: "id", uri: "text", provider: "int", native: "text", name: "text", profile_rev: "int" },
    [],
    [["uri"], ["provider", "native"]],
  );
  table(
    "grp",
    {
      id: "id",
      uri: "text",
      owner_provider: "int",
      head: "int",
      rev: "int",
      accepted_at: "int",
      state: "text",
    },
    [],
    [["uri"]],
  );
  table("member", { grp: "int", user_id: "int", state: "text", since_seq: "int" }, ["grp", "user_id"]);
  table("property", { grp: "int", name: "text", item: "text", value: "text", seq: "int", by_user: "int?" }, [
    "grp",
    "name",
    "item",
  ]);
  table(
    "event",
    {
      grp: "int",
      seq: "int",
      id: "text",
      kind: "text",
      sender: "int?",
      accepted_at: "int",
      origin_at: "int",
      received_at: "int",
      content: "blob?",
      origin_binding: "int?",
    },
    ["grp", "seq"],
    [["id", "grp"]],
  );
  table(
    "binding",
    {
      id: "id",
      grp: "int",
      account: "int",
      native: "text",
      kind: "text",
      state: "text",
      ended: "int",
      erase: "int",
      unclear: "text",
      delivered_seq: "int",
      intended_seq: "int",
      inbound_mark: "text?",
      last_inbound_at: "int?",
      unclear_count: "int",
      created_at: "int",
      created_by: "text",
    },
    [],
    [["account", "native", "ended"]],
  );
  index("binding_of_group", "binding", ["grp"]);
  table(
    "binding_property",
    { binding: "int", name: "text", item: "text", last_set: "text?", last_seen: "text?" },
    ["binding", "name", "item"],
  );
  table("origin", { account: "int", native_key: "text", binding: "int", at: "int" }, [
    "account",
    "native_key",
  ]);
  table(
    "inbox",
    {
      n: "id",
      binding: "int",
      native_key: "text?",
      raw: "text",
      origin_at: "int",
      at: "int",
      attempts: "int",
    },
    [],
  );
  index("inbox_of_binding", "inbox", ["binding", "n"]);
  table(
    "link",
    {
      binding: "int",
      native: "text",
      event_id: "text",
      part: "int",
      state: "text",
      attempts: "int",
      at: "int",
    },
    ["binding", "native"],
  );
  index("link_of_event", "link", ["event_id", "binding"]);
  table(
    "delivery",
    {
      binding: "int",
      seq: "int",
      step: "int",
      op: "text",
      key: "text",
      args_hash: "text",
      state: "text",
      epoch: "int",
      attempt: "int",
      mark: "text?",
      at: "int",
    },
    ["binding", "seq", "step"],
    [["key"]],
  );
  table(
    "notice",
    { n: "id", binding: "int", to_native: "text?", to_name: "text?", text: "text", at: "int" },
    [],
  );
  table(
    "lane",
    {
      key: "text",
      kind: "text",
      account: "int",
      binding: "int?",
      epoch: "int",
      holder: "text?",
      lease_until: "int",
      not_before: "int",
      failures: "int",
      last_error: "text?",
    },
    ["key"],
  );
  table(
    "set_aside",
    {
      id: "id",
      binding: "int",
      direction: "text",
      native_key: "text?",
      raw: "text?",
      origin_at: "int?",
      received_at: "int?",
      seq: "int?",
      step: "int?",
      event_id: "text?",
      code: "text",
      cause: "text",
      attempts: "int",
      at: "int",
    },
    [],
  );
  return out;
}
