/** What codes have connected: waiting, confirmed, listed, ended; and the side of the one who redeems. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { readEventContent } from "../../../../mappings/event-content.ts";
import type { ConnectionId, PeerId } from "../../../../core/ids.ts";
import { redeemCode } from "../../../../core/federation/peers/redeem-code.ts";
import { listConnections } from "../../../../core/store/units/connections.ts";
import { followedAt } from "../../../../core/store/units/following.ts";
import { groupRows, lastEventRows } from "../../../../core/store/units/group-reports.ts";
import { headFor } from "../../../../core/store/units/guests.ts";
import { findPeer } from "../../../../core/store/units/peers.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { CodeStage, ISSUER, storeIn, wellKnownOf } from "../code-stage.ts";
import { domain, newSigner, PUBLIC_ENDPOINT, type RawAnswer, serveOdd } from "../two-gateways.ts";

const folder = temporaryFolder("connections");
const body = (answer: RawAnswer) => JSON.parse(answer.text) as Record<string, unknown>;
const B = domain("b.example");
const CHAT = domain("chat.b.example");

/** A stage with a gateway B whose well-known can be read, and which is known by its signature once it has redeemed a code. */
async function stageWithB(t: TestContext) {
  const stage = await CodeStage.start(t, folder);
  const signer = newSigner();
  await stage.publish(t, wellKnownOf(B, signer));
  const redeem = (secret: string) => stage.redeem(B, signer, secret, { as: CHAT });
  const ask = async (method: string, path: string) => {
    const peer = await stage.sample.store.read(findPeer(B));
    const id = peer?.id ?? (0 as PeerId);
    stage.both.know(signer, id, { connected: false });
    stage.both.speaks.add(CHAT);
    return stage.both.send(stage.both.signed({ method, path, signer, as: CHAT }));
  };
  const listed = async () =>
    body(await ask("GET", "/connections"))["connections"] as readonly Record<string, unknown>[];
  return { stage, signer, redeem, ask, listed };
}

/** Who is said in the log to read or to have left, in order. */
async function providers(stage: CodeStage): Promise<readonly string[]> {
  const events = await stage.sample.store.read(lastEventRows({ uri: stage.sample.a.groupUri, limit: 50 }));
  return events
    .filter(({ kind, sender }) => kind === "member" && sender === null)
    .map(({ content }) => {
      const said = readEventContent("member", content ?? new Uint8Array());
      assert.ok(said.kind === "member");
      return `${said.member.change} ${said.member.user}`;
    });
}

void test("whoever redeems a code to be confirmed waits, sees so, and reads once he is confirmed", async (t) => {
  const { stage, redeem, listed } = await stageWithB(t);
  const { store, a } = stage.sample;
  const { secret } = await stage.code({ confirm: true, uses: 2 });
  const first = body(await redeem(secret));
  const { connection, ...given } = first;
  assert.deepEqual(given, { scope: "group", state: "waiting", group: a.groupUri, role: 2 });
  assert.deepEqual(body(await redeem(secret)), first);
  const [waiting] = await listed();
  assert.deepEqual(
    [waiting?.["connection"], waiting?.["state"], waiting?.["cursor"], waiting?.["provider"]],
    [connection, "waiting", undefined, CHAT],
  );
  assert.deepEqual(await providers(stage), []);
  assert.equal(await stage.sample.count("guest"), 0);

  stage.both.now += 8 * 86_400_000;
  const stranger = newSigner();
  await stage.publish(t, wellKnownOf("late.example", stranger));
  assert.equal((await stage.redeem("late.example", stranger, secret)).code, "not_found", "it has expired");

  const id = connection as ConnectionId;
  const confirm = { id, history: { kind: "all" }, at: stage.both.now, actor: "anna" } as const;
  const change = await store.write("confirmConnection", confirm);
  assert.deepEqual([change.groups, change.rooms.length], [[a.group], 2]);
  const again = await store.write("confirmConnection", confirm);
  assert.deepEqual([again.groups, again.rooms], [[], []]);
  assert.deepEqual(await providers(stage), [`join mimi://${CHAT}`]);
  const [active] = await listed();
  assert.deepEqual([active?.["state"], active?.["cursor"], active?.["seq"]], ["active", "c-1-0", 0]);
  const once = body(await redeem(secret));
  assert.deepEqual([once["connection"], once["state"], once["cursor"]], [connection, "active", "c-1-0"]);
  assert.equal(await stage.sample.count("audit where act = 'connection confirm' and actor = 'anna'"), 1);
  const none = store.write("confirmConnection", { ...confirm, id: "none" as ConnectionId });
  await assert.rejects(none, { code: "connection_unknown" });
});

void test("who waits can be refused, and is then refused for good", async (t) => {
  const { stage, redeem, listed } = await stageWithB(t);
  const { store } = stage.sample;
  stage.confirm = true;
  const { secret } = await stage.code();
  const { connection, state } = body(await redeem(secret));
  assert.equal(state, "waiting", "by the policy, whatever the code says");
  const id = connection as ConnectionId;
  await store.write("endConnection", { id, peer: null, at: stage.both.now, actor: "anna" });
  assert.equal((await redeem(secret)).code, "not_found");
  assert.deepEqual(
    (await listed()).map((row) => row["state"]),
    ["ended"],
  );
  const confirm = { id, history: { kind: "all" }, at: 1, actor: "anna" } as const;
  await assert.rejects(store.write("confirmConnection", confirm), { code: "connection_unknown" });
  assert.deepEqual(await providers(stage), []);
});

void test("an ended connection ends what it allowed, for either side, once, and is shown for 31 days", async (t) => {
  const { stage, redeem, ask, listed } = await stageWithB(t);
  const { store, a } = stage.sample;
  const { connection } = body(await redeem((await stage.code()).secret));
  const path = `/connections/${String(connection)}`;
  const stranger = newSigner();
  stage.both.know(stranger, 99, {});
  stage.both.speaks.add(CHAT);
  const foreign = stage.both.signed({ method: "DELETE", path, signer: stranger, as: CHAT });
  assert.equal((await stage.both.send(foreign)).code, "not_found", "another peer's");
  assert.equal((await ask("DELETE", "/connections/none")).code, "not_found");
  const peer = (await store.read(findPeer(B)))?.id ?? assert.fail();
  stage.changes.length = 0;
  assert.deepEqual([(await ask("DELETE", path)).status, (await ask("DELETE", path)).status], [204, 204]);
  assert.deepEqual(
    stage.changes.map(({ groups }) => groups),
    [[a.group], []],
  );
  assert.deepEqual(await providers(stage), [`join mimi://${CHAT}`, `leave mimi://${CHAT}`]);
  assert.equal((await store.read(headFor({ uri: a.groupUri, peer })))?.left, true);
  const [row] = await listed();
  assert.deepEqual([row?.["state"], row?.["cursor"]], ["ended", undefined]);
  stage.both.now += 32 * 86_400_000;
  assert.deepEqual(await listed(), []);
});

void test("a guest by two codes stays by the one that is left", async (t) => {
  const { stage, signer, redeem } = await stageWithB(t);
  const { store, a } = stage.sample;
  const { secret } = await stage.code({ uses: 2 });
  const first = body(await redeem(secret));
  const second = body(await stage.redeem(B, signer, secret, { as: "other.b.example" }));
  assert.notEqual(first["connection"], second["connection"]);
  const peer = (await store.read(findPeer(B)))?.id ?? assert.fail();
  const guest = async () => (await store.read(headFor({ uri: a.groupUri, peer })))?.left;
  const end = (id: unknown) =>
    store.write("endConnection", { id: id as ConnectionId, peer: null, at: 1, actor: "anna" });
  await end(second["connection"]);
  assert.equal(await guest(), false);
  await end(first["connection"]);
  assert.equal(await guest(), true);
  assert.deepEqual(await providers(stage), [
    `join mimi://${CHAT}`,
    "join mimi://other.b.example",
    "leave mimi://other.b.example",
    `leave mimi://${CHAT}`,
  ]);
});

void test("a redeemed code is followed from its place on, and redeeming it again changes nothing", async (t) => {
  const { stage, signer } = await stageWithB(t);
  const own = await storeIn(t, folder);
  const options = stage.redeemer(t, B, signer, own);
  const { text } = await stage.code();
  const as = CHAT;
  const made = await redeemCode(options, text, as, "bob");
  assert.deepEqual([made.base, made.scope, made.group], [ISSUER, "group", stage.sample.a.groupUri]);
  const followed = async () =>
    (await own.read(followedAt(made.peer))).map(({ uri, cursor, state, head }) => [uri, cursor, state, head]);
  const begun = [[stage.sample.a.groupUri, "c-1-0", "following", 0]];
  assert.deepEqual(await followed(), begun);
  assert.deepEqual(await redeemCode(options, text, as, "bob"), made);
  assert.deepEqual(await followed(), begun);
  const [row, ...others] = await own.read(listConnections(null));
  assert.deepEqual(
    [row?.id, row?.issuer, row?.provider, row?.state, others],
    [made.connection, "they", as, "active", []],
  );

  const changed = stage.access(options);
  const peer = { base: ISSUER, endpoint: PUBLIC_ENDPOINT };
  stage.both.know(signer, (await stage.sample.store.read(findPeer(B)))?.id ?? 0, {});
  stage.both.speaks.add(B);
  const end = { id: made.connection, peer: null, at: 1, actor: "bob" };
  assert.deepEqual((await own.write("endConnection", end)).followed, [made.groupId]);
  assert.equal(await changed.endThere(peer, made.connection), true);
  assert.equal((await followed())[0]?.[2], "left");
  const [there] = await stage.sample.store.read(listConnections(null));
  assert.deepEqual([there?.state, there?.issuer], ["ended", "we"]);
  stage.internet.places.set(PUBLIC_ENDPOINT, "http://127.0.0.1:1");
  assert.equal(await changed.endThere(peer, made.connection), false, "it cannot be told");
});

void test("a redeemer says what is wrong, and gives the secret to nobody but who has the code's key", async (t) => {
  const { stage, signer } = await stageWithB(t);
  const own = await storeIn(t, folder);
  const options = stage.redeemer(t, B, signer, own);
  const redeem = (text: string) => redeemCode(options, text, CHAT, "bob");
  await assert.rejects(redeem("nonsense"), { code: "usage" });
  const { text } = await stage.code({ uses: 9 });
  const [, , kid = "", secret = ""] = text.split(":");
  await assert.rejects(redeem(`mtp1:${B}:${kid}:${secret}`), { code: "redeem_refused" });
  const before = stage.internet.asked.length;
  await assert.rejects(redeem(`mtp1:${ISSUER}:${newSigner().kid}:${secret}`), { code: "redeem_refused" });
  assert.deepEqual(stage.internet.asked.slice(before), [`GET https://${ISSUER}/.well-known/mtp`]);
  const unknown = Buffer.alloc(16, 9).toString("base64url");
  await assert.rejects(redeem(`mtp1:${ISSUER}:${kid}:${unknown}`), { code: "redeem_refused" });
  const { text: asked } = await stage.code({ confirm: true });
  await assert.rejects(redeem(asked), { code: "redeem_waiting", message: /mimi\.test has to confirm/ });
  assert.deepEqual(await own.read(listConnections(null)), []);
});

void test("an issuer that answers with a group of others, or with the redeemer's own, is not believed", async (t) => {
  const { stage, signer } = await stageWithB(t);
  const own = await storeIn(t, folder);
  const options = stage.redeemer(t, B, signer, own);
  const { text } = await stage.code();
  let given: Record<string, unknown> = {};
  const url = await serveOdd(t, (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(given));
  });
  stage.internet.places.set(PUBLIC_ENDPOINT, url);
  const good = { connection: "c-1", scope: "group", state: "active", role: 2, cursor: "x", seq: 0, rev: 1 };
  for (const group of [
    "mimi://others.example/r/1",
    `mimi://${CHAT}/r/1`,
    `mimi://evil${ISSUER}/r/1`,
    "x",
    undefined,
  ]) {
    given = { ...good, group };
    await assert.rejects(redeemCode(options, text, CHAT, "bob"), { code: "peer_answer_invalid" });
  }
  given = { ...good, group: `mimi://chat.${ISSUER}/r/1`, connection: "not an id" };
  await assert.rejects(redeemCode(options, text, CHAT, "bob"), { code: "peer_answer_invalid" });
  assert.deepEqual(await own.read(groupRows()), []);
});
