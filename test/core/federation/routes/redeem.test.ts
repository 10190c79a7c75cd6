/** The one door for strangers: what opens it, and that everything else is answered alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEventContent } from "../../../../mappings/event-content.ts";
import { limits } from "../../../../core/limits.ts";
import { listConnections } from "../../../../core/store/units/connections.ts";
import { headFor } from "../../../../core/store/units/guests.ts";
import { lastEventRows } from "../../../../core/store/units/group-reports.ts";
import { findPeer } from "../../../../core/store/units/peers.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { CodeStage, ISSUER, wellKnownOf } from "../code-stage.ts";
import { domain, newSigner, type RawAnswer } from "../two-gateways.ts";

const folder = temporaryFolder("redeem");
const code = async (answer: Promise<RawAnswer>) => (await answer).code;
const body = (answer: RawAnswer) => JSON.parse(answer.text) as Record<string, unknown>;

void test("a good code makes a guest of the redeemer, and the log and the rooms say so", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { store, a } = stage.sample;
  await stage.sample.say(a, "before");
  const signer = newSigner();
  await stage.publish(t, wellKnownOf("b.example", signer));
  const before = await stage.sample.head();
  const { secret } = await stage.code();
  const answer = await stage.redeem("b.example", signer, secret, { as: "chat.b.example" });
  const { connection, ...given } = body(answer);
  assert.equal(answer.status, 200);
  assert.deepEqual(given, {
    scope: "group",
    state: "active",
    group: a.groupUri,
    role: 2,
    cursor: `c-1-${before}`,
    seq: before,
    rev: 1,
  });
  const peer = await store.read(findPeer(domain("b.example")));
  assert.ok(peer);
  const guest = await store.read(headFor({ uri: a.groupUri, peer: peer.id }));
  assert.deepEqual([guest?.visibleFrom, guest?.left, guest?.head], [before + 1, false, before + 1]);
  const [event] = await store.read(lastEventRows({ uri: a.groupUri, limit: 1 }));
  assert.deepEqual([event?.kind, event?.sender], ["member", null]);
  const said = readEventContent("member", event?.content ?? new Uint8Array());
  assert.ok(said.kind === "member");
  assert.deepEqual([said.member.user, said.member.change], ["mimi://chat.b.example", "join"]);
  const told = await stage.sample.sql("select text from notice where text like '%chat.b.example%'");
  assert.equal(told.length, 2, "each room is told once");
  assert.deepEqual(
    stage.changes.map((one) => [one.peer, one.groups, one.rooms.map(({ id }) => id)]),
    [[peer.id, [a.group], [a.id, stage.sample.b.id]]],
  );
  assert.equal(
    await stage.sample.count("audit where act = 'connection add' and actor = 'chat.b.example'"),
    1,
  );
  assert.equal((await store.read(listConnections(peer.id)))[0]?.id, connection);
});

void test("the same redeemer gets the same connection again without a use, and nobody else more than there are", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { secret, id } = await stage.code({ uses: 2 });
  const gateways = ["b.example", "c.example", "d.example"].map((base) => ({ base, signer: newSigner() }));
  for (const { base, signer } of gateways) await stage.publish(t, wellKnownOf(base, signer));
  const answers: RawAnswer[] = [];
  for (const at of [0, 0, 1, 0, 2, 1]) {
    const { base, signer } = gateways[at] ?? assert.fail();
    answers.push(await stage.redeem(base, signer, secret));
  }
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 404, 200],
  );
  const [first, again, other, third, , last] = answers.map(body);
  assert.deepEqual([again, third], [first, first], "to the last field");
  assert.deepEqual(last, other);
  assert.notEqual(other?.["connection"], first?.["connection"]);
  const [row] = await stage.sample.sql(`select uses_left from code where id = ${id}`);
  assert.equal(row?.["uses_left"], 0);
  assert.equal(await stage.sample.count("event where kind = 'member' and sender is null"), 2);
});

void test("of many gateways that redeem the last use at one time one gets it", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { secret } = await stage.code();
  const gateways = Array.from({ length: 6 }, (_, i) => ({ base: `g${i}.example`, signer: newSigner() }));
  for (const { base, signer } of gateways) await stage.publish(t, wellKnownOf(base, signer));
  const answers = await Promise.all(gateways.map(({ base, signer }) => stage.redeem(base, signer, secret)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.equal(answers.filter(({ status }) => status === 404).length, 5);
  assert.equal(await stage.sample.count("guest"), 1);
  assert.equal(await stage.sample.count("peer"), 1, "of those who were refused nothing is kept");
});

void test("every refusal is the very same octets, changes nothing, and fetches nothing before the code was good", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { store } = stage.sample;
  const signer = newSigner();
  const other = newSigner();
  await stage.publish(t, wellKnownOf("b.example", signer));
  await stage.publish(t, wellKnownOf("rival.example", newSigner(), { hosts: [domain("chat.example")] }));
  const good = (await stage.code({ uses: 100 })).secret;

  const expired = (await stage.code({ lifeMs: 500 })).secret;
  const revoked = await stage.code();
  await store.write("revokeCode", { code: revoked.id, at: 1, actor: "anna" });
  const used = (await stage.code()).secret;
  const first = newSigner();
  await stage.publish(t, wellKnownOf("first.example", first));
  assert.equal((await stage.redeem("first.example", first, used)).status, 200);
  const ended = (await stage.code()).secret;
  const gone = newSigner();
  await stage.publish(t, wellKnownOf("gone.example", gone));
  const made = body(await stage.redeem("gone.example", gone, ended));
  const by = { peer: null, at: 1, actor: "anna" };
  await store.write("endConnection", { ...by, id: made["connection"] as never });
  const blocked = newSigner();
  await stage.publish(t, wellKnownOf("blocked.example", blocked));
  assert.equal((await stage.redeem("blocked.example", blocked, good)).status, 200);
  await store.write("blockPeer", { base: domain("blocked.example"), blocked: true, at: 1, actor: "anna" });

  const before = await stage.sample.sql("select id, uses_left from code order by id");
  const rows = async () => [
    await stage.sample.count("connection"),
    await stage.sample.count("peer"),
    await stage.sample.count("code_use"),
    await stage.sample.count("event"),
  ];
  const counts = await rows();
  const asked = stage.internet.asked.length;
  const unknown = Buffer.alloc(16, 7).toString("base64url");
  const withoutCode: Record<string, () => Promise<RawAnswer>> = {
    wrong: () => stage.redeem("b.example", signer, unknown),
    expired: () => stage.redeem("b.example", signer, expired),
    revoked: () => stage.redeem("b.example", signer, revoked.secret),
    "used up": () => stage.redeem("b.example", signer, used),
    "our own base domain": () => stage.redeem(ISSUER, signer, good),
    "one of our providers": () => stage.redeem("b.example", signer, good, { as: `fake.${ISSUER}` }),
  };
  const bodies = new Set<string>();
  const refuse = async (what: string, asking: () => Promise<RawAnswer>) => {
    const answer = await asking();
    const { status, headers } = answer;
    assert.deepEqual([status, headers["content-type"]], [404, "application/problem+json"], what);
    bodies.add(answer.text);
  };
  for (const [what, asking] of Object.entries(withoutCode)) await refuse(what, asking);
  assert.equal(stage.internet.asked.length, asked, "nothing is fetched for who has no good code");

  await stage.publish(t, wellKnownOf("moved.example", signer));
  await stage.publish(t, wellKnownOf("b.example", signer), "liar.example");
  await stage.publish(
    t,
    wellKnownOf("late.example", signer, {
      keys: wellKnownOf("late.example", signer).keys.map((key) => ({ ...key, expires: 1 })),
    }),
  );
  await stage.publish(t, wellKnownOf("greedy.example", signer, { hosts: [domain("chat.example")] }));
  await stage.publish(t, wellKnownOf("honest.example", other), "chat.example");
  const withCode: Record<string, () => Promise<RawAnswer>> = {
    "another key than the well-known's": () => stage.redeem("b.example", other, good),
    "a key that is over": () => stage.redeem("late.example", signer, good),
    "another endpoint": () =>
      stage.redeem("moved.example", signer, good, { endpoint: "https://elsewhere.example" }),
    "a well-known of another base": () => stage.redeem("liar.example", signer, good),
    "no well-known": () => stage.redeem("nowhere.invalid", signer, good),
    "a host that is none": () => stage.redeem("b.example", signer, good, { as: "evilb.example" }),
    "a host that says otherwise": () => stage.redeem("greedy.example", signer, good, { as: "chat.example" }),
    "an ended connection": () => stage.redeem("gone.example", gone, ended),
    "a blocked peer": () => stage.redeem("blocked.example", blocked, good),
  };
  for (const [what, asking] of Object.entries(withCode)) await refuse(what, asking);
  assert.equal(bodies.size, 1, [...bodies].join("\n"));
  assert.deepEqual(await rows(), counts);
  assert.deepEqual(await stage.sample.sql("select id, uses_left from code order by id"), before);
});

void test("what is not asked in the right form is told so before anything is looked up", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const signer = newSigner();
  const { secret } = await stage.code();
  const asked = stage.internet.asked.length;
  assert.equal(await code(stage.redeem("b.example", signer, "short")), "malformed");
  assert.equal(await code(stage.redeem("B.example", signer, secret, { as: "b.example" })), "malformed");
  assert.equal(await code(stage.redeem("b.example", signer, secret, { endpoint: "ftp://b" })), "malformed");
  const stolen = await stage.redeem("b.example", signer, secret, { bodyKey: newSigner() });
  assert.equal(stolen.code, "bad_signature", "the key of the body has not signed");
  const late = stage.redeem("b.example", signer, secret, { at: stage.both.now - 400_000 });
  assert.equal(await code(late), "clock_skew");
  const bare = {
    method: "POST",
    path: "/redeem",
    headers: { "content-type": "application/json" },
    body: "{}",
  };
  assert.equal((await stage.both.send(bare)).code, "unsigned");
  const large = stage.both.signed({
    path: "/redeem",
    signer,
    body: JSON.stringify({ code: "x".repeat(5_000) }),
  });
  assert.equal((await stage.both.send(large)).code, "too_large");
  assert.equal(stage.internet.asked.length, asked);
});

void test("tries are limited by address, the good ones among them", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { both } = stage;
  const bare = { method: "POST", path: "/redeem", headers: {}, body: "" };
  const codes: unknown[] = [];
  for (let i = 0; i < limits.strangerBurst + 2; i++) codes.push((await both.send(bare)).code);
  assert.deepEqual(codes.slice(-3), ["unsigned", "rate_limited", "rate_limited"]);
  both.now += 1_000;
  assert.equal((await both.send(bare)).code, "unsigned");
});
