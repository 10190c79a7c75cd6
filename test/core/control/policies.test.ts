import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openControlClient } from "../../../core/control/client.ts";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import { sampleOperations } from "./sample-operations.ts";

const folder = mkdtempSync(join(tmpdir(), "mimi-control-"));
after(() => rmSync(folder, { recursive: true }));

void test("the control socket carries what is laid down for rooms, both ways", async () => {
  const socket = controlSocketPath(folder);
  const { operations, calls } = sampleOperations();
  const server = await startControlServer({ socket, version: "1.2.3", operations });
  const client = await openControlClient(socket);
  assert.ok(client);
  const room = { account: "xmpp", room: "lobby@rooms.example.org" };
  const [shown] = await client.policy.show([room]);
  assert.deepEqual(shown, (await operations.policy.show([room]))[0]);
  assert.deepEqual(shown?.values[0], { key: "backlog", value: "digest", set: true });
  assert.deepEqual(await client.policy.set(room, "backlog", "digest"), shown);
  assert.deepEqual(await client.policy.reset(room, null), shown);
  assert.deepEqual(await client.policy.optOuts(null), [{ account: "slack", user: "U0ALICE" }]);
  assert.equal(await client.policy.optOut("slack", "U0ALICE", true), true);
  assert.equal(await client.policy.optOut("slack", "U0BOB", false), false);
  assert.deepEqual(calls.slice(2), [
    ["policy set", room.room, "backlog", "digest"],
    ["policy reset", room.room, null],
    ["opt-outs", null],
    ["opt-out", "slack", "U0ALICE", true],
    ["opt-out", "slack", "U0BOB", false],
  ]);
  await server.close();
});
