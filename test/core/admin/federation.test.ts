/** What an operator asks for about other gateways, of two with real stores and real HTTP between them. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { StoredFederation, type StoredFederationOptions } from "../../../core/admin/federation-operations.ts";
import { parseCode } from "../../../core/federation/wire/code-text.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { ConnectionChange } from "../../../core/store/units/connections.ts";
import { findPeer } from "../../../core/store/units/peers.ts";
import { groupUri } from "../../../mappings/ids.ts";
import { CodeStage, ISSUER, storeIn, wellKnownOf } from "../federation/code-stage.ts";
import { domain, newSigner, PUBLIC_ENDPOINT, serveOdd } from "../federation/two-gateways.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("federation");
const B = domain("b.example");
const PROVIDER = domain("chat.b.example");
const DAY = 86_400_000;
const parseRoom = (text: string): NativeRoom => text as NativeRoom;

/** The gateway that gives codes, as its operator has it, and one that redeems them. */
async function two(t: TestContext) {
  const stage = await CodeStage.start(t, folder);
  // Operators act by the real clock.
  stage.both.now = Date.now();
  const signer = newSigner();
  await stage.publish(t, wellKnownOf(B, signer));
  const changes: ConnectionChange[] = [];
  const { sample } = stage;
  const giving = stage.redeemer(t, ISSUER, stage.signer, sample.store);
  const giver = new StoredFederation({
    base: ISSUER,
    store: sample.store,
    hosts: [
      {
        options: {
          name: "fake",
          provider: domain(`fake.${ISSUER}`),
          row: sample.account,
          bridge: { parseRoom },
        },
      },
    ],
    access: stage.access(giving, changes),
    running: true,
    link: () => assert.fail("its rooms are linked"),
  });
  const store = await storeIn(t, folder);
  const account = await store.write("registerAccount", { bridge: "fake", name: "chat", domain: PROVIDER });
  const link: StoredFederationOptions["link"] = async (rooms, group) => {
    const properties = { name: "", topic: "" };
    const given = rooms.map(({ room }) => ({
      account: account.id,
      provider: account.provider,
      native: parseRoom(room),
      label: `chat:${room}`,
      unclear: "hold" as const,
      mark: null,
      properties,
    }));
    const newUri = groupUri(PROVIDER, "new");
    const done = await store.write("link", {
      rooms: given,
      group: group as never,
      newUri,
      at: 1,
      actor: "bob",
    });
    return { group: done.group, rooms: rooms.map((room) => ({ ...room, state: "linked" as const })) };
  };
  const takerOptions: StoredFederationOptions = {
    base: B,
    store,
    hosts: [{ options: { name: "chat", provider: PROVIDER, row: account, bridge: { parseRoom } } }],
    access: stage.access(stage.redeemer(t, B, signer, store), changes),
    running: true,
    link,
  };
  return {
    stage,
    giver,
    taker: new StoredFederation(takerOptions),
    takerOptions,
    changes,
    signer,
    link,
    store,
  };
}

const question = { group: null, room: null, uses: 1, lifeMs: DAY, confirm: false };
const room = (account: string, name: string) => ({ account, room: name });

void test("a code for a room is redeemed for another room, and both gateways show what came of it", async (t) => {
  const { stage, giver, taker, changes } = await two(t);
  const uri = stage.sample.a.groupUri;
  const made = await giver.createCode({ ...question, room: room("fake", "a"), lifeMs: 2 * DAY });
  assert.deepEqual([made.group, made.scope, made.uses], [uri, "group", 1]);
  assert.equal(parseCode(made.code)?.base, ISSUER);
  const redeemed = await taker.redeem({ code: made.code, as: null, room: room("chat", "tea") });
  assert.deepEqual(
    [redeemed.group, redeemed.provider, redeemed.base, redeemed.linked?.group],
    [uri, PROVIDER, ISSUER, uri],
  );
  assert.equal(
    changes.some(({ followed }) => followed.length === 1),
    true,
  );
  const [code] = await giver.codes();
  assert.deepEqual([code?.state, code?.usesLeft, code?.usedBy], ["used-up", 0, [PROVIDER]]);
  const [there] = await giver.connections();
  const [here] = await taker.connections();
  assert.deepEqual([there?.issuer, there?.base, there?.state], ["we", B, "active"]);
  assert.deepEqual([here?.issuer, here?.base, here?.state, here?.id], ["they", ISSUER, "active", there?.id]);
  const [followed] = await taker.groups();
  assert.deepEqual([followed?.uri, followed?.owner, followed?.following], [uri, ISSUER, "following"]);
  const shown = await giver.group(uri);
  assert.deepEqual(
    [shown.owner, shown.guests, shown.rooms, shown.readers.map(({ base, until }) => [base, until])],
    [null, 1, 2, [[B, null]]],
  );
  assert.deepEqual(
    shown.linked.map((one) => `${one.account}:${one.room}`),
    ["fake:a", "fake:b"],
  );
  const history = await giver.history(uri, 5);
  assert.deepEqual(
    history.map(({ kind, text }) => [kind, text]),
    [["member", `join mimi://${PROVIDER}`]],
  );
  const [peer] = await taker.peers();
  assert.deepEqual([peer?.base, peer?.connections, peer?.trusted], [ISSUER, 1, false]);
  await assert.rejects(taker.createCode({ ...question, group: uri }), { code: "group_unknown" });
});

void test("a connection that waits is confirmed by its id, and ended on both sides", async (t) => {
  const { stage, giver, taker, signer } = await two(t);
  const made = await giver.createCode({ ...question, group: stage.sample.a.groupUri, confirm: true });
  const redeem = { code: made.code, as: "chat", room: null };
  await assert.rejects(taker.redeem(redeem), { code: "redeem_waiting" });
  const [waiting] = await giver.connections();
  assert.equal(waiting?.state, "waiting");
  assert.equal((await giver.confirmConnection(waiting.id)).state, "active");
  assert.equal((await taker.redeem(redeem)).connection, waiting.id);
  stage.both.know(signer, (await stage.sample.store.read(findPeer(B)))?.id ?? assert.fail(), {});
  stage.both.speaks.add(B);
  const ended = await taker.endConnection(waiting.id);
  assert.deepEqual([ended.state, ended.told], ["ended", true]);
  assert.equal((await giver.connections())[0]?.state, "ended");
  const [group] = await taker.groups();
  assert.deepEqual([group?.following, group?.cause], ["left", "connection_ended"]);
  await assert.rejects(taker.endConnection("none"), { code: "connection_unknown" });
  await assert.rejects(taker.endConnection("no id!"), { code: "connection_unknown" });
});

void test("a room that is taken is not redeemed for, and a group that is left is not linked to", async (t) => {
  const { stage, giver, taker, link, store } = await two(t);
  const uri = stage.sample.a.groupUri;
  await link([room("chat", "own")], null);
  const made = await giver.createCode({ ...question, group: uri });
  const asked = { code: made.code, as: null, room: room("chat", "own") };
  await assert.rejects(taker.redeem(asked), { code: "room_linked" });
  assert.equal((await giver.codes())[0]?.usesLeft, 1, "the code is still good");
  await assert.rejects(link([room("chat", "tea")], uri), { code: "group_unknown", message: /redeem CODE/ });
  const { connection } = await taker.redeem({ ...asked, room: null });
  await link([room("chat", "tea")], uri);
  const end = { id: connection as never, peer: null, at: 1, actor: "bob" };
  await store.write("endConnection", end);
  await assert.rejects(link([room("chat", "late")], uri), {
    code: "group_not_followed",
    message: /a group of mimi\.test and not followed any more \(connection_ended\)/,
  });
});

void test("codes can be revoked, and are refused with limits that are none", async (t) => {
  const { giver, taker } = await two(t);
  const made = await giver.createCode({ ...question, uses: 3 });
  assert.deepEqual([made.scope, made.group], ["gateway", null]);
  assert.equal((await giver.revokeCode(made.id)).state, "revoked");
  await assert.rejects(taker.redeem({ code: made.code, as: null, room: null }), { code: "redeem_refused" });
  await assert.rejects(giver.revokeCode(99), { code: "code_unknown" });
  for (const wrong of [{ uses: 0 }, { lifeMs: 8 * DAY }, { lifeMs: 0 }])
    await assert.rejects(giver.createCode({ ...question, ...wrong }), { code: "usage" });
  const nowhere = { ...question, group: "mimi://fake.mimi.test/r/none" };
  await assert.rejects(giver.createCode(nowhere), { code: "group_unknown" });
  const between = await giver.createCode(question);
  const redeemed = await taker.redeem({ code: between.code, as: null, room: null });
  assert.deepEqual([redeemed.scope, redeemed.group], ["gateway", null]);
});

void test("a gateway is made known by what it says of itself, and blocked and unblocked by its name", async (t) => {
  const { stage, taker, store } = await two(t);
  const peer = await taker.addPeer(ISSUER, null);
  assert.deepEqual(
    [peer.endpoint, peer.keys, peer.hosts, peer.connections],
    [PUBLIC_ENDPOINT, [stage.signer.kid], [ISSUER], 0],
  );
  await assert.rejects(taker.addPeer(ISSUER, null), { code: "peer_known" });
  await assert.rejects(taker.addPeer(`sub.${B}`, null), { code: "domain_taken" });
  await assert.rejects(taker.addPeer("nowhere.invalid", null), { code: "peer_unreachable" });
  await assert.rejects(taker.addPeer("10.0.0.1", null), { code: "peer_unreachable" });
  await assert.rejects(taker.addPeer("c.example", "ftp://x"), { code: "usage" });
  const signer = newSigner();
  let endpoint = "";
  const near = await serveOdd(t, (_request, response) => {
    const [key] = wellKnownOf("near.example", signer).keys;
    const x = key?.key.export({ format: "jwk" }).x;
    const keys = [{ kid: key?.kid, public: x, not_before: 0, expires: null }];
    const said = { versions: [1], base: "near.example", endpoint, hosts: [], keys, features: [], limits: {} };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
  });
  endpoint = "https://other.example";
  await assert.rejects(taker.addPeer("near.example", near), { code: "peer_answer_invalid" });
  endpoint = near;
  assert.deepEqual([(await taker.addPeer("near.example", near)).trusted], [true], "on this very machine");
  assert.equal((await taker.blockPeer(ISSUER, true)).state, "blocked");
  assert.equal((await taker.blockPeer(ISSUER, false)).state, "known");
  await assert.rejects(taker.blockPeer("who.example", true), { code: "peer_unknown" });
  assert.equal(
    (await store.read(findPeer(domain("near.example"))))?.static,
    false,
    "that alone connects nobody",
  );
});

void test("what needs another gateway says what is missing, the rest works without", async (t) => {
  const { takerOptions } = await two(t);
  const stopped = new StoredFederation({ ...takerOptions, access: null, running: false });
  const alone = new StoredFederation({ ...takerOptions, access: null });
  const redeem = { code: "x", as: null, room: null };
  await assert.rejects(stopped.redeem(redeem), {
    code: "gateway_unreachable",
    message: /mimi-gateway start/,
  });
  await assert.rejects(alone.redeem(redeem), { code: "federation_off", message: /federation\.listen/ });
  await assert.rejects(stopped.createCode(question), { code: "gateway_unreachable" });
  assert.deepEqual([await stopped.peers(), await stopped.codes(), await stopped.groups()], [[], [], []]);
  await assert.rejects(stopped.members("mimi://chat.b.example/r/x"), { code: "group_unknown" });
  await assert.rejects(stopped.history("nonsense", 5), { code: "group_unknown" });
  const many = new StoredFederation({ ...takerOptions, hosts: [] });
  await assert.rejects(many.redeem(redeem), { code: "usage", message: /--as/ });
  const other = new StoredFederation(takerOptions).redeem({ ...redeem, as: "none" });
  await assert.rejects(other, { code: "account_unknown" });
});
