/** What is otherwise on an ejabberd than on a Prosody: no occupant-ids, a store of files of its own kind, and two streams of one component. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { xml } from "@xmpp/client";
import { pino } from "pino";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import { TriedAccount } from "../../../bridges/xmpp/tried-account.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { Ejabberd } from "../../../deploy/servers/ejabberd.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedEjabberd, temporaryFolder } from "../../support/servers.ts";
import { GIF, PNG } from "../../core/media/picture-server.ts";
import { givenPicture, hang, pictureAt, sha1, shownHash, wear } from "../../support/worn-picture.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";

const PATIENCE_MS = 20_000;
const folder = temporaryFolder("ejabberd");
const started = sharedEjabberd({ domain: "xmpp.test", components: [component] });

const corrects = (id: string) => xml("replace", { xmlns: "urn:xmpp:message-correct:0", id });

const shows = (user: XmppUser, room: string, picture: Buffer | null) =>
  eventually("the picture", async () => {
    const given = await pictureAt(user, room);
    return picture === null ? given === null : given?.equals(picture);
  });

void describe("rooms on ejabberd", () => {
  let server: Ejabberd;
  let gateway: RunningGateway;
  let anna: XmppUser;
  let ben: XmppUser;
  const connect = (name: string) =>
    XmppUser.connect({ domain: server.domain, port: server.ports.c2s, name, password: name });
  before(async () => {
    server = await started();
    [anna, ben] = [await connect("anna"), await connect("ben")];
    gateway = await startHarness(
      // What is too long for eight messages is more than an event may usually have.
      { folder: join(folder, "gateway"), limits: { eventBytes: 600_000 } },
      [xmppAccount(server)],
      (account, { log, media }) =>
        new XmppAccount(xmppConfig(account), log, { ...media, maxBytes: 1_000_000, allow: ["127.0.0.0/8"] }),
    );
  });
  after(async () => {
    await gateway.stop();
    await anna.disconnect();
    await ben.disconnect();
  });

  async function pair() {
    const [here = "", there = ""] = [randomUUID(), randomUUID()].map((name) => `${name}@${server.rooms}`);
    await anna.join(here, "anna");
    await ben.join(there, "ben");
    await gateway.operations.link(
      [here, there].map((room) => ({ account: "xmpp", room })),
      null,
    );
    return { here, there };
  }
  const heard = (room: string, body: string) =>
    ben.waitFor(body, () => ben.messages(room).find((message) => message.body === body), PATIENCE_MS);

  void it("let an occupant correct what he has said, and nobody who has taken his nick since", async () => {
    const { here, there } = await pair();
    const { id } = await anna.say(here, "frist");
    assert.ok(id);
    await heard(there, "frist");
    await anna.send(here, xml("body", {}, "first"), corrects(id));
    const corrected = await heard(there, "first");
    assert.ok(corrected.stanza.getChild("replace", "urn:xmpp:message-correct:0"));
    await anna.leave(here);
    const eve = await connect("eve");
    await eve.join(here, "anna");
    await eve.send(here, xml("body", {}, "worst"), corrects(id));
    await eve.say(here, "it is me");
    await heard(there, "it is me");
    assert.ok(!ben.bodies(there).includes("worst"));
    await eve.disconnect();
  });

  void it("let the picture of somebody there be had, which his ghost wears elsewhere", async () => {
    const { here, there } = await pair();
    await wear(anna, here, PNG);
    await anna.say(here, "here I am");
    await ben.waitFor("the picture", () => shownHash(ben, there, "anna") === sha1(PNG));
    assert.deepEqual(await givenPicture(ben, there, "anna"), PNG);
  });

  void it("show the picture of a room that is linked, another one, and none", async () => {
    const { here, there } = await pair();
    await anna.grant(here, `bridge@${component.domain}`, "owner");
    await ben.grant(there, `bridge@${component.domain}`, "owner");
    // What the room had when it was entered is no change.
    await anna.say(here, "look");
    await heard(there, "look");
    await hang(anna, here, PNG);
    await shows(ben, there, PNG);
    await hang(ben, there, GIF);
    await shows(anna, here, GIF);
    await hang(anna, here, null);
    await shows(ben, there, null);
    assert.equal((await gateway.operations.status()).setAside, 0);
  });

  void it("are left to the gateway that is connected, which an account that is only tried finds out", async () => {
    const media = { maxBytes: 1, allow: [] };
    const tried = new TriedAccount(xmppConfig(xmppAccount(server)), pino({ level: "silent" }), media);
    await tried.start();
    assert.deepEqual(await tried.examine(), []);
    const health = tried.health();
    assert.match(("reason" in health && health.reason) || "", /^another gateway is connected/);
    await tried.stop();
    const { here, there } = await pair();
    await anna.say(here, "still here");
    await heard(there, "still here");
  });

  void it("get what is too long for messages as a file in ejabberd's own store", async () => {
    const { here, there } = await pair();
    const text = "All work and no play. ".repeat(22_500);
    await anna.say(here, text);
    const file = await ben.waitFor(
      "the file",
      () =>
        ben
          .messages(there)
          .flatMap(({ stanza }) => stanza.getChild("x", "jabber:x:oob")?.getChildText("url") ?? [])
          .at(0),
      PATIENCE_MS,
    );
    assert.match(file, new RegExp(`^http://127\\.0\\.0\\.1:${server.ports.http}/upload/`));
    assert.equal((await (await fetch(file)).text()).trim(), text.trim());
  });
});
