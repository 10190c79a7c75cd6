import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** The tables of one gateway: accounts, groups with their log, bindings, lanes and what is under way on them. */
export const oneGateway: Migration = { version: 1, oldestReader: 1, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table("setting", { name: "text", value: "blob" }, ["name"]);
  maker.table(
    "audit",
    { n: "id", at: "int", actor: "text", act: "text", subject: "text", detail: "text" },
    [],
  );
  maker.table("provider", { id: "id", domain: "text" }, [], [["domain"]]);
  maker.table(
    "account",
    { id: "id", bridge: "text", native: "text", provider: "int" },
    [],
    [["bridge", "native"]],
  );
  maker.table(
    "user",
    { id: "id", uri: "text", provider: "int", native: "text", name: "text", profile_rev: "int" },
    [],
    [["uri"], ["provider", "native"]],
  );
  maker.table(
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
  maker.table("member", { grp: "int", user_id: "int", state: "text", since_seq: "int" }, ["grp", "user_id"]);
  maker.table(
    "property",
    { grp: "int", name: "text", item: "text", value: "text", seq: "int", by_user: "int?" },
    ["grp", "name", "item"],
  );
  maker.table(
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
  maker.table(
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
  maker.index("binding_of_group", "binding", ["grp"]);
  maker.table(
    "binding_property",
    { binding: "int", name: "text", item: "text", last_set: "text?", last_seen: "text?" },
    ["binding", "name", "item"],
  );
  maker.table("origin", { account: "int", native_key: "text", binding: "int", at: "int" }, [
    "account",
    "native_key",
  ]);
  maker.table(
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
  maker.index("inbox_of_binding", "inbox", ["binding", "n"]);
  maker.table(
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
  maker.index("link_of_event", "link", ["event_id", "binding"]);
  maker.table(
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
  maker.table(
    "notice",
    { n: "id", binding: "int", to_native: "text?", to_name: "text?", text: "text", at: "int" },
    [],
  );
  maker.table(
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
  maker.table(
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
  return maker.steps;
}
