/** What a short talk leaves empty in a store: work that was under way when its gateway died, and a row in each other table. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { tablesOf } from "./row-sql.ts";

type Row = Readonly<Record<string, SQLInputValue>>;

/** Of the events that the talk has made. */
const EVENT = "select id from event where kind = 'message' order by seq limit 1";
const GROUP_OF_PEER = 2;

/** Values for rows that have to make sense to whoever reads them; other columns get one by their type, or null. */
const ROWS: Readonly<Record<string, Row>> = {
  peer: {
    base: "peer.test",
    endpoint: "https://peer.test",
    state: "known",
    features: "[]",
    static: 0,
    trusted: 0,
  },
  peer_key: { kid: "key-1", public: "A".repeat(43), not_before: 0 },
  connection: { id: "connection-1", scope: "group", role: "member", state: "active" },
  code: { hash: "a".repeat(64), kind: "group", grp: 1, confirm: 0, expires: 4_000_000_000_000, revoked: 0 },
  code_use: { redeemer: "chat.peer.test" },
  guest: { connection: "connection-1" },
  following: { grp: GROUP_OF_PEER, state: "following", wake: 0, connection: "connection-1" },
  submission: { grp: GROUP_OF_PEER, id: "c".repeat(64), kind: "opaque", state: "served" },
  verdict: { id: "d".repeat(64), code: "not_member" },
  notice: { text: "A line of the gateway's own." },
  set_aside: { direction: "inbound", raw: "{}", origin_at: 1, received_at: 1, code: "event_malformed" },
  inbox: {
    native_key: "waits",
    raw: '{"id":"waits","user":"carla","text":"waited"}',
    attempts: 0,
  },
  reaction: { emoji: "🥛" },
  property: { name: "topic", value: "Milk" },
  binding_property: { name: "topic" },
  group_role: { grp: GROUP_OF_PEER, json: "{}" },
  block: { scope: "gateway", subject: "blocked.test" },
  marker: { kind: "read" },
  media: {
    id: "A".repeat(22),
    event_id: "e".repeat(64),
    source: "https://files.test/1",
    type: "",
    state: "live",
  },
  invitation: { grp_uri: "mimi://chat.peer.test/r/tea", wanted: "mimi://fake.mimi.test/u/anna" },
  invited: { wanted: "mimi://chat.peer.test/u/max", provider: "chat.peer.test", brought: 0, told: 1 },
  knock: { user_uri: "mimi://chat.peer.test/u/max", state: "open" },
  room_policy: { name: "bots", value: "no" },
  opt_out: { native: "silent" },
  avatar: { token: "A".repeat(22), user_uri: "mimi://fake.mimi.test/u/anna", source: "https://files.test/2" },
  poll_vote: { options: "[]" },
};

/** The last message was being delivered to room b when the gateway died. */
export function leaveUnderWay(database: DatabaseSync): void {
  database.exec(`
    create temp table last as
      select e.grp, e.seq, e.id, b.id as binding from event e join binding b on b.grp = e.grp and b.native = 'b'
      where e.kind = 'message' order by e.seq desc limit 1;
    insert into delivery (binding, seq, step, op, key, args_hash, state, epoch, attempt, mark, at)
      select binding, seq, 0, 'message', substr(id, 1, 32) || '-' || binding || '-0', '', 'intended', 1, 1, null, 1 from last;
    delete from link where (binding, event_id) in (select binding, id from last);
    update binding set delivered_seq = (select seq - 1 from last) where id = (select binding from last);
    drop table last;
  `);
}

/** Gives each table that is empty a row, and where there are peers, a group of a peer's. */
export function fillEmptyTables(database: DatabaseSync): void {
  const names = tablesOf(database).map(({ name }) => name);
  if (names.includes("peer")) {
    database.exec("insert into provider (domain, peer) values ('chat.peer.test', 1)");
    database.exec(
      "insert into grp (uri, owner_provider, head, rev, accepted_at, state) " +
        "select 'mimi://chat.peer.test/r/milk', id, 0, 1, 1, 'open' from provider where peer = 1",
    );
    database.exec(
      "insert into lane (key, kind, peer, epoch, lease_until, not_before, failures) values ('sync:1', 'sync', 1, 3, 0, 0, 0)",
    );
  }
  for (const name of names)
    if (database.prepare(`select 1 from "${name}"`).get() === undefined) fill(database, name);
}

function fill(database: DatabaseSync, table: string): void {
  const columns = database.prepare(`pragma table_info("${table}")`).all();
  const known = ROWS[table] ?? {};
  const names = columns.map(({ name }) => String(name));
  const event = String(database.prepare(EVENT).get()?.["id"]);
  const values = columns.map(({ name, type, notnull }): SQLInputValue => {
    const given = known[String(name)];
    if (given !== undefined) return given;
    if (["target", "poll", "root", "event_id"].includes(String(name))) return event;
    if (notnull === 0) return null;
    const kind = String(type).toLowerCase();
    if (kind === "integer") return 1;
    return kind === "blob" ? new Uint8Array([1]) : `${table} ${String(name)}`;
  });
  database
    .prepare(
      `insert into "${table}" (${names.map((name) => `"${name}"`).join(", ")}) values (${names.map(() => "?").join(", ")})`,
    )
    .run(...values);
}
