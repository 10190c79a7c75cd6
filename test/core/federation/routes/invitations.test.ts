/** Invitations and knocks between two gateways with real stores, lanes and HTTP, as their operators have them. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import {
  StoredInvitations,
  type StoredInvitationsOptions,
} from "../../../../core/admin/invitation-operations.ts";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { Inviter } from "../../../../core/federation/peers/invite.ts";
import { groupTopic, peerTopic } from "../../../../core/federation/news.ts";
import type { AccountId, NativeRoom } from "../../../../core/ids.ts";
import type { ConnectionChange } from "../../../../core/store/units/connections.ts";
import { memberRows } from "../../../../core/store/units/group-reports.ts";
import { type GroupUri, groupUri, userUri } from "../../../../mappings/ids.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { GatewayEnd } from "../gateway-end.ts";
import { domain } from "../two-gateways.ts";
import { until } from "../waiting.ts";

const folder = temporaryFolder("invitations");

const parseRoom = (text: string): NativeRoom => text as NativeRoom;

/** What an operator of a gateway asks with. */
async function operator(end: GatewayEnd, change: Partial<StoredInvitationsOptions> = {}) {
  const { client, placeOf } = end.syncOptions();
  const { store, base, news } = end;
  const inviter = new Inviter({ store, client, base, placeOf, now: Date.now });
  const changed = ({ peer, groups }: ConnectionChange): void =>
    news.tell([peerTopic(peer), ...groups.map(groupTopic)]);
  const [account] = await end.sql("select id from account");
  const row = { id: Number(account?.["id"]) as AccountId };
  const operations = new StoredInvitations({
    store,
    hosts: [{ options: { name: "fake", provider: end.host, row, bridge: { parseRoom } } }],
    access: { inviter, changed } as unknown as StoredInvitationsOptions["access"],
    running: true,
    link: async (rooms, group) => {
      for (const { room } of rooms) await end.room(room, group as GroupUri);
      return { group: group ?? "", rooms: rooms.map((room) => ({ ...room, state: "linked" as const })) };
    },
    ...change,
  });
  return { operations, inviter, changed };
}

/** Two gateways that know each other, with a group of the first's. */
async function stage(t: TestContext) {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b");
  await GatewayEnd.connect(a, b);
  const tea = await a.room("tea");
  const states = async () => {
    const rows = await a.store.read(memberRows(tea.groupUri));
    return Object.fromEntries(rows.map(({ uri, state }) => [uri, state]));
  };
  return { a, b, tea, states, atA: await operator(a), atB: await operator(b) };
}

void test("a provider is invited, accepts for a room, and talks", async (t) => {
  const { a, b, tea, states, atA, atB } = await stage(t);
  const group = tea.groupUri;
  const provider = `mimi://${b.host}`;
  const invited = await atA.operations.invite({ group, wanted: b.host, inviter: null, role: null });
  assert.deepEqual([invited.told, invited.base, invited.wanted], [true, b.base, provider]);
  assert.deepEqual((await states())[provider], "invited");
  await a.runLane();
  const [invitation] = await atB.operations.list();
  assert.ok(invitation);
  assert.deepEqual(
    [invitation.group, invitation.wanted, invitation.inviter, invitation.base],
    [group, provider, `mimi://${a.host}`, a.base],
  );
  await until("the owner asks for submissions", () => b.asked.some(({ path }) => path === "/submissions"));
  const room = { account: "fake", room: "kettle" };
  const accepted = await atB.operations.accept(invitation.id, room);
  assert.deepEqual([accepted.answer, accepted.linked?.group], ["accepted", group]);
  await b.runLane();
  await until("the provider is in", async () => (await states())[provider] === "joined");
  assert.deepEqual(await atB.operations.list(), []);
  const [followed] = await b.sql("select grp from following where state = 'following'");
  const there = Number(followed?.["grp"]) as never;
  await until("the accept has come back", async () =>
    (await b.log(there)).some(({ kind }) => kind === "member"),
  );
  const kettle = await b.room("kettle", group);
  const said = await b.say(kettle, "hello", "bob");
  await until("it is in the owner's log", async () => (await a.ids(tea.group)).includes(said));
  const answer = await a.say(tea, "welcome");
  await until("the answer has come", async () => (await b.ids(there)).includes(answer));
  await assert.rejects(atB.operations.accept(invitation.id, null), { code: "invitation_unknown" });
});

void test("who declines follows nothing, and its gateway reads no further", async (t) => {
  const { a, b, tea, states, atA, atB } = await stage(t);
  const bob = userUri(b.host, "bob");
  await atA.operations.invite({ group: tea.groupUri, wanted: bob, inviter: null, role: 3 });
  await a.runLane();
  const [invitation] = await atB.operations.list();
  assert.deepEqual([invitation?.wanted, invitation?.role], [bob, 3]);
  assert.equal((await atB.operations.decline(invitation?.id ?? 0)).answer, "declined");
  await until("he is out", async () => (await states())[bob] === "left");
  assert.deepEqual(await states(), { [bob]: "left", [`mimi://${b.host}`]: "left" });
  const [guest] = await a.sql("select left_seq from guest");
  assert.equal(Number(guest?.["left_seq"]), 4, "join, invite, decline, leave");
  const rows = await b.sql("select state, code from following");
  assert.deepEqual(
    rows.map(({ state, code }) => [state, code]),
    [["left", "declined"]],
  );
});

void test("a knock is shown to the owner's operator, who invites or forgets", async (t) => {
  const { a, b, tea, atA, atB } = await stage(t);
  const group = tea.groupUri;
  const [bob, mia] = [userUri(b.host, "bob"), userUri(b.host, "mia")];
  const knocked = await atB.operations.knock({ group, user: bob, reason: "tea" });
  assert.deepEqual(knocked, { group, user: bob, base: a.base });
  await atB.operations.knock({ group, user: bob, reason: "tea!" });
  await atB.operations.knock({ group, user: mia, reason: "" });
  const [first, second, ...more] = await atA.operations.knocks();
  assert.deepEqual(
    [first?.user, first?.reason, first?.base, second?.user, more],
    [bob, "tea", b.base, mia, []],
  );
  assert.equal((await atA.operations.admit(first?.id ?? 0)).wanted, bob);
  assert.equal((await atA.operations.dropKnock(second?.id ?? 0)).user, mia);
  await assert.rejects(atA.operations.admit(first?.id ?? 0), { code: "knock_unknown" });
  assert.deepEqual(await atA.operations.knocks(), []);
  assert.deepEqual(
    (await atB.operations.list()).map(({ wanted }) => wanted),
    [bob],
  );
  await atB.operations.knock({ group: groupUri(a.host, "none"), user: bob, reason: "" });
  const nobody = { group: groupUri(domain("nobody.invalid"), "x"), user: bob, reason: "" };
  await assert.rejects(atB.operations.knock(nobody), { code: "peer_unknown" });
  for (const wrong of [{ user: userUri(a.host, "anna") }, { reason: "x".repeat(513) }])
    await assert.rejects(atB.operations.knock({ group, user: bob, reason: "", ...wrong }), { code: "usage" });
});

void test("whatever is well-formed is answered alike, and nothing else is taken", async (t) => {
  const { a, b, tea } = await stage(t);
  const { client } = a.syncOptions();
  const send = async (path: string, body: unknown): Promise<unknown> => {
    const endpoint = { url: b.endpoint, trusted: true };
    const asked = { endpoint, method: "POST", path, body, as: a.host, timeoutMs: 5_000 } as const;
    try {
      return await client.request({ ...asked, answer: z.unknown() });
    } catch (thrown) {
      assert.ok(thrown instanceof FederationError);
      return thrown.problem;
    }
  };
  const group = tea.groupUri;
  const inviter = userUri(a.host, "anna");
  const good = { group, provider: b.host, inviter };
  const day = 86_400_000;
  for (const fine of [
    good,
    { ...good, provider: "nobody.invalid" },
    { ...good, group: groupUri(b.host, "theirs") },
    { group, user: userUri(b.host, "nobody"), inviter, role: 7, name: "Tea", expires: Date.now() + day },
    { ...good, expires: 1 },
  ])
    assert.deepEqual(await send("/invitations", fine), {}, JSON.stringify(fine));
  for (const wrong of [
    { ...good, user: userUri(b.host, "bob") },
    { group, inviter },
    { ...good, inviter: "anna" },
    { ...good, role: -1 },
    { ...good, name: "x".repeat(257) },
    { ...good, expires: Date.now() + 32 * day },
    { ...good, group: "x" },
  ])
    assert.equal(await send("/invitations", wrong), "malformed", JSON.stringify(wrong));
  const user = userUri(a.host, "anna");
  for (const path of [`/groups/${b.host}/none/knocks`, "/groups/nobody.invalid/x/knocks"])
    assert.deepEqual(await send(path, { user, reason: "" }), {}, path);
  for (const wrong of [
    {},
    { user: "x" },
    { user: userUri(b.host, "bob") },
    { user, reason: "x".repeat(513) },
  ])
    assert.equal(await send(`/groups/${b.host}/none/knocks`, wrong), "malformed", JSON.stringify(wrong));
  assert.equal(
    await b.store.read(memberRows(group)).catch((thrown: { code: string }) => thrown.code),
    "group_unknown",
  );
});

void test("who could not be told is told later, and an invitation ends by itself", async (t) => {
  const { a, b, tea, states, atA, atB } = await stage(t);
  const deaf = new Inviter({
    ...a.syncOptions(),
    placeOf: () => ({ url: "http://127.0.0.1:9", trusted: true }),
  });
  const unheard = await operator(a, { access: { inviter: deaf, changed: () => undefined } as never });
  const question = { group: tea.groupUri, wanted: b.host, inviter: null, role: null };
  assert.equal((await unheard.operations.invite(question)).told, false);
  assert.deepEqual(await atB.operations.list(), []);
  const changes: ConnectionChange[] = [];
  const changed = (change: ConnectionChange): void => void changes.push(change);
  const log = { warn: () => assert.fail("nothing goes wrong") };
  const inviterAt = (at: number) => new Inviter({ ...a.syncOptions(), now: () => Date.now() + at });
  await inviterAt(0).sweep(changed, log);
  assert.deepEqual(await atB.operations.list(), [], "it was tried a moment ago");
  await inviterAt(61_000).sweep(changed, log);
  assert.equal((await atB.operations.list()).length, 1);
  assert.deepEqual(changes, []);
  await inviterAt(32 * 86_400_000).sweep(changed, log);
  assert.deepEqual(
    changes.map(({ peer, groups }) => [peer, groups]),
    [[a.peer, [tea.group]]],
  );
  assert.deepEqual(await states(), { [`mimi://${b.host}`]: "left" });
  const other = { account: "fake", room: "own" };
  await b.room("own");
  const [invitation] = await atB.operations.list();
  await assert.rejects(atB.operations.accept(invitation?.id ?? 0, other), { code: "room_linked" });
  await assert.rejects(atA.operations.invite({ ...question, inviter: "mimi://x.example/u/y" }), {
    code: "usage",
  });
  await assert.rejects(atA.operations.invite({ ...question, wanted: "No One" }), { code: "usage" });
});

void test("a gateway that can't be reached finds invitations in the answers to its sync", async (t) => {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b", { unreachable: true });
  await GatewayEnd.connect(a, b);
  const tea = await a.room("tea");
  const [atA, atB] = [await operator(a), await operator(b)];
  await b.runLane();
  await until("it asks with no groups", () => a.asked.some(({ path }) => path === "/sync"));
  const question = { group: tea.groupUri, wanted: b.host, inviter: null, role: null };
  assert.equal((await atA.operations.invite(question)).told, false);
  await until("it has the invitation", async () => (await atB.operations.list()).length === 1);
  const [invitation] = await atB.operations.list();
  await atB.operations.accept(invitation?.id ?? 0, null);
  const stands = async () => (await a.store.read(memberRows(tea.groupUri)))[0]?.state;
  await until("it is in", async () => (await stands()) === "joined");
  assert.deepEqual(await atB.operations.list(), []);
  assert.equal(b.asked.length, 0, "nothing was asked of it");
});
