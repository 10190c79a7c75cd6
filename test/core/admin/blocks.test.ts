import assert from "node:assert/strict";
import { test } from "node:test";
import { StoredFederation } from "../../../core/admin/federation-operations.ts";
import { storeIn } from "../federation/code-stage.ts";
import { domain } from "../federation/two-gateways.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("blocks");

void test("users and domains are blocked for all rooms, and no longer", async (t) => {
  const store = await storeIn(t, folder);
  const operations = new StoredFederation({
    base: domain("b.example"),
    store,
    hosts: [],
    access: null,
    running: false,
    link: () => assert.fail("nothing is linked"),
  });
  const block = async (subject: string, blocked: boolean) =>
    (await operations.block(subject, blocked)).map((row) => row.subject);
  const user = "mimi://far.example/u/bob";
  assert.deepEqual(await block(user, true), [user]);
  assert.deepEqual(await block("spam.example", true), [user, "spam.example"]);
  assert.deepEqual(await block("spam.example", true), [user, "spam.example"]);
  assert.deepEqual(await block(user, false), ["spam.example"]);
  const [row] = await operations.blocks();
  assert.deepEqual([row?.scope, row?.actor], ["gateway", "operator"]);
  await assert.rejects(operations.block("No Domain", true), { code: "usage" });
});
