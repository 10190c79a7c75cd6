/** What the steps of a channel's events may do to people: notify nobody whom the words only seem to name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linkedFiles } from "../../../bridges/slack/linked-files.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { plan } from "../../../bridges/slack/outbound.ts";
import type { OutEvent } from "../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { type Message, textMessage } from "../../../mappings/message.ts";
import { BOB, ROOT } from "../../mappings/slack/context.ts";

const LOUD = "@channel @here @everyone <!channel> <!here|x> <!subteam^S1> <@U1> <#C1> &lt;!channel&gt;";
const parts = {
  room: "C1" as NativeRoom,
  capabilities: {
    replies: "thread",
    broadcasts: false,
    largestFile: 1_000,
    uploads: true,
    rename: true,
    topic: true,
    pins: true,
    archive: false,
    members: false,
  },
  workspace: "https://w.slack.com/",
  memory: new Memory(),
  emoji: { has: () => true },
} as const;
const speaker = { uri: BOB, name: LOUD };
const says = (said: Message): OutEvent => ({
  kind: "message",
  id: ROOT,
  speaker,
  message: said,
});
const line = { kind: "notice", text: LOUD, thread: new Uint8Array() } as const;
/** All texts of a call that Slack reads marks in: `text` of the call itself. What stands in blocks is read as it is. */
function checkQuiet(call: unknown): void {
  assert.ok(typeof call === "object" && call !== null);
  const text = "text" in call ? call.text : "";
  assert.ok(typeof text === "string");
  assert.doesNotMatch(text, /<[!@#]/, "marks are escaped");
  const quiet = JSON.stringify(call);
  assert.doesNotMatch(
    quiet,
    /"type":"(?:broadcast|usergroup|user|channel|mrkdwn)"/,
    "nobody is named in blocks",
  );
  if (!("channel" in call)) return;
  assert.ok("parse" in call && call.parse === "none", "Slack looks for no names");
  assert.ok("link_names" in call && call.link_names === false);
}

const events: Readonly<Record<string, OutEvent>> = {
  "a text": says(textMessage(plainFlat(LOUD))),
  "a line of the gateway": { ...line, to: null },
  "a line to one person": { ...line, to: { native: "U1", name: LOUD } },
};
for (const [name, event] of Object.entries(events))
  void test(`${name} notifies nobody by its words`, () => {
    const { steps } = plan(event, parts, emptyContext);
    assert.equal(steps.length, 1);
    for (const { args } of steps) checkQuiet(args["call"]);
  });

void test("files that are linked notify nobody by their names", () => {
  const upload = { source: "https://x.test/f", filename: LOUD, title: LOUD, alt_txt: LOUD };
  checkQuiet(linkedFiles({ channel_id: "C1", files: [upload] }, [upload]));
});
