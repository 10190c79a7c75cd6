/** Files of a Slack channel in a room of the same gateway and in one behind another gateway, which has no token of Slack's. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import type { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { Gateway } from "../../deploy/demo/gateway.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { type PictureServer, PNG, servePictures } from "../core/media/picture-server.ts";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import { eventually } from "../support/harness-eventually.ts";
import { querySql } from "../support/harness-sql.ts";
import { temporaryFolder } from "../support/servers.ts";
import { federation } from "./federated.ts";
import { gatewayJid, installation } from "./installation.ts";

const CHANNEL = "C0LINK";
const OOB = "jabber:x:oob";
const made = z.object({ code: z.string() });
const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

void describe("a channel with a room here and a room behind another gateway", () => {
  let slack: SlackSimulator;
  let pictures: PictureServer;
  let one: Gateway;
  let two: Gateway;
  let near: { readonly room: string; readonly user: XmppUser };
  let far: typeof near;
  let endpoint: string;
  // Before the hooks that remove its folder and stop its Prosody.
  after(async () => {
    await one.stop();
    await slack.stop();
    await pictures.stop();
  });
  const parts = installation();
  const folder = temporaryFolder("slack-media");

  before(async () => {
    slack = await startSlackSimulator({ limits: "off" });
    pictures = await servePictures((_request, response) => void response.end(PNG));
    const { people, botToken } = slack.workspace();
    people.addChannel({ id: CHANNEL, name: "linked", members: ["U0ALICE", "U0BOB"], bot: true });
    const [port = 0, otherPort = 0] = await freePorts(2);
    endpoint = `http://127.0.0.1:${port}`;
    const { ports } = await parts.prosody();
    one = new Gateway({
      folder: mkdtempSync(join(folder, "g")),
      config: `base: one.test
data: data
redis: off
${federation(port, "two", otherPort)}accounts:
  - name: slack
    bridge: slack
    token: ${botToken}
    app_token: ${slack.app.appToken}
    api: ${slack.apiUrl}
  - name: xmpp
    bridge: xmpp
    service: xmpp://127.0.0.1:${ports.component}
    domain: one.test
    secret: secret-of-one
`,
    });
    const loopback = "federation:\n  allow: [127.0.0.0/8]\n";
    two = await parts.gateway("two", federation(otherPort, "one", port).replace("federation:\n", loopback));
    await Promise.all([one.start(), two.start()]);
    near = await enter("anna", "one");
    far = await enter("ben", "two");
    await one.report("link", `slack:${CHANNEL}`, `xmpp:${near.room}`);
    await slack.workspace().until("the line of the link in the channel", () =>
      slack
        .workspace()
        .messages(CHANNEL)
        .some(({ text }) => text.includes("now linked")),
    );
    const { code } = made.parse(await one.report("code", "create", "--room", `slack:${CHANNEL}`));
    await two.report("redeem", code, "--room", `xmpp:${far.room}`);
    for (const { room, user } of [near, far])
      await user.waitFor(`${room} being told of its link`, () =>
        user.bodies(room).some((body) => body.startsWith("This room is now linked with")),
      );
  });

  async function enter(name: "anna" | "ben", of: "one" | "two") {
    const [user, room] = [await parts.person(name), await parts.room()];
    await user.join(room, name);
    await user.grant(room, gatewayJid(of), "owner");
    return { room, user };
  }

  /** Where the service of a room has the file of that name. */
  const fileIn = ({ room, user }: typeof near, name: string): Promise<string> =>
    user.waitFor(`${name} in ${room}`, () => {
      const urls = user.messages(room).map(({ stanza }) => stanza.getChild("x", OOB)?.getChildText("url"));
      return urls.find((url) => url?.endsWith(name));
    });

  void it("arrives byte for byte in the store of each room's service", async () => {
    const photo = randomBytes(300_000);
    slack
      .workspace()
      .people.upload(CHANNEL, "U0BOB", { name: "photo.jpg", bytes: photo, comment: "see the sea" });
    for (const side of [near, far]) {
      const url = await fileIn(side, "photo.jpg");
      assert.ok(!url.startsWith(slack.url) && !url.startsWith(endpoint), url);
      assert.deepEqual(await bytesAt(url), photo);
    }
  });

  void it("is named by an address of the gateway's, which nobody else is given it at, and by no token", async () => {
    const store = join(one.folder, "data", "gateway.sqlite");
    const [row] = await querySql({ kind: "sqlite", file: store }, "select id, source from media");
    assert.ok(String(row?.["source"]).startsWith(`${slack.url}/files-pri/`));
    assert.notEqual((await fetch(`${endpoint}/media/${String(row?.["id"])}`)).status, 200);
    const token = slack.workspace().botToken;
    for (const gateway of [one, two]) assert.ok(!readFileSync(gateway.logFile, "utf8").includes(token));
    for (const { user, room } of [near, far])
      assert.ok(user.messages(room).every(({ stanza }) => !stanza.toString().includes(token)));
  });

  void it("tells the other gateway what a person is called from now on, though he says nothing", async () => {
    const { people } = slack.workspace();
    people.post(CHANNEL, "U0BOB", "it is me");
    await far.user.waitFor("a word of his", () => far.user.bodies(far.room).includes("it is me"));
    people.setProfile("U0BOB", { displayName: "Robert", image: `${pictures.url}/bob.png` });
    const store = join(two.folder, "data", "gateway.sqlite");
    const names = async () =>
      (await querySql({ kind: "sqlite", file: store }, `select name from "user"`)).map(({ name }) => name);
    await eventually("his new name", async () => (await names()).includes("Robert"));
  });
});
