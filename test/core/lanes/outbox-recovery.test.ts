/** Deliveries that were under way when their gateway went. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { StoreConfig } from "../../../core/config/config.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { querySql } from "../../support/harness-sql.ts";
import { temporaryFolder } from "../../support/servers.ts";

const WITHIN_MS = 30_000;
const folder = temporaryFolder("outbox-recovery");
const room = (name: string) => ({ account: "fake", room: name });

void test("a room is asked and given by the key that was written down, whatever the event is named by now", async (t) => {
  const platform = new FakePlatform();
  const store: StoreConfig = { kind: "sqlite", file: join(folder, "store.sqlite") };
  const start = () => startFakeGateway({ folder: mkdtempSync(join(folder, "g")), store }, { fake: platform });
  const shown = (text: string): Promise<unknown> =>
    eventually(`${text} in b`, () => platform.texts("b").includes(text), WITHIN_MS);
  const first = await start();
  t.after(() => first.stop());
  await first.operations.link([room("a"), room("b")], null);
  for (const text of ["under way", "to be made"]) {
    platform.say("a", "anna", text);
    await shown(text);
  }
  await first.stop();
  const keysOf = (said: string) =>
    platform.messages("b").flatMap(({ text, key }) => (text === said ? [key] : []));
  const [key] = keysOf("under way");
  assert.ok(key);
  // As if it had died before the answer, and the row of the event were of a version that knows of no such keys.
  for (const text of [
    "delete from link where event_id in (select id from event where kind = 'message') and binding = 2",
    `insert into delivery (binding, seq, step, op, key, args_hash, state, epoch, attempt, mark, at)
     select 2, seq, 0, 'message', case seq when head then 'written-2-0' else '${key}' end, '', 'intended', 1, 1, null, 1
     from event join grp on grp.id = event.grp where kind = 'message'`,
    "update event set said_key = null where said_key is not null",
  ])
    await querySql(store, text);
  const second = await start();
  t.after(() => second.stop());
  platform.say("a", "anna", "after");
  await shown("after");
  assert.deepEqual(keysOf("under way"), [key]);
  assert.deepEqual(keysOf("to be made").slice(1), ["written-2-0"]);
});
