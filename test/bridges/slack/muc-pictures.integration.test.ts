/** Pictures of people in a MUC of a real Prosody, beside what they say in a channel of Slack. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { PNG } from "../../core/media/picture-server.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { wear } from "../../support/worn-picture.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";

const CHANNEL = "C0PICTURES";
const folder = join(temporaryFolder("muc-pictures"), "gateway");
const prosody = sharedProsody({
  domain: "xmpp.test",
  components: [component],
  archive: "memory",
  users: [{ name: "anna", password: "anna's password" }],
});

void describe("whoever speaks in a MUC", () => {
  let slack: SlackSimulator | null = null;
  let anna: XmppUser | null = null;
  let gateway: RunningGateway | null = null;
  let muc = "";
  let serving = 0;

  before(async () => {
    const server = await prosody();
    slack = await startSlackSimulator({ limits: "off" });
    slack.workspace().people.addChannel({ id: CHANNEL, name: "pictures", members: ["U0ALICE"], bot: true });
    const login = { domain: server.domain, port: server.ports.c2s, name: "anna" };
    anna = await XmppUser.connect({ ...login, password: "anna's password" });
    muc = `pictures-${randomUUID().slice(0, 8)}@${server.rooms}`;
    await anna.join(muc, "anna");
    const keys = { token: slack.workspace().botToken, app_token: slack.app.appToken, api: slack.apiUrl };
    const accounts = [
      { name: "slack", bridge: "slack" as const, ...slackConfigSchema.parse(keys) },
      xmppAccount(server),
    ];
    [serving = 0] = await freePorts(1);
    const options = { folder, serving: { port: serving, endpoint: "https://mtp.mimi.test" } };
    const pace = { take: () => 0, refused: () => undefined };
    gateway = await startHarness(options, accounts, (account, { log, media }) =>
      account.bridge === "slack"
        ? new SlackAccount(slackConfig(account), log, media, pace)
        : new XmppAccount(xmppConfig(account), log, media),
    );
    const rooms = [
      { account: "slack", room: CHANNEL },
      { account: "xmpp", room: muc },
    ];
    await gateway.operations.link(rooms, null);
  });
  after(async () => {
    await gateway?.stop();
    await anna?.disconnect();
    await slack?.stop();
  });

  void it("has his picture beside it in a channel, from this gateway", async () => {
    assert.ok(anna && slack);
    const workspace = slack.workspace();
    await wear(anna, muc, PNG);
    await anna.say(muc, "do you see me?");
    const { icon } = await eventually("her word", () =>
      workspace.messages(CHANNEL).find(({ text }) => text === "do you see me?"),
    );
    assert.match(String(icon), /^https:\/\/mtp\.mimi\.test\/avatar\/[\w-]{27}$/);
    const given = await fetch(`http://127.0.0.1:${serving}${new URL(String(icon)).pathname}`);
    assert.equal(given.headers.get("content-type"), "image/png");
    assert.deepEqual(Buffer.from(await given.arrayBuffer()), PNG);
  });
});
