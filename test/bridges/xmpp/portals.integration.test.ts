/** Rooms of another account that people of a real XMPP server ask the gateway for. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { directWire, startHarness } from "../../support/harness.ts";
import { sharedEjabberd, sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { component, xmppAccount, type XmppServer } from "../conformance/xmpp-conformance.ts";

const PATIENCE_MS = 20_000;
const folder = temporaryFolder("xmpp-portals");
const users = ["anna", "ben"].map((name) => ({ name, password: `${name}'s password` }));
const servers: readonly (readonly [name: string, start: () => Promise<XmppServer>])[] = [
  ["Prosody", sharedProsody({ domain: "xmpp.test", components: [component], archive: "memory", users })],
  ["ejabberd", sharedEjabberd({ domain: "xmpp.test", components: [component] })],
];

for (const [name, start] of servers)
  void describe(`a portal room on ${name}`, () => {
    void it("is made when somebody asks for it, carries both ways, and is the same for everybody who asks", async (t) => {
      const server = await start();
      const far = new FakePlatform();
      far.setState("hall", { name: "The hall", topic: "All that is said there" });
      const account = { ...xmppAccount(server), portals: ["far"], portal_service: server.rooms };
      const gateway = await startHarness(
        { folder: join(folder, name) },
        [account, { name: "far", bridge: "fake" as const }],
        (one, { log, media }) =>
          one.bridge === "xmpp"
            ? new XmppAccount(xmppConfig(one), log, media)
            : new FakeBridge(far.modes, directWire(far)),
      );
      t.after(() => gateway.stop());
      const people: XmppUser[] = [];
      for (const user of users)
        people.push(await XmppUser.connect({ domain: server.domain, port: server.ports.c2s, ...user }));
      t.after(() => Promise.all(people.map((person) => person.disconnect())));
      const room = `mimi_far_hall@${server.rooms}`;
      for (const person of people) {
        const answer = await person.ask(`bridge@${component.domain}`, "portal far:hall");
        assert.equal(answer, `${room} is linked with far:hall. Come in: xmpp:${room}?join`);
        await person.join(room, person.jid.split("@", 1)[0] ?? "");
      }
      const [anna, ben] = people;
      assert.ok(anna && ben);
      assert.equal(await anna.roomName(room), "The hall");
      await anna.waitFor(
        "the topic",
        () => anna.messages(room).some(({ subject }) => subject === "All that is said there"),
        PATIENCE_MS,
      );
      const { bindings } = await gateway.operations.status();
      assert.deepEqual(Object.fromEntries(bindings.map((one) => [`${one.account}:${one.room}`, one.kind])), {
        "far:hall": "plumbed",
        [`xmpp:${room}`]: "portal",
      });
      await anna.say(room, "hello from here");
      await far.until("it there", () => far.texts("hall").includes("hello from here"), PATIENCE_MS);
      far.say("hall", "zoe", "hello from there");
      const shown = await ben.waitFor(
        "it here",
        () => ben.messages(room).find(({ body }) => body === "hello from there"),
        PATIENCE_MS,
      );
      assert.equal(shown.nick, "zoe");
    });
  });
