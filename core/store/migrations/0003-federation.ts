import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * Other gateways: who they are, what they may do, the groups that are followed there and those that they follow here. A
 * process that does not know that a group can be a peer's must not append any more.
 */
export const federation: Migration = { version: 3, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table(
    "peer",
    {
      id: "id",
      base: "text",
      endpoint: "text",
      state: "text",
      features: "text",
      static: "int",
      trusted: "int",
      created_at: "int",
      read_at: "int",
    },
    [],
    [["base"]],
  );
  maker.table("peer_key", { peer: "int", kid: "text", public: "text", not_before: "int", expires: "int?" }, [
    "peer",
    "kid",
  ]);
  maker.column("provider", "peer", "int?");
  maker.index("provider_of_peer", "provider", ["peer"]);
  maker.table(
    "connection",
    {
      id: "text",
      peer: "int",
      provider: "int",
      scope: "text",
      grp: "int?",
      role: "text",
      state: "text",
      created_at: "int",
      expires: "int?",
      ended_at: "int?",
    },
    ["id"],
  );
  maker.index("connection_of_peer", "connection", ["peer"]);
  maker.table(
    "code",
    {
      id: "id",
      hash: "text",
      kind: "text",
      grp: "int?",
      issuer: "text",
      uses_left: "int",
      confirm: "int",
      expires: "int",
      created_at: "int",
      revoked: "int",
    },
    [],
    [["hash"]],
  );
  maker.table("code_use", { code: "int", redeemer: "text", at: "int" }, ["code", "redeemer"]);
  maker.table(
    "guest",
    {
      grp: "int",
      peer: "int",
      visible_from_seq: "int",
      left_seq: "int?",
      connection: "text?",
      pulled: "text?",
    },
    ["grp", "peer"],
  );
  maker.index("guest_of_peer", "guest", ["peer"]);
  maker.table(
    "following",
    {
      grp: "int",
      peer: "int",
      connection: "text?",
      cursor: "text?",
      rev: "int",
      state: "text",
      code: "text?",
      wake: "int",
    },
    ["grp"],
  );
  maker.index("following_of_peer", "following", ["peer"]);
  maker.table(
    "submission",
    {
      n: "id",
      grp: "int",
      id: "text",
      kind: "text",
      sender: "int?",
      content: "blob",
      root_id: "text?",
      proof: "blob?",
      origin_binding: "int",
      origin_at: "int",
      received_at: "int",
      native: "text?",
      aux: "text?",
      state: "text",
      code: "text?",
      told_at: "int?",
    },
    [],
    [["grp", "id"]],
  );
  maker.index("submission_of_group", "submission", ["grp", "state", "n"]);
  maker.table("verdict", { peer: "int", grp: "int", id: "text", code: "text?", detail: "text", at: "int" }, [
    "peer",
    "grp",
    "id",
  ]);
  maker.column("event", "proof", "blob?");
  maker.column("event", "via", "text?");
  maker.column("event", "origin_peer", "int?");
  maker.column("event", "erased_at", "int?");
  return [...maker.steps, ...laneWithoutAccount(dialect)];
}

/** A lane may belong to a peer instead of an account. SQLite can take a column's constraint away only with its table. */
function laneWithoutAccount(dialect: Dialect): readonly CompiledStep[] {
  if (dialect === "postgres")
    return [
      { sql: "alter table lane alter column account drop not null" },
      { sql: "alter table lane add column peer bigint" },
    ];
  const shape = {
    key: "text",
    kind: "text",
    account: "int?",
    binding: "int?",
    peer: "int?",
    epoch: "int",
    holder: "text?",
    lease_until: "int",
    not_before: "int",
    failures: "int",
    last_error: "text?",
  } as const;
  const kept = Object.keys(shape).filter((column) => column !== "peer");
  const columns = kept.map((column) => `"${column}"`).join(", ");
  const maker = new TableMaker(dialect);
  maker.table("lane_next", shape, ["key"]);
  return [
    ...maker.steps,
    { sql: `insert into lane_next (${columns}) select ${columns} from lane` },
    { sql: "drop table lane" },
    { sql: "alter table lane_next rename to lane" },
  ];
}
