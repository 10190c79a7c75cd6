import assert from "node:assert/strict";
import { after, afterEach, describe, it } from "node:test";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { type LinkedRooms, type LinkedRoomsOptions, linkingRooms } from "./matrix-gateway.ts";

const linkedRooms = await linkingRooms("matrix-rooms");

void describe("rooms of Matrix and who may what in them", () => {
  let running: LinkedRooms | null = null;
  const start = async (options?: LinkedRoomsOptions): Promise<LinkedRooms> => {
    running = await linkedRooms(options);
    return running;
  };
  const end = async (): Promise<void> => {
    await running?.stop();
    running = null;
  };
  afterEach(end);
  after(end);

  void it("are spoken in by the gateway's own user where it may invite nobody, which it says once", async () => {
    const { anna, ben, bot, from, to, shows } = await start({ power: 0, to: { power: { invite: 50 } } });
    const event = await anna.say(from, "relayed");
    const shown = await shows("the message", (all) => all.find(({ body }) => body.endsWith(": relayed")));
    assert.equal(shown.sender, bot);
    assert.match(shown.body, /Anna|anna/);
    await anna.edit(from, event, "relayed and changed");
    await shows("the edit", (all) =>
      all.find(({ id, body }) => id === shown.id && body.endsWith("relayed and changed")),
    );
    await anna.say(from, "again");
    await shows("another one", (all) => all.find(({ body }) => body.endsWith(": again")));
    const lines = (await ben.messages(to)).filter(({ body }) => body.includes("power level 50"));
    assert.equal(lines.length, 1);
    await ben.setPower(to, bot, 50);
    await anna.redact(from, event);
    await ben.waitFor("the redaction", async () =>
      (await ben.messages(to)).find(({ id, deleted }) => id === shown.id && deleted),
    );
    await anna.say(from, "with power");
    const own = await shows("a ghost's message", (all) => all.find(({ body }) => body === "with power"));
    assert.notEqual(own.sender, bot);
  });

  void it("keep out whom they have banned, and tell the author", async () => {
    const { anna, ben, from, to, shows } = await start();
    await anna.say(from, "before");
    const { sender } = await shows("the message", (all) => all.find(({ body }) => body === "before"));
    await ben.moderate(to, "ban", sender, "enough");
    await anna.say(from, "behind the ban");
    await anna.waitFor("the word to the author", async () =>
      (await anna.messages(from)).find(({ body }) => body.includes("was not delivered")),
    );
    const said = (await ben.messages(to)).map(({ body }) => body);
    assert.ok(said.every((body) => !body.includes("behind the ban")));
    assert.equal((await ben.state(to, "m.room.member", sender))?.["membership"], "ban");
  });

  void it("are let in again where a ghost was only put out", async () => {
    const { anna, ben, from, to, shows } = await start();
    await anna.say(from, "before");
    const { sender } = await shows("the message", (all) => all.find(({ body }) => body === "before"));
    await ben.moderate(to, "kick", sender);
    await anna.say(from, "back again");
    const back = await shows("the message", (all) => all.find(({ body }) => body === "back again"));
    assert.equal(back.sender, sender);
  });

  void it("are followed where they are upgraded, with what was said in between", async () => {
    const { anna, ben, bot, from, to, shows, gateway } = await start({ to: { version: "9", open: true } });
    await anna.say(from, "before the upgrade");
    await shows("the message", (all) => all.find(({ body }) => body === "before the upgrade"));
    const next = await ben.upgrade(to, "11");
    const first = await ben.say(next, "first in the new room");
    assert.ok(first);
    await anna.waitFor("what was said there", async () =>
      (await anna.messages(from)).find(({ body }) => body === "first in the new room"),
    );
    await anna.say(from, "after the upgrade");
    await ben.waitFor("the message in the new room", async () =>
      (await ben.messages(next)).find(({ body }) => body === "after the upgrade"),
    );
    const { bindings } = await gateway().operations.status();
    assert.ok(bindings.some(({ room }) => room === next) && bindings.every(({ room }) => room !== to));
    assert.equal((await ben.state(next, "m.room.member", bot))?.["membership"], "join");
  });

  void it("are waited for where they go on in one that the gateway is not invited to yet, and nothing for them is lost", async () => {
    const { anna, ben, bot, from, to, shows } = await start({ to: { version: "9" } });
    await anna.say(from, "before the upgrade");
    await shows("the message", (all) => all.find(({ body }) => body === "before the upgrade"));
    const next = await ben.upgrade(to, "11");
    await anna.say(from, "said in between");
    await anna.say(from, "and another one");
    await ben.invite(next, bot);
    const said = await ben.waitFor("what was said in between", async () => {
      const bodies = (await ben.messages(next)).map(({ body }) => body);
      return bodies.includes("and another one") && bodies;
    });
    assert.deepEqual(
      said.filter((body) => body.includes("in between") || body.includes("another")),
      ["said in between", "and another one"],
    );
    assert.ok((await anna.messages(from)).every(({ body }) => !body.includes("was not delivered")));
  });

  void it("can't be linked when they are encrypted, and say so", async () => {
    const { anna, bot, gateway } = await start();
    const secret = await anna.createRoom({ open: false, invite: [bot], encrypted: true });
    const link = gateway().operations.link([{ account: "matrix", room: secret }], null);
    await assert.rejects(link, /room_unreachable: .* is encrypted/);
    await anna.waitFor("the line", async () =>
      (await anna.messages(secret)).find(({ body }) => body.includes("encrypted")),
    );
  });

  void it("get nothing more in the clear once they are encrypted", async () => {
    const { anna, ben, from, to, shows, gateway } = await start();
    await anna.say(from, "in the clear");
    await shows("the message", (all) => all.find(({ body }) => body === "in the clear"));
    await ben.setState(to, "m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" });
    await ben.waitFor("the line", async () =>
      (await ben.messages(to)).find(({ body }) => body.includes("encrypted")),
    );
    await anna.say(from, "a secret");
    const why = await anna.waitFor("the fault", async () =>
      (await gateway().operations.status()).bindings.find(({ lastError }) =>
        lastError?.includes("is encrypted"),
      ),
    );
    assert.equal(why.room, to);
    assert.ok((await ben.messages(to)).every(({ body }) => body !== "a secret"));
  });

  void it("name the right that is missing before they are linked, and the room behind an alias", async () => {
    const { anna, synapse, bot, gateway } = await start();
    const stranger = await MatrixUser.register(synapse, "stranger");
    const closed = await stranger.createRoom({ open: false });
    const link = (room: string) => gateway().operations.link([{ account: "matrix", room }], null);
    await assert.rejects(link(closed), new RegExp(`room_unreachable: .*invite ${bot}`));
    const mute = await anna.createRoom({ open: false, invite: [bot], power: { events_default: 50 } });
    await assert.rejects(link(mute), /room_unreachable: .*give it power level 50/);
    const known = await anna.createRoom({ alias: "known" });
    await assert.rejects(link("#known:matrix.test"), (error: Error) => error.message.includes(known));
  });
});
