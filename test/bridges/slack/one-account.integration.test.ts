/** Three channels of one workspace in one group: what people do in each is theirs, and the gateway's own is not. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { RunningGateway } from "../../../core/gateway.ts";
import { SimulatedClock } from "../../slack/clock.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { slackAccount, unhurriedSlack } from "../conformance/slack-conformance.ts";
import { carried } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-one-account");
const ALICE = "U0ALICE";
const BOB = "U0BOB";
const A = "C0AAA";
const B = "C0BBB";
const C = "C0CCC";
const DAYS_MS = 4 * 24 * 60 * 60_000;

void describe("channels of one workspace", () => {
  let slack: SlackSimulator;
  let gateway: RunningGateway;
  const own = join(folder, randomUUID());
  const start = () => startHarness({ folder: own }, [slackAccount(slack, null)], unhurriedSlack);
  before(async () => {
    slack = await startSlackSimulator({ limits: "off", clock: new SimulatedClock(Date.now() - DAYS_MS) });
    for (const id of [A, B, C])
      slack.workspace().people.addChannel({ id, name: id.toLowerCase(), members: [ALICE, BOB], bot: true });
    gateway = await start();
    await gateway.operations.link(
      [A, B, C].map((room) => ({ account: "slack", room })),
      null,
    );
    for (const id of [A, B, C])
      await eventually(`the line of the link in ${id}`, () =>
        slack
          .workspace()
          .messages(id)
          .some(({ text }) => text.includes("now linked")),
      );
  });
  after(async () => {
    await gateway.stop();
    await slack.stop();
  });

  const people = () => slack.workspace().people;
  const say = (channel: string, text: string) => {
    slack.clock.advance(1_000);
    return people().post(channel, ALICE, text);
  };
  const copyIn = (channel: string, text: string) =>
    eventually(`a copy of ${text} in ${channel}`, () =>
      carried(slack.workspace().messages(channel)).find((message) => message.text === text),
    );
  const isGone = (channel: string, ts: string) =>
    eventually(`${ts} to be gone from ${channel}`, () => slack.workspace().message(channel, ts) === null);
  const shows = (channel: string, ts: string, reactions: Readonly<Record<string, readonly string[]>>) =>
    eventually(`the reactions in ${channel}`, () => {
      const all = slack.workspace().message(channel, ts)?.reactions ?? [];
      const now = Object.fromEntries(all.map(({ name, users }) => [name, users.toSorted()]));
      return JSON.stringify(now) === JSON.stringify(reactions);
    });

  void it("show one another's reactions, each until the last of the others has taken his back", async () => {
    const { botUser: bot } = slack.workspace();
    const ts = say(A, "react to this everywhere");
    const copy = await copyIn(B, "react to this everywhere");
    people().react(A, ts, ALICE, "tada");
    await shows(B, copy.ts, { tada: [bot] });
    people().react(B, copy.ts, BOB, "tada");
    await shows(A, ts, { tada: [ALICE, bot].toSorted() });
    people().unreact(A, ts, ALICE, "tada");
    await shows(B, copy.ts, { tada: [BOB] });
    await shows(A, ts, { tada: [bot] });
    people().unreact(B, copy.ts, BOB, "tada");
    await shows(A, ts, {});
  });

  void it("take a copy that somebody deletes for deleted by a moderator, save where its author said it", async () => {
    const ts = say(A, "taken away by a moderator");
    const [inB, inC] = [
      await copyIn(B, "taken away by a moderator"),
      await copyIn(C, "taken away by a moderator"),
    ];
    people().delete(B, inB.ts);
    await isGone(C, inC.ts);
    assert.ok(slack.workspace().message(A, ts), "apps can't delete what people have said");
  });

  void it("notice after an outage that a copy was deleted, and that others were not", async () => {
    const ts = say(A, "taken away unheard");
    say(A, "left alone");
    const [inB, inC] = [await copyIn(B, "taken away unheard"), await copyIn(C, "taken away unheard")];
    const left = await copyIn(C, "left alone");
    await gateway.stop();
    people().delete(B, inB.ts);
    gateway = await start();
    await isGone(C, inC.ts);
    say(A, "after that");
    await copyIn(C, "after that");
    assert.ok(slack.workspace().message(A, ts));
    assert.ok(slack.workspace().message(C, left.ts));
    assert.equal((await gateway.operations.status()).setAside, 0);
  });
});
