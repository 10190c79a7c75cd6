import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixRefusal } from "../../../deploy/clients/matrix-http.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { startSynapse } from "../../../deploy/servers/synapse.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
const refusedWith = (code: string) => (error: unknown) =>
  error instanceof MatrixRefusal && error.code === code;

void describe("a Synapse of one's own", async () => {
  const synapse = sharedSynapse({ serverName: "one.example", registrations: [], roomVersion: "10" });

  await it("lets people talk in a room, and shows each what it holds", async () => {
    const [ann, ben] = [
      await MatrixUser.register(await synapse(), "ann"),
      await MatrixUser.register(await synapse(), "ben"),
    ];
    assert.equal(ann.id, "@ann:one.example");
    const room = await ann.createRoom({ name: "Lobby", topic: "all", alias: "lobby" });
    assert.equal((await ann.state(room, "m.room.create"))?.["room_version"], "10");
    assert.equal(await ben.join("#lobby:one.example"), room);
    const first = await ann.say(room, "hello");
    const answer = await ben.reply(room, first, "hi");
    const inside = await ben.inThread(room, first, "aside");
    await ann.edit(room, first, "hello all");
    await ben.react(room, first, "👍");
    const gone = await ann.react(room, answer, "👎");
    await ann.redact(room, gone);
    const wrong = await ann.sayHtml(room, "wrong", "<b>wrong</b>");
    await ann.redact(room, wrong, "a slip");
    const messages = await ben.messages(room);
    assert.deepEqual(
      messages.map(({ id, body, edited, deleted }) => ({ id, body, edited, deleted })),
      [
        { id: first, body: "hello all", edited: true, deleted: false },
        { id: answer, body: "hi", edited: false, deleted: false },
        { id: inside, body: "aside", edited: false, deleted: false },
        { id: wrong, body: "", edited: false, deleted: true },
      ],
    );
    assert.deepEqual(
      messages.map(({ replyTo, thread, reactions }) => ({ replyTo, thread, reactions })),
      [
        { replyTo: null, thread: null, reactions: [{ emoji: "👍", sender: ben.id }] },
        { replyTo: first, thread: null, reactions: [] },
        { replyTo: null, thread: first, reactions: [] },
        { replyTo: null, thread: null, reactions: [] },
      ],
    );
  });

  await it("keeps files, and what is said of a room by those who may", async () => {
    const [cleo, dan] = [
      await MatrixUser.register(await synapse(), "cleo"),
      await MatrixUser.register(await synapse(), "dan"),
    ];
    const room = await cleo.createRoom({ open: false, invite: [dan.id] });
    await dan.waitFor("the invitation", () => dan.sync.invited.has(room));
    await dan.join(room);
    const bytes = bytesOf("%PDF-1.7 of a kind");
    await cleo.sendFile(room, { name: "a b.pdf", type: "application/pdf", bytes, caption: "look" });
    const [file] = await dan.messages(room);
    assert.deepEqual([file?.body, file?.content["filename"]], ["look", "a b.pdf"]);
    const got = await dan.http.download(String(file?.content["url"]));
    assert.deepEqual([got.type, Buffer.from(got.bytes)], ["application/pdf", Buffer.from(bytes)]);
    await assert.rejects(dan.setTopic(room, "mine"), refusedWith("M_FORBIDDEN"));
    await cleo.setPower(room, dan.id, 50);
    await dan.setTopic(room, "ours");
    await dan.setName(room, "Den");
    await dan.setPins(room, [file?.id ?? ""]);
    await dan.setAvatar(room, await dan.http.upload("a.png", "image/png", bytes));
    assert.equal((await cleo.state(room, "m.room.topic"))?.["topic"], "ours");
    assert.equal((await cleo.state(room, "m.room.name"))?.["name"], "Den");
    assert.deepEqual(await cleo.state(room, "m.room.pinned_events"), { pinned: [file?.id] });
    assert.match(String((await cleo.state(room, "m.room.avatar"))?.["url"]), /^mxc:\/\/one\.example\//);
    assert.equal(await cleo.state(room, "m.room.tombstone"), null);
    const types = (await cleo.states(room)).map(({ type }) => type);
    assert.ok(types.includes("m.room.create") && types.includes("m.room.power_levels"));
    await cleo.moderate(room, "ban", dan.id, "enough");
    await assert.rejects(dan.say(room, "but"), refusedWith("M_FORBIDDEN"));
    assert.equal((await cleo.state(room, "m.room.member", dan.id))?.["membership"], "ban");
    await cleo.moderate(room, "unban", dan.id);
    const next = await cleo.upgrade(room, "11");
    assert.equal((await cleo.state(room, "m.room.tombstone"))?.["replacement_room"], next);
  });

  await it("tells who types, who has read what, and takes polls, places and stickers", async () => {
    const [eve, fay] = [
      await MatrixUser.register(await synapse(), "eve"),
      await MatrixUser.register(await synapse(), "fay"),
    ];
    const room = await eve.createRoom();
    await fay.join(room);
    await eve.typing(room, true);
    await fay.waitFor("eve's typing", () => fay.sync.typing(room).includes(eve.id));
    await eve.typing(room, false);
    await fay.waitFor("her rest", () => !fay.sync.typing(room).includes(eve.id));
    const poll = await eve.poll(room, "tea?", ["yes", "no"]);
    await fay.vote(room, poll, [1]);
    await eve.endPoll(room, poll);
    await eve.location(room, "here", "geo:1,2");
    const picture = { name: "wave", type: "image/png", bytes: bytesOf("png") };
    const sticker = await eve.sticker(room, picture);
    assert.deepEqual(
      (await fay.messages(room)).map(({ type }) => type),
      ["org.matrix.msc3381.poll.start", "m.room.message", "m.sticker"],
    );
    await fay.read(room, sticker);
    await eve.waitFor("that fay has read it", () => eve.sync.read(room, fay.id) === sticker);
    await fay.setDisplayName("Fay F.");
    const member = await eve.waitFor("fay's name", async () => {
      const state = await eve.state(room, "m.room.member", fay.id);
      return state?.["displayname"] === "Fay F." ? state : null;
    });
    assert.equal(member["membership"], "join");
    await fay.leave(room);
    await assert.rejects(
      fay.waitFor("anything", () => false, 50),
      /waited 50 ms in vain for anything/,
    );
  });

  await it("is the same after it was killed and started again", async () => {
    const server = await synapse();
    const gil = await MatrixUser.register(server, "gil", "a password");
    const room = await gil.createRoom();
    const said = await gil.say(room, "before");
    const { pid } = server;
    await server.kill("SIGKILL");
    await assert.rejects(gil.say(room, "meanwhile"), TypeError);
    await server.restart();
    assert.notEqual(server.pid, pid);
    const after = await MatrixUser.login(server.url, "gil", "a password");
    await gil.say(room, "after");
    const messages = await after.messages(room);
    assert.deepEqual(
      messages.map(({ body }) => body),
      ["before", "after"],
    );
    assert.equal(messages[0]?.id, said);
    await assert.rejects(MatrixUser.login(server.url, "gil", "another"), refusedWith("M_FORBIDDEN"));
  });
});

void describe("a Synapse that is to be one", async () => {
  await it("holds people to its limits where that is wanted", async () => {
    const folder = temporaryFolder("limited");
    const server = await startSynapse({
      folder,
      serverName: "two.example",
      registrations: [],
      limited: true,
    });
    try {
      const ann = await MatrixUser.register(server, "ann");
      const room = await ann.createRoom();
      const many = Array.from({ length: 30 }, (_, n) => ann.say(room, `message ${n}`));
      const outcomes = await Promise.allSettled(many);
      const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      assert.ok(refused.length > 0 && refused.length < 30, String(refused.length));
      assert.ok(refused.every((one) => one instanceof MatrixRefusal && one.status === 429));
    } finally {
      await server.stop();
    }
  });

  await it("says why it does not start", async () => {
    const folder = temporaryFolder("broken");
    await assert.rejects(
      startSynapse({ folder, serverName: "three.example", registrations: ["id: gateway"] }),
      /^GatewayError: server_failed: Synapse did not come up.*synapse\.log ends with/s,
    );
  });

  await it("says how one is had where there is none", async () => {
    const folder = temporaryFolder("none");
    const before = process.env["MIMI_SYNAPSE"];
    process.env["MIMI_SYNAPSE"] = `${folder}/no-python`;
    try {
      await assert.rejects(
        startSynapse({ folder, serverName: "four.example", registrations: [] }),
        /server_failed: there is no Synapse here: run: sh deploy\/setup\/prepare\.sh matrix/,
      );
    } finally {
      if (before === undefined) delete process.env["MIMI_SYNAPSE"];
      else process.env["MIMI_SYNAPSE"] = before;
    }
  });
});
