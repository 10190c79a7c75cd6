/** Who is let into rooms of a real Synapse, who is put out of them, and what becomes of what is said meanwhile. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const PATIENCE_MS = 30_000;
const linkedRooms = await linkingRooms("matrix-admission");
const overheard = {
  type: "m.room.message",
  event_id: "$overheard",
  origin_server_ts: Date.now(),
  content: { msgtype: "m.text", body: "overheard" },
};

void describe("people and the gateway at the door of a Matrix room", () => {
  let started: LinkedRooms | null = null;
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedRooms();
  });
  after(() => started?.stop());

  void it("wait while the gateway is put out, and go on when it is invited again", async () => {
    const { anna, ben, bot, from, listen, to, shows, gateway } = run();
    await anna.say(from, "before");
    const { sender: ghost } = await shows("the message", (all) => all.find(({ body }) => body === "before"));
    await ben.moderate(to, "kick", bot, "a pause");
    const standing = async () =>
      (await gateway().operations.status()).bindings.find(({ room }) => room === to);
    await eventually(
      "the fault",
      async () => (await standing())?.lastError?.includes("put out"),
      PATIENCE_MS,
    );
    for (const words of ["one", "two", "three"]) await anna.say(from, words);
    await eventually("all to wait", async () => ((await standing())?.behind ?? 0) >= 3, PATIENCE_MS);
    assert.ok(
      (await ben.messages(to)).every(({ body }) => body !== "one"),
      "though the ghost is still in",
    );
    await ben.say(to, "said while it was out");
    // As homeservers do while a ghost is still in the room.
    const told = await fetch(`http://${listen}/_matrix/app/v1/transactions/overheard`, {
      method: "PUT",
      headers: { authorization: "Bearer hs-token-of-a-test", "content-type": "application/json" },
      body: JSON.stringify({ events: [{ ...overheard, room_id: to, sender: ben.id }] }),
    });
    assert.equal(told.status, 200);
    await ben.invite(to, bot);
    const all = await shows("the last", (messages) =>
      messages.some(({ body }) => body === "three") ? messages : null,
    );
    assert.deepEqual(
      all.filter(({ sender }) => sender === ghost).map(({ body }) => body),
      ["before", "one", "two", "three"],
    );
    await anna.waitFor(
      "what was said meanwhile, which the room shows those who come back",
      async () => (await anna.messages(from)).some(({ body }) => body === "said while it was out"),
      PATIENCE_MS,
    );
    assert.ok((await anna.messages(from)).every(({ body }) => body !== "overheard"));
    assert.equal((await gateway().operations.status()).setAside, 0);
  });

  void it("lose nothing and keep the order where all are put out in the midst of what is said", async () => {
    const { anna, ben, bot, from, to, shows, gateway } = run();
    const words = Array.from({ length: 16 }, (_none, i) => `burst ${i}`);
    const said = (async () => {
      for (const one of words) await anna.say(from, one);
    })();
    const { sender: ghost } = await shows("the first of them", (all) =>
      all.find(({ body }) => body === "burst 2"),
    );
    await ben.moderate(to, "kick", ghost);
    await ben.moderate(to, "kick", bot);
    await said;
    await ben.invite(to, bot);
    const all = await shows("the last", (messages) => {
      const burst = messages.filter(({ body }) => body.startsWith("burst"));
      return burst.some(({ body }) => body === words.at(-1)) && burst;
    });
    assert.deepEqual(
      all.map(({ body }) => body),
      words,
    );
    assert.ok(all.every(({ sender }) => sender === ghost));
    assert.equal((await gateway().operations.status()).setAside, 0);
  });

  void it("come when they are invited into a linked room, and into no other, where they say why", async () => {
    const { anna, ben, from, to, shows } = run();
    await anna.say(from, "here");
    const { sender: ghost } = await shows("the message", (all) => all.find(({ body }) => body === "here"));
    const membership = async (room: string) =>
      (await ben.state(room, "m.room.member", ghost))?.["membership"];
    await ben.moderate(to, "kick", ghost);
    assert.equal(await membership(to), "leave");
    await ben.invite(to, ghost);
    await ben.waitFor("the ghost", async () => (await membership(to)) === "join", PATIENCE_MS);
    const elsewhere = await ben.createRoom({ open: false, invite: [ghost] });
    await ben.waitFor("the refusal", async () => (await membership(elsewhere)) === "leave", PATIENCE_MS);
    const { reason } = (await ben.state(elsewhere, "m.room.member", ghost)) ?? {};
    assert.match(String(reason), /linked rooms/);
  });

  void it("find an encrypted room closed, of which it is said there once, however often it is asked for", async () => {
    const { anna, bot, gateway } = run();
    const secret = await anna.createRoom({ open: false, invite: [bot], encrypted: true });
    for (let times = 0; times < 2; times += 1)
      await assert.rejects(
        gateway().operations.link([{ account: "matrix", room: secret }], null),
        /room_unreachable: .* is encrypted/,
      );
    const lines = (await anna.messages(secret)).filter(({ body }) => body.includes("encrypted"));
    assert.equal(lines.length, 1);
    const { rooms } = { rooms: (await gateway().operations.status()).bindings.map(({ room }) => room) };
    assert.ok(!rooms.includes(secret));
  });

  void it("are told to be invited where nobody here knows the room, whatever its id looks like", async () => {
    const { bot, gateway } = run();
    for (const room of [
      "!unknown:matrix.test",
      "!unknown:far.example",
      "!iDx8yZ-0_withoutAServersNameAtItsEnd",
    ])
      await assert.rejects(
        gateway().operations.link([{ account: "matrix", room }], null),
        new RegExp(`room_unreachable: .*invite ${bot}`),
        room,
      );
  });

  void it("speak no more where only some may, and whoever links the room is told before", async () => {
    const { anna, bot, gateway } = run();
    const power = { users: { [bot]: 100 }, events_default: 50 };
    const announcements = await anna.createRoom({ open: false, invite: [bot], power });
    const { rooms } = await gateway().operations.link([{ account: "matrix", room: announcements }], null);
    assert.match(rooms[0]?.warnings?.join() ?? "", /takes power level 50, and theirs is 0/);
  });

  void it("lose what they say where they are banned, but may take back what they have said", async () => {
    const { anna, ben, bot, from, to, shows } = run();
    const said = await anna.say(from, "regretted");
    const { id, sender } = await shows("the message", (all) => all.find(({ body }) => body === "regretted"));
    await ben.moderate(to, "ban", sender, "enough");
    await anna.edit(from, said, "not regretted");
    await anna.waitFor(
      "the word to the author",
      async () => (await anna.messages(from)).find(({ body }) => body.includes("was not delivered")),
      PATIENCE_MS,
    );
    assert.equal((await ben.messages(to)).find((one) => one.id === id)?.body, "regretted");
    await anna.redact(from, said);
    await shows("the deletion", (all) => all.some((one) => one.id === id && one.deleted));
    const redaction = (await ben.timeline(to)).find(({ type }) => type === "m.room.redaction");
    assert.equal(redaction?.sender, bot);
    assert.equal((await ben.state(to, "m.room.member", sender))?.["membership"], "ban");
  });
});
