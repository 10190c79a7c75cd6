import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import {
  sampleBlock,
  sampleCode,
  sampleConnection,
  sampleGroup,
  samplePeer,
} from "../control/sample-federation.ts";
import { sampleOperations } from "../control/sample-operations.ts";
import { freshFolder, run } from "./run-line.ts";

const uri = sampleGroup.uri;
const room = { account: "xmpp", room: "lobby@rooms.example.org" };
const DAY = 86_400_000;

void test("hands over what the operator wrote about other gateways", async () => {
  const code = { group: null, room: null, uses: 1, lifeMs: 7 * DAY, confirm: false };
  const lines: readonly (readonly [string, readonly unknown[]])[] = [
    ["peer list", ["peers"]],
    ["peer add far.example", ["addPeer", "far.example", null]],
    ["peer add far.example --endpoint https://x.example", ["addPeer", "far.example", "https://x.example"]],
    ["peer block far.example", ["blockPeer", "far.example", true]],
    ["peer unblock far.example", ["blockPeer", "far.example", false]],
    ["block list", ["blocks"]],
    ["block user mimi://far.example/u/bob", ["block", "mimi://far.example/u/bob", true]],
    ["block domain far.example", ["block", "far.example", true]],
    ["unblock far.example", ["block", "far.example", false]],
    ["code create", ["createCode", code]],
    [
      `code create --group ${uri} --uses 5 --expires 2d`,
      ["createCode", { ...code, group: uri, uses: 5, lifeMs: 2 * DAY }],
    ],
    [
      "code create --room xmpp:lobby@rooms.example.org --expires 30m --confirm",
      ["createCode", { ...code, room, lifeMs: 1_800_000, confirm: true }],
    ],
    ["code list", ["codes"]],
    ["code revoke 4", ["revokeCode", 4]],
    ["redeem mtp1:a:b:c", ["redeem", { code: "mtp1:a:b:c", as: null, room: null }]],
    [
      "redeem mtp1:a:b:c --as xmpp --room xmpp:lobby@rooms.example.org",
      ["redeem", { code: "mtp1:a:b:c", as: "xmpp", room }],
    ],
    ["connection list", ["connections"]],
    ["connection confirm c-1", ["confirmConnection", "c-1"]],
    ["connection end c-1", ["endConnection", "c-1"]],
    ["group list", ["groups"]],
    [`group show ${uri}`, ["group", uri]],
    [`group members ${uri}`, ["members", uri]],
    [`group history ${uri} --limit 5`, ["history", uri, 5]],
    [`group history ${uri}`, ["history", uri, 20]],
  ];
  for (const [line, call] of lines) {
    const { code: exit, calls, out, err } = await run(line.split(" "));
    assert.deepEqual([exit, calls, err], [0, [call], ""], line);
    assert.ok(out.endsWith("\n") && !out.includes("\u001b"), line);
    const json = await run([...line.split(" "), "--json"]);
    assert.equal(typeof JSON.parse(json.out), "object", line);
  }
});

const out = async (line: string) => (await run(line.split(" "))).out;

void test("says what to do next", async () => {
  assert.match(await out("peer list"), /far\.example +https:\/\/mtp\.far\.example +connected/);
  assert.match(await out("peer add far.example"), /before a code connects the two/);
  assert.match(await out("peer block far.example"), /is blocked/);
  assert.match(await out("block list"), /spam\.example +all rooms +5 s ago +operator\n$/);
  assert.match(await out("unblock far.example"), /^Nobody is blocked/);
  const made = await out(`code create --group ${uri} --confirm`);
  assert.match(
    made,
    /^mtp1:a:b:c\n\nCode 5 opens mimi:.*, once, until 2026-11-29T12:00:00\.000Z\. It is not shown again\./,
  );
  assert.match(made, /redeem CODE\nWhoever redeems it waits for: mimi-gateway connection confirm ID\n$/);
  assert.match(await out("code create --uses 3"), /connects the two gateways, 3 times/);
  assert.match(await out("code list"), /4 +mimi:\S+ +good +2 +2 d +yes +chat\.far\.example/);
  assert.match(
    await out("code revoke 4"),
    /good for nobody any more\. Connections that it made stay: chat\.far/,
  );
  assert.match(
    await out("redeem mtp1:a:b:c"),
    /link a room to it: mimi-gateway link ACCOUNT:ADDRESS --group mimi:\/\/far\.example\/r\/7\n$/,
  );
  assert.match(
    await out("redeem mtp1:a:b:c --room xmpp:lobby@rooms.example.org"),
    /lobby@\S+ +linked now\n$/,
  );
  const listed = await out("connection list");
  assert.match(listed, /\nc-1 +waiting[^]*\nc-0 +active/, "those that wait come first");
  assert.match(listed, /connection confirm ID\. To refuse it: mimi-gateway connection end ID\n$/);
  assert.match(await out("connection confirm c-1"), /reads mimi:/);
  assert.match(await out("connection end c-1"), /has ended\. far\.example could not be told/);
  assert.match(
    await out(`group show ${uri}`),
    /rooms\n {2}xmpp:tea@rooms[^]*far\.example, from event 3, by connection c-1\n$/,
  );
  assert.match(await out(`group history ${uri}`), /1 +2026-11-22T12:00:00\.000Z +message .* hi\n$/);
});

void test("says 2 when a line about other gateways is wrong", async () => {
  for (const line of [
    "peer",
    "peer add",
    "peer add Far.Example",
    "block user far.example",
    "block domain mimi://far.example/u/bob",
    "code create --uses many",
    "code create --expires 2",
    "code create --expires 2w",
    "code create --group x",
    "code create --room x",
    "code revoke x",
    "redeem",
    "redeem a --room x",
    "connection end",
    "group show x",
    `group history ${uri} --limit x`,
  ]) {
    const { code, out, err, calls } = await run(line.split(" "));
    assert.deepEqual([code, out, calls], [2, "", []], line);
    assert.notEqual(err, "");
  }
});

void test("the running gateway answers by its socket, with the same reports", async (t) => {
  const folder = freshFolder();
  const asked = sampleOperations();
  const server = await startControlServer({
    socket: controlSocketPath(join(folder, "var")),
    version: "1",
    operations: asked.operations,
  });
  t.after(() => server.close());
  const answer = async (line: string): Promise<unknown> => {
    const { code, out, closed } = await run([...line.split(" "), "--json"], { folder });
    assert.deepEqual([code, closed], [0, 0], line);
    return JSON.parse(out);
  };
  assert.deepEqual(await answer("peer list"), [samplePeer]);
  assert.deepEqual(await answer("peer add far.example"), samplePeer);
  assert.deepEqual(await answer("peer unblock far.example"), samplePeer);
  assert.deepEqual(await answer("block list"), [sampleBlock]);
  assert.deepEqual(await answer("unblock spam.example"), []);
  assert.deepEqual(await answer("code list"), [sampleCode]);
  assert.deepEqual(await answer("code revoke 4"), { ...sampleCode, state: "revoked" });
  assert.deepEqual(await answer("connection confirm c-1"), { ...sampleConnection, state: "active" });
  assert.deepEqual(await answer("group list"), [sampleGroup]);
  for (const line of [
    "code create",
    "redeem x --room a:b",
    "connection list",
    "connection end c-1",
    `group show ${uri}`,
    `group members ${uri}`,
    `group history ${uri}`,
  ])
    assert.deepEqual(await answer(line), JSON.parse((await run([...line.split(" "), "--json"])).out), line);
});
