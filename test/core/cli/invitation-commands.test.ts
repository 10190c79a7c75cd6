import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import { sampleInvitation, sampleInvited, sampleKnock } from "../control/sample-invitations.ts";
import { sampleOperations } from "../control/sample-operations.ts";
import { freshFolder, run } from "./run-line.ts";

const ours = sampleInvited.group;
const theirs = sampleInvitation.group;
const bob = "mimi://far.example/u/bob";
const anna = "mimi://xmpp.mimi.example.org/u/anna";
const room = { account: "xmpp", room: "lobby@rooms.example.org" };

void test("hands over what the operator wrote about invitations and knocks", async () => {
  const question = { group: ours, inviter: null, role: null };
  const lines: readonly (readonly [string, readonly unknown[]])[] = [
    [
      `group invite ${ours} --provider chat.far.example`,
      ["invite", { ...question, wanted: "chat.far.example" }],
    ],
    [
      `group invite ${ours} --user ${bob} --role 3 --by ${anna}`,
      ["invite", { ...question, wanted: bob, role: 3, inviter: anna }],
    ],
    [`group knock ${theirs} --user ${anna}`, ["knock", { group: theirs, user: anna, reason: "" }]],
    [
      `group knock ${theirs} --user ${anna} --reason tea`,
      ["knock", { group: theirs, user: anna, reason: "tea" }],
    ],
    ["invitation list", ["list"]],
    ["invitation accept 3", ["accept", 3, null]],
    ["invitation accept 3 --room xmpp:lobby@rooms.example.org", ["accept", 3, room]],
    ["invitation decline 3", ["decline", 3]],
    ["knock list", ["knocks"]],
    ["knock admit 8", ["admit", 8]],
    ["knock drop 8", ["dropKnock", 8]],
  ];
  for (const [line, call] of lines) {
    const { code, calls, out, err } = await run(line.split(" "));
    assert.deepEqual([code, calls, err], [0, [call], ""], line);
    assert.ok(out.endsWith("\n") && !out.includes("\u001b"), line);
    const json = await run([...line.split(" "), "--json"]);
    assert.equal(typeof JSON.parse(json.out), "object", line);
  }
});

const out = async (line: string) => (await run(line.split(" "))).out;

void test("says what invitations and knocks have come to, and what to do next", async () => {
  assert.match(
    await out(`group invite ${ours} --user ${bob}`),
    /u\/bob is invited to mimi:\S+ until 2026-12-23T12:00:00\.000Z\. far\.example reads the group until then, and has been told\.\n$/,
  );
  assert.match(await out("knock admit 8"), /could not be told yet; it is tried again\.\n$/);
  const listed = await out("invitation list");
  assert.match(
    listed,
    /\n3 +mimi:\/\/far\.example\/r\/7 +Tea\S* +mimi:\S+ +mimi:\S+ +far\.example +1 min ago +31 d\n/,
  );
  assert.match(
    listed,
    /invitation accept NUMBER \[--room ACCOUNT:ADDRESS\]\. Else: mimi-gateway invitation decline/,
  );
  assert.match(
    await out("invitation accept 3"),
    /is accepted; far\.example learns of it\.\nTo link a room to it: /,
  );
  assert.match(
    await out("invitation accept 3 --room xmpp:lobby@rooms.example.org"),
    /lobby@\S+ +linked now\n$/,
  );
  assert.match(await out("invitation decline 3"), /is declined; far\.example learns of it\.\n$/);
  assert.match(await out(`group knock ${theirs} --user ${anna}`), /was asked to let mimi:.* in to mimi:/);
  assert.match(await out("knock list"), /\n8 +mimi:\S+ +mimi:\S+ +far\.example +5 s ago +Alice told me/);
  assert.match(await out("knock drop 8"), /^Knock 8 of mimi:\S+ at mimi:\S+ is forgotten\.\n$/);
});

void test("says 2 when a line about invitations or knocks is wrong", async () => {
  for (const line of [
    `group invite ${ours}`,
    `group invite ${ours} --user ${bob} --provider far.example`,
    `group invite ${ours} --provider ${bob}`,
    `group invite ${ours} --user far.example`,
    `group invite ${ours} --user ${bob} --role many`,
    `group invite x --user ${bob}`,
    `group knock ${theirs}`,
    `group knock ${theirs} --user x`,
    "invitation accept x",
    "invitation accept 3 --room x",
    "invitation decline",
    "knock admit",
    "knock drop x",
  ]) {
    const { code, out, err, calls } = await run(line.split(" "));
    assert.deepEqual([code, out, calls], [2, "", []], line);
    assert.notEqual(err, "");
  }
});

void test("the running gateway answers by its socket about invitations, with the same reports", async (t) => {
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
  assert.deepEqual(await answer("invitation list"), [sampleInvitation]);
  assert.deepEqual(await answer("knock list"), [sampleKnock]);
  assert.deepEqual(await answer("knock admit 8"), sampleInvited);
  for (const line of [
    `group invite ${ours} --user ${bob}`,
    `group knock ${theirs} --user ${anna}`,
    "invitation accept 3 --room a:b",
    "invitation decline 3",
    "knock drop 8",
  ])
    assert.deepEqual(await answer(line), JSON.parse((await run([...line.split(" "), "--json"])).out), line);
});
