import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startProsody } from "../../../deploy/servers/prosody.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { readArchive } from "../../../deploy/clients/xmpp-archive.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";

const ann = { name: "ann", password: 'pass "word" \\' };
const bob = { name: "bob.b-b", password: "secret" };
const options = {
  domain: "one.example",
  components: [{ domain: "gateway.one.example", secret: "s3cret" }],
  archive: "sql" as const,
  users: [ann],
};

void describe("a Prosody of one's own", async () => {
  const prosody = sharedProsody(options);

  const login = async (user: { name: string; password: string }, resource?: string): Promise<XmppUser> => {
    const { domain, ports } = await prosody();
    return XmppUser.connect({
      domain,
      port: ports.c2s,
      ...user,
      ...(resource === undefined ? {} : { resource }),
    });
  };

  await it("lets registered users talk in a room and tells who may not", async () => {
    const { rooms, domain, addUser } = await prosody();
    addUser(bob);
    const room = `lobby@${rooms}`;
    const one = await login(ann);
    const other = await login(bob);
    await one.join(room, "Ann");
    await other.join(room, "Bob");
    await assert.rejects(async () => (await login(bob)).join(room, "Ann"), /refuses: conflict/);
    const said = await one.say(room, "hello & <goodbye>");
    assert.equal(said.nick, "Ann");
    assert.ok(said.stanzaId);
    const heard = await other.waitFor("ann's message", () =>
      other.messages(room).find(({ body }) => body !== null),
    );
    assert.deepEqual([heard.body, heard.stanzaId], ["hello & <goodbye>", said.stanzaId]);
    await one.setSubject(room, "the weather");
    await one.setRoomName(room, "Lobby");
    await one.grant(room, `bob.b-b@${domain}`, "owner");
    await other.setRoomName(room, "Bob's");
    await other.whisper(room, "Ann", "psst");
    await one.waitFor("the whisper", () => one.privateMessages.length > 0);
    assert.deepEqual(
      one.privateMessages.map(({ from, body }) => [from, body]),
      [[`${room}/Bob`, "psst"]],
    );
    assert.deepEqual(other.bodies(room), ["hello & <goodbye>"]);
    await other.leave(room);
    await one.waitFor("bob's leaving", () => one.occupants(room).length === 1);
    await assert.rejects(async () => other.say(room, "from outside"), /refuses: not-acceptable/);
    await Promise.all([one.disconnect(), other.disconnect()]);
  });

  await it("pages through an archive that is the same in the file and after a restart", async () => {
    const server = await prosody();
    const room = `archive@${server.rooms}`;
    const before = await login(ann, "laptop");
    await before.join(room, "Ann");
    const said: (string | null)[] = [];
    for (let n = 0; n < 120; n += 1) said.push((await before.say(room, `message ${n}`)).stanzaId);
    assert.deepEqual(
      (await readArchive(before, room)).map(({ stanzaId }) => stanzaId),
      said,
    );
    const { pid } = server;
    await server.kill("SIGKILL");
    await assert.rejects(async () => before.waitFor("anything", () => false), /has ended/);
    assert.equal(server.readArchive(room).length, 120);
    await server.restart();
    await server.stop();
    assert.equal(server.readArchive(room).length, 120);
    await server.restart();
    assert.notEqual(server.pid, pid);
    const file = server.readArchive(room);
    assert.deepEqual(
      file.map(({ stanzaId }) => stanzaId),
      said,
    );
    assert.match(file[7]?.stanza ?? "", /message 7</);
    assert.ok(Math.abs(Date.now() - (file[119]?.when ?? 0)) < 60_000);
    const back = await login(ann);
    await back.join(room, "Ann", 3);
    assert.deepEqual(
      (await readArchive(back, room)).map(({ stanzaId }) => stanzaId),
      said,
    );
    await back.waitFor("the history", () => back.messages(room).some(({ subject }) => subject !== null));
    assert.deepEqual(
      back
        .messages(room)
        .filter(({ delayed }) => delayed)
        .map(({ body }) => body),
      ["message 117", "message 118", "message 119"],
    );
    await back.disconnect();
  });

  await it("does not lose what is said while the archive is read", async () => {
    const server = await prosody();
    const room = `busy@${server.rooms}`;
    const user = await login(ann);
    await user.join(room, "Ann");
    let reads = 0;
    const reader = setInterval(() => (reads += server.readArchive(room).length && 1), 2);
    const said = await Promise.all(Array.from({ length: 200 }, async (_, n) => user.say(room, `busy ${n}`)));
    clearInterval(reader);
    assert.ok(reads > 0);
    assert.deepEqual(
      server.readArchive(room).map(({ stanzaId }) => stanzaId),
      said.map(({ stanzaId }) => stanzaId),
    );
    await user.disconnect();
  });

  await it("says why it does not start", async () => {
    const folder = temporaryFolder("broken");
    await assert.rejects(
      async () => startProsody({ ...options, folder, components: [{ domain: "one.example", secret: "" }] }),
      /^GatewayError: server_failed: prosody did not come up.*prosody\.log ends with/s,
    );
  });
});
