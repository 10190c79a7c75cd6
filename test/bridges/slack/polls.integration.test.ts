/** Polls from elsewhere, voted on in a channel of Slack and in a MUC; what each shows of them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { xml } from "@xmpp/client";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import type { Prosody } from "../../../deploy/servers/prosody.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { directWire, startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { querySql } from "../../support/harness-sql.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";
import { PollBridge } from "./poll-platform.ts";

const folder = join(temporaryFolder("slack-polls"), "gateway");
const store = { kind: "sqlite", file: join(folder, "gateway.sqlite") } as const;
const startedProsody = sharedProsody({
  domain: "xmpp.test",
  components: [component],
  archive: "memory",
  users: [{ name: "anna", password: "anna's password" }],
});
const votes = async () => (await querySql(store, "select event_id from poll_vote")).length;
const CHANNEL = "C0POLLS";
const [ALICE, BOB] = ["U0ALICE", "U0BOB"];
const ROOM = "fakeroom";

void describe("a poll", () => {
  let slack: SlackSimulator;
  let prosody: Prosody;
  let anna: XmppUser;
  let muc: string;
  let start: () => Promise<RunningGateway>;
  let gateway: RunningGateway;
  const platform = new FakePlatform();

  before(async () => {
    [slack, prosody] = await Promise.all([startSlackSimulator({ limits: "off" }), startedProsody()]);
    const { people } = slack.workspace();
    people.addChannel({ id: CHANNEL, name: "polls", members: [ALICE, BOB], bot: true });
    const login = { domain: prosody.domain, port: prosody.ports.c2s, name: "anna" };
    anna = await XmppUser.connect({ ...login, password: "anna's password" });
    muc = `polls-${randomUUID().slice(0, 8)}@${prosody.rooms}`;
    await anna.join(muc, "anna");
    const keys = { token: slack.workspace().botToken, app_token: slack.app.appToken, api: slack.apiUrl };
    const accounts = [
      { name: "fake", bridge: "fake" as const },
      { name: "slack", bridge: "slack" as const, ...slackConfigSchema.parse(keys) },
      xmppAccount(prosody),
    ];
    start = () =>
      startHarness({ folder, store }, accounts, (account, { log, media }) => {
        if (account.bridge === "slack")
          return new SlackAccount(slackConfig(account), log, media, {
            take: () => 0,
            refused: () => undefined,
          });
        if (account.bridge === "xmpp") return new XmppAccount(xmppConfig(account), log, media);
        return new PollBridge(platform.modes, directWire(platform));
      });
    gateway = await start();
    const rooms = [
      { account: "fake", room: ROOM },
      { account: "slack", room: CHANNEL },
      { account: "xmpp", room: muc },
    ];
    await gateway.operations.link(rooms, null);
  });
  after(async () => {
    await gateway.stop();
    await anna.disconnect();
    await slack.stop();
  });

  const shownAs = (question: string) =>
    slack
      .workspace()
      .messages(CHANNEL)
      .find(({ blocks }) => JSON.stringify(blocks).includes(question)) ?? null;
  const poll = (question: string) => eventually(`the poll ${question}`, () => shownAs(question));
  const lines = (question: string) =>
    (shownAs(question)?.blocks ?? [])
      .map((block) => ("text" in block && block.text ? block.text : null))
      .flatMap((text) => (typeof text === "object" && text !== null && "text" in text ? [text.text] : []));
  const stands = (question: string, expected: readonly string[]) =>
    eventually(
      `${question} to stand at ${expected.join()}`,
      () => lines(question).slice(1).join() === expected.join(),
      60_000,
    );
  const press = async (question: string, user: string, option: number) => {
    const { ts } = await poll(question);
    await slack.workspace().asking.press(CHANNEL, ts, user, `gwpoll:o${option}`);
  };
  const inMuc = (question: string) =>
    anna.waitFor(`the poll ${question}`, () =>
      anna.messages(muc).find(({ body }) => body?.includes(question)),
    );
  const updates = (question: string) =>
    slack.calls.filter(
      ({ method, arguments: args }) => method === "chat.update" && args["ts"] === shownAs(question)?.ts,
    ).length;
  const quiet = () =>
    eventually("all to be in the log", async () => {
      const { bindings } = await gateway.operations.status();
      return bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
    });

  void it("is counted on its own message, whichever platform the votes come from", async () => {
    platform.say(ROOM, "fay", "poll Tea or coffee? | Tea | Coffee");
    await poll("Tea or coffee?");
    await press("Tea or coffee?", ALICE ?? "", 0);
    await stands("Tea or coffee?", ["1. Tea — 1 vote", "2. Coffee — 0 votes"]);
    const said = await inMuc("Tea or coffee?");
    assert.match(said.body ?? "", /1\. Tea\n2\. Coffee/);
    await press("Tea or coffee?", BOB ?? "", 0);
    await press("Tea or coffee?", BOB ?? "", 1);
    // What is still to be shown is not forgotten.
    await gateway.stop();
    gateway = await start();
    const reaction = xml("reaction", {}, "2️⃣");
    const reactions = xml("reactions", { xmlns: "urn:xmpp:reactions:0", id: said.stanzaId ?? "" }, reaction);
    await anna.send(muc, reactions, xml("store", { xmlns: "urn:xmpp:hints" }));
    await stands("Tea or coffee?", ["1. Tea — 1 vote", "2. Coffee — 2 votes"]);
    const shown = slack.calls.filter(({ method }) => method === "chat.update").map(({ at }) => at);
    assert.ok(shown.length <= 3, "five votes are shown by few changes");
    for (const [at, before] of shown.slice(1).map((time, i) => [time, shown[i] ?? 0] as const))
      assert.ok(at - before > 3_000, `changes ${at - before} ms apart`);
  });

  void it("is taken back by a second press, and ends with its result everywhere", async () => {
    const id = platform.say(ROOM, "fay", "secret poll Here or there? | Here | There");
    await poll("Here or there?");
    const shown = updates("Here or there?");
    await press("Here or there?", ALICE ?? "", 0);
    await press("Here or there?", BOB ?? "", 1);
    await press("Here or there?", BOB ?? "", 1);
    const said = await inMuc("Here or there?");
    await quiet();
    const before = await votes();
    const vote = xml("reply", { xmlns: "urn:xmpp:reply:0", id: said.stanzaId ?? "", to: `${muc}/x` });
    await anna.send(muc, xml("body", {}, "!vote 1"), vote);
    await eventually("the last vote in the log", async () => (await votes()) > before);
    await quiet();
    assert.deepEqual(lines("Here or there?").slice(1), ["1. Here", "2. There"], "the counts are kept back");
    platform.say(ROOM, "gus", `end ${id}: gus says so`);
    platform.say(ROOM, "fay", `end ${id}: Here it is.`);
    await stands("Here or there?", ["1. Here — 2 votes", "2. There — 0 votes"]);
    const { blocks } = await poll("Here or there?");
    assert.ok(!JSON.stringify(blocks).includes("button"), "nobody votes any more");
    assert.match(JSON.stringify(blocks), /Here it is\./);
    assert.equal(updates("Here or there?"), shown + 1);
    const result = await anna.waitFor("the result", () =>
      anna.messages(muc).find(({ body }) => body?.includes("Here it is.")),
    );
    assert.match(result.body ?? "", /Here it is\.\n1\. Here — 2 votes\n2\. There — 0 votes/);
    assert.ok(anna.bodies(muc).every((body) => !body.includes("gus says so")));
  });
});
