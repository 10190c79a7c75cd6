import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import type { SlackSimulator } from "../../slack/simulator.ts";
import { FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

/** Alice leads the workspace, Bob does not, Carol is a guest. */
const ALICE = "U0ALICE";
const BOB = "U0BOB";
const CAROL = "U0CAROL";
const OTHER = "C0OTHER";
const HIDDEN = "G0HIDDEN";

for (const transport of ["socket", "http"] as const)
  void describe(`commands that come by ${transport}`, () => {
    const folder = temporaryFolder(`slack-commands-${transport}`);
    let run: SlackRun;
    before(async () => {
      run = await linkedChannels(folder, { http: transport === "http" });
      const { people } = run.here.workspace();
      people.addChannel({ id: OTHER, name: "other", members: [ALICE, BOB], bot: true });
      people.addChannel({ id: HIDDEN, name: "hidden", members: [BOB], isPrivate: true, bot: true });
    });
    after(() => run.stop());

    /** What a person sees as the answer; it is checked that nobody else sees it. */
    async function ask(
      user: string,
      text: string,
      where = { slack: run.here, channel: FROM },
    ): Promise<string> {
      const { slack, channel } = where;
      const { ephemerals, asking } = slack.workspace();
      const before = ephemerals.length;
      const answer = await asking.command(channel, user, "/mimi", text);
      assert.ok(answer !== null, "Slack got its answer in time");
      const [seen] = await eventually("the answer", () => {
        const fresh = ephemerals.slice(before);
        return fresh.length > 0 && fresh;
      });
      assert.deepEqual([seen?.user, seen?.channel], [user, channel]);
      return seen?.text ?? "";
    }
    const inOther = () => ({ slack: run.here, channel: OTHER });

    void it("tell everybody in a channel what it is linked with, and help", async () => {
      assert.match(await ask(BOB, "status"), /^C0FROM is in mimi:.*\nRooms here: there:C0TO(?:\n|$)/);
      assert.match(await ask(BOB, "help"), /\ncode: a code, good once/);
      assert.match(await ask(BOB, ""), /\ncode: a code, good once/);
      assert.match(await ask(BOB, "dance"), /Write: help/);
    });

    void it("tell who has spoken, and from where", async () => {
      run.here.workspace().people.post(FROM, BOB, "here I am");
      const { people } = run.there.workspace();
      people.post(TO, ALICE, "and I");
      await eventually("both in the log", async () =>
        (await ask(BOB, "who")).endsWith("here.mimi.test (1): Bobby\nthere.mimi.test (1): Alice Liddell"),
      );
    });

    void it("change something for those alone who lead the workspace", async () => {
      for (const user of [BOB, CAROL])
        for (const text of ["code", "unlink", `link <#${OTHER}|other>`, "redeem here1:mimi.test:x"])
          assert.match(await ask(user, text), /^Only who manages C0FROM/, `${user} ${text}`);
      assert.match(await ask(ALICE, `status <#${HIDDEN}|hidden>`), /^Only who manages G0HIDDEN/);
    });

    void it("link a channel by a code that somebody made elsewhere, which nobody else ever sees", async () => {
      const made = await ask(ALICE, "code", { slack: run.there, channel: TO });
      const code = /here1:\S+/.exec(made)?.[0] ?? "";
      assert.match(code, /^here1:mimi\.test:[\w-]{22}$/);
      assert.match(await ask(ALICE, `redeem ${code}`, inOther()), /^C0OTHER is linked with mimi:/);
      run.here.workspace().people.post(OTHER, BOB, "from the third channel");
      await run.shows("what is said there", (all) =>
        all.find(({ text }) => text.includes("from the third channel")),
      );
      assert.match(
        await ask(ALICE, `redeem ${code}`, inOther()),
        /That did not work: the code is wrong, used up/,
      );
      assert.deepEqual(placesOf(code, run), []);
      for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
        if (file.endsWith(".log")) assert.ok(!readFileSync(join(folder, file), "utf8").includes(code), file);
    });

    void it("unlink it, and link it again with one that its leader leads too", async () => {
      assert.match(await ask(ALICE, "unlink", inOther()), /^C0OTHER is not linked any more/);
      await eventually("the end of the link", async () =>
        (await ask(BOB, "status", inOther())).includes("nothing"),
      );
      assert.match(
        await ask(ALICE, `link <#${FROM}|linked>`, inOther()),
        /^C0OTHER is linked with here:C0FROM\.$/,
      );
      assert.match(await ask(ALICE, `link <#${FROM}|linked>`, inOther()), /already\.$/);
      assert.match(
        await ask(ALICE, "link there:C0TO", inOther()),
        /I can't see from here whether you manage/,
      );
    });

    void it("let everybody opt out of being carried, and in again", async () => {
      const { people } = run.here.workspace();
      assert.match(await ask(BOB, "optout"), /is carried nowhere from now on/);
      people.post(FROM, BOB, "not to be carried");
      people.post(FROM, ALICE, "of somebody else");
      await run.shows("what others say", (all) => all.find(({ text }) => text.includes("of somebody else")));
      assert.match(await ask(BOB, "optin"), /is carried\.$/);
      people.post(FROM, BOB, "to be carried again");
      const all = await run.shows(
        "what he says",
        (shown) => shown.some(({ text }) => text.includes("to be carried again")) && shown,
      );
      assert.ok(all.every(({ text }) => !text.includes("not to be carried")));
    });

    void it("are answered later where Slack is slow to say who asks", async () => {
      const { faults } = run.here;
      const gate = Promise.withResolvers<void>();
      faults.onCall = ({ method }) =>
        method === "users.info" ? { kind: "late", until: gate.promise } : null;
      const { asking, ephemerals } = run.here.workspace();
      const before = ephemerals.length;
      const answer = await asking.command(FROM, ALICE, "/mimi", "code");
      assert.ok(answer !== null, "Slack was answered within three seconds");
      assert.equal(ephemerals.length, before);
      gate.resolve();
      faults.onCall = () => null;
      const seen = await eventually("the code", () => ephemerals[before]);
      assert.match(seen.text, /here1:mimi\.test:/);
      assert.equal(seen.user, ALICE);
    });
  });

/** Where a text stands that others may read. */
function placesOf(text: string, { here, there }: SlackRun): string[] {
  const all = [...messagesIn(here, FROM, OTHER), ...messagesIn(there, TO)];
  return all.map((message) => JSON.stringify(message)).filter((message) => message.includes(text));
}

const messagesIn = (slack: SlackSimulator, ...channels: readonly string[]) =>
  channels.flatMap((channel) => slack.workspace().messages(channel));
