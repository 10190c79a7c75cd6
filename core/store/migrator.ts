/**
 * Forward-only migrations: expand first, contract in a later release. One migrator at a time (SQLite: the store's
 * lock; PostgreSQL: an advisory lock, taken by the engine), all steps in one transaction.
 */
import { sql } from "kysely";
import { GatewayError } from "../errors.ts";
import { oneGateway } from "./migrations/0001-one-gateway.ts";
import { relations } from "./migrations/0002-relations.ts";
import { federation } from "./migrations/0003-federation.ts";
import { roles } from "./migrations/0004-roles.ts";
import { latestValues } from "./migrations/0005-latest-values.ts";
import { media } from "./migrations/0006-media.ts";
import { invitations } from "./migrations/0007-invitations.ts";
import { policies } from "./migrations/0008-policies.ts";
import { secrets } from "./migrations/0009-secrets.ts";
import { avatars } from "./migrations/0010-avatars.ts";
import { polls } from "./migrations/0011-polls.ts";
import { threads } from "./migrations/0012-threads.ts";
import { noticeThread } from "./migrations/0013-notice-thread.ts";
import { pauses } from "./migrations/0014-pauses.ts";
import { alarms } from "./migrations/0015-alarms.ts";
import { restoredRooms } from "./migrations/0016-restored-rooms.ts";
import { saidKeys } from "./migrations/0017-said-keys.ts";
import type { Migration } from "./migrations/migration.ts";
import { schemaBuilder } from "./compile.ts";
import type { Dialect } from "./statement.ts";

export const migrations: readonly Migration[] = [
  oneGateway,
  relations,
  federation,
  roles,
  latestValues,
  media,
  invitations,
  policies,
  secrets,
  avatars,
  polls,
  threads,
  noticeThread,
  pauses,
  alarms,
  restoredRooms,
  saidKeys,
];

/** The schema version that this code writes. */
export const codeVersion = Math.max(...migrations.map((migration) => migration.version));

/** What a store says of its schema; version 0: there is none yet. */
export interface SchemaVersion {
  readonly version: number;
  readonly oldestReader: number;
}

/** Throws store_too_new where this code can't work on that schema. */
export function checkReadable(found: SchemaVersion, ours = codeVersion): void {
  if (found.oldestReader > ours)
    throw new GatewayError(
      "store_too_new",
      `the store has schema ${found.version}, which needs a gateway of schema ${found.oldestReader} or later; ` +
        `this one is of schema ${ours}: start the newer version`,
    );
}

/** The SQL to run, in order, to bring a store from `found` to this code's version; empty where it is there. */
export function pendingSql(dialect: Dialect, found: SchemaVersion, list = migrations): readonly string[] {
  const due = list.filter((migration) => migration.version > found.version);
  const last = due.at(-1);
  if (!last) return [];
  const out = found.version === 0 ? [createVersionTable(dialect)] : [];
  for (const migration of due) out.push(...migration.steps(dialect).map((step) => step.sql));
  const oldest = Math.max(found.oldestReader, ...due.map((migration) => migration.oldestReader));
  out.push(
    "delete from schema_version",
    `insert into schema_version ("only", version, oldest_reader) values (1, ${last.version}, ${oldest})`,
  );
  return out;
}

function createVersionTable(dialect: Dialect): string {
  return schemaBuilder(dialect)
    .createTable("schema_version")
    .addColumn("only", "integer", (column) => column.primaryKey().check(sql`"only" = 1`))
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("oldest_reader", "integer", (column) => column.notNull())
    .compile().sql;
}
