import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { translate } from "../../../bridges/slack/inbound.ts";
import { keptOf, refersTo } from "../../../bridges/slack/kept-event.ts";
import type { KnownInRoom, Lookups, Raw, Translated } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import type { FlatText } from "../../../mappings/markup/flat.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";
import { around, self } from "./around.ts";

const room = "C1" as NativeRoom;
const TS = "1700000000.000100";
const root = `01${"a".repeat(62)}` as EventId;
const raw = (event: unknown): Raw => ({ nativeKey: null, at: 0, raw: JSON.stringify(event) });

/** A log that has one message, under TS: a poll where it has options. */
function log(pollOptions: readonly string[] | null, votes: readonly string[] = []): Lookups {
  const known = { root, version: root, author: "U2", pollOptions, thread: new Uint8Array() } as const;
  const message: KnownInRoom = {
    ...known,
    called: { by: "native", name: TS },
    event: root,
    isReaction: false,
    aux: null,
    at: 0,
    replyTo: null,
    deleted: false,
  };
  return {
    ...unknowing,
    messages: ([name]) => Promise.resolve(name?.name === TS ? [message] : []),
    votes: (poll, user) => Promise.resolve(poll === root && user === "U1" ? votes : []),
    group: (native) => Promise.resolve(native === "C2" ? ("mimi://a.test/r/two" as GroupUri) : null),
  };
}

async function only(event: unknown, lookups: Lookups, what = around()): Promise<Translated> {
  const { events } = await translate(room, raw(event), what, lookups);
  const [first, ...others] = events;
  assert.ok(first && others.length === 0, JSON.stringify(events));
  return first;
}

const pressed = (option: string, most = "1") => ({
  type: "block_actions",
  user: { id: "U1", username: "anna" },
  channel: { id: "C1" },
  container: { type: "message", message_ts: TS, channel_id: "C1" },
  actions: [{ action_id: `gwpoll:${option}`, value: most, action_ts: "1700000001.000000" }],
});
const pin = (type: "pin_added" | "pin_removed", user = "U1") => ({
  type,
  user,
  channel_id: "C1",
  item: { type: "message", channel: "C1", message: { ts: TS } },
  event_ts: "1700000002.000000",
});

async function textOf(text: string, lookups: Lookups, what = around()): Promise<FlatText> {
  const event = await only({ type: "message", channel: "C1", user: "U1", ts: TS, text }, lookups, what);
  assert.ok(event.kind === "message" && event.message.body.kind === "text");
  return event.message.body.text;
}

async function voted(event: unknown, lookups: Lookups) {
  const vote = await only(event, lookups);
  assert.ok(vote.kind === "message" && vote.message.body.kind === "vote");
  return vote.message.body.options;
}

void describe("what is looked up for an event", () => {
  void it("is what its user has voted for so far", async () => {
    assert.deepEqual(await voted(pressed("b"), log(["a", "b"])), ["b"]);
    assert.deepEqual(await voted(pressed("b"), log(["a", "b"], ["b"])), []);
    assert.deepEqual(await voted(pressed("b"), log(["a", "b"], ["a"])), ["b"]);
    assert.deepEqual(await voted(pressed("b", "2"), log(["a", "b"], ["a"])), ["a", "b"]);
  });

  void it("is the name of whoever votes", async () => {
    const vote = await only(pressed("b"), log(["a", "b"]));
    assert.ok(vote.kind === "message");
    assert.equal(vote.sender.name, "Anna");
  });

  void it("is the name of the author, where Slack says only that a message was deleted", async () => {
    const deletion = { type: "message", subtype: "message_deleted", channel: "C1", deleted_ts: TS, ts: TS };
    const deleted = await only(deletion, log(null));
    assert.ok(deleted.kind === "message" && deleted.message.body.kind === "deletion");
    assert.deepEqual([deleted.sender.native, deleted.sender.name], ["U2", "Ben"]);
  });

  void it("is the message that is pinned", async () => {
    const event = await only(pin("pin_added"), log(null));
    const sender = { native: "U1", name: "Anna" };
    assert.ok(event.kind === "property");
    assert.deepEqual(
      [event.sender?.native, event.name, event.item, event.value],
      [sender.native, "pins", root, "true"],
    );
    assert.equal(
      (await translate(room, raw(pin("pin_added")), around(), unknowing)).losses[0]?.code,
      "target_unknown",
    );
  });

  void it("waits for the message: a pin refers to it, and the app's own is none", () => {
    const kept = keptOf(pin("pin_removed"), self);
    assert.ok(kept && "raw" in kept);
    assert.deepEqual([kept.room, kept.raw.nativeKey], ["C1", `C1:x:pin_removed:${TS}:U1:1700000002.000000`]);
    assert.ok(refersTo(kept.raw));
    assert.equal(keptOf(pin("pin_added", self.user), self), null);
    const { item: _, ...bare } = pin("pin_added");
    assert.equal(keptOf(bare, self)?.room, "C1", "Slack names the channel beside the item as well");
  });

  void it("is the group of a public channel that is linked, and of no other", async () => {
    const named = { channelName: (native: NativeRoom) => (native === "C3" ? null : "two") };
    const linked = await textOf("see <#C2|old> there", log(null), around(named));
    const group = linked.blocks.flatMap((block) => ("runs" in block ? block.runs : []))[1];
    assert.deepEqual(group && { ...group, marks: 0 }, {
      kind: "group",
      group: "mimi://a.test/r/two",
      name: "two",
      marks: 0,
    });
    for (const text of ["see <#C3|hidden> there", "see <#C4|else> there"]) {
      const kept = await textOf(text, log(null), around(named));
      assert.match(JSON.stringify(kept), /#(?:hidden|else)/, "a private channel, and one that is not linked");
      assert.doesNotMatch(JSON.stringify(kept), /mimi:/);
    }
  });

  void it("is the handle of a group of users", async () => {
    const usergroups = {
      namedIn: () => Promise.resolve(),
      handle: (id: string) => (id === "S1" ? "ops" : null),
    };
    const words = JSON.stringify(
      await textOf("ask <!subteam^S1> or <!subteam^S2>", log(null), around({ usergroups })),
    );
    assert.ok(words.includes("@ops") && words.includes("@S2"), words);
  });

  void it("is the picture of a custom emoji, or the standard one that it stands for", async () => {
    const emoji = {
      namedIn: () => Promise.resolve(),
      picture: (name: string) => (name === "party" ? "https://emoji.example/party.png" : null),
      alias: (name: string) => (name === "hooray" ? "tada" : null),
    };
    const words = JSON.stringify(await textOf(":party: :hooray: :nope:", log(null), around({ emoji })));
    assert.match(words, /"kind":"emoji","name":"party","source":"https:\/\/emoji\.example\/party\.png"/);
    assert.ok(words.includes("🎉") && words.includes(":nope:"), words);
  });
});
