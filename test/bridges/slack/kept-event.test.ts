import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changedHistory, keptFromHistory, keptOf, refersTo } from "../../../bridges/slack/kept-event.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { schemas } from "../../../mappings/slack/event.ts";

const self = { user: "UBOT", bot: "BBOT", app: "A1" };
const room = "C1" as NativeRoom;
const said = {
  type: "message",
  channel: "C1",
  user: "U1",
  ts: "1700.000100",
  event_ts: "1700.000100",
  text: "hi",
};
const edited = { ...said, text: "hello", edited: { user: "U1", ts: "1701.000000" } };

const keyOf = (event: unknown) => {
  const kept = keptOf(event, self);
  return kept && "raw" in kept ? kept.raw.nativeKey : null;
};
const fromHistory = (message: Record<string, unknown>) =>
  keptFromHistory(message, schemas.message.parse(message), room);

const attachmentsOf = (attachments: readonly object[]): unknown[] => {
  const [first] = fromHistory({ ...said, attachments });
  return schemas.message.parse(JSON.parse(first?.raw.raw ?? "")).attachments ?? [];
};

const look = (event: object) => refersTo({ nativeKey: null, at: 0, raw: JSON.stringify(event) });

void describe("Slack's events as the inbox keeps them", () => {
  void it("gives a message the same key live and from the history", () => {
    const { channel: _, event_ts: __, ...stored } = said;
    assert.equal(keyOf(said), "C1:1700.000100");
    assert.deepEqual(
      fromHistory(stored).map(({ raw }) => raw.nativeKey),
      ["C1:1700.000100"],
    );
  });

  void it("keeps of the history what was said, without what Slack has added to it since", () => {
    const shared = {
      is_share: true,
      is_msg_unfurl: true,
      from_url: "https://a.slack.com/archives/C1/p1",
      text: "x",
    };
    const unfurled = { is_msg_unfurl: true, from_url: "https://a.slack.com/archives/C1/p2", text: "y" };
    const preview = { from_url: "https://example.org", title: "Example" };
    assert.deepEqual(attachmentsOf([preview, unfurled]), []);
    assert.deepEqual(attachmentsOf([shared, preview]), attachmentsOf([shared]));
    assert.equal(attachmentsOf([shared]).length, 1);
  });

  void it("gives an edit the same key live and from the history, beside that of its message", () => {
    const change = {
      type: "message",
      subtype: "message_changed",
      channel: "C1",
      ts: "1701.000200",
      event_ts: "1701.000200",
      message: edited,
      previous_message: said,
    };
    const key = keyOf(change);
    assert.match(String(key), /^C1:1700\.000100:e:1701\.000000:[0-9a-f]{16}$/);
    assert.deepEqual(
      fromHistory(edited).map(({ raw }) => raw.nativeKey),
      ["C1:1700.000100", key],
    );
  });

  void it("keeps no change that readers don't see, such as a preview", () => {
    const preview = { ...said, attachments: [{ from_url: "https://example.org", title: "Example" }] };
    const change = {
      type: "message",
      subtype: "message_changed",
      channel: "C1",
      event_ts: "1702.0",
      message: preview,
    };
    assert.equal(keptOf({ ...change, previous_message: said }, self), null);
  });

  void it("names what was deleted, also where the head of a thread is left as a tombstone", () => {
    const deleted = { type: "message", subtype: "message_deleted", channel: "C1", event_ts: "1703.000000" };
    assert.equal(
      keyOf({ ...deleted, deleted_ts: "1700.000100", previous_message: said }),
      "C1:1700.000100:d",
    );
    const tombstone = { ...said, subtype: "tombstone", user: "USLACKBOT" };
    const change = { type: "message", subtype: "message_changed", channel: "C1", event_ts: "1703.000000" };
    assert.equal(keyOf({ ...change, message: tombstone }), "C1:1700.000100:d");
    assert.equal(fromHistory(tombstone)[0]?.raw.nativeKey, "C1:1700.000100:d");
  });

  void it("tells its own posts by any one sign", () => {
    const own = { room, own: "1700.000100" };
    assert.deepEqual(keptOf({ ...said, user: "UBOT" }, self), own);
    assert.deepEqual(keptOf({ ...said, user: undefined, bot_id: "BBOT" }, self), own);
    assert.deepEqual(keptOf({ ...said, bot_id: "B2", metadata: { event_type: "mimigw" } }, self), own);
  });

  void it("keeps the deletion of its own posts, which a person may have done", () => {
    const deleted = { type: "message", subtype: "message_deleted", channel: "C1", event_ts: "1703.000000" };
    const own = { ...said, user: "UBOT", bot_id: "BBOT" };
    assert.equal(keyOf({ ...deleted, deleted_ts: said.ts, previous_message: own }), "C1:1700.000100:d");
  });

  void it("keeps name and topic as state, without a key, and not from the history", () => {
    const topic = { ...said, subtype: "channel_topic", topic: "news" };
    const kept = keptOf(topic, self);
    assert.ok(kept && "raw" in kept);
    assert.equal(kept.raw.nativeKey, null);
    assert.deepEqual(fromHistory(topic), []);
    const renamed = { type: "channel_rename", channel: { id: "C1", name: "news" }, event_ts: "1703.000000" };
    const state = keptOf(renamed, self);
    assert.ok(state && "raw" in state);
    assert.deepEqual([state.room, state.raw.nativeKey], ["C1", null]);
  });

  void it("tells a reaction that was taken back and given again from the first one", () => {
    const reaction = {
      type: "reaction_added",
      user: "U1",
      reaction: "+1",
      item: { type: "message", channel: "C1", ts: "1700.000100" },
    };
    const [first, again] = ["1704.000000", "1705.000000"].map((event_ts) => keyOf({ ...reaction, event_ts }));
    assert.ok(first && again);
    assert.notEqual(first, again);
    assert.equal(keptOf({ ...reaction, user: "UBOT", event_ts: "1704.000000" }, self), null);
  });

  void it("keeps nothing of what is no event of a channel", () => {
    for (const event of [null, "x", {}, { type: "user_change", user: { id: "U1" } }, { type: "message" }])
      assert.equal(keptOf(event, self), null);
  });

  void it("keeps a message that it can't read, so that it is set aside with its cause", () => {
    assert.equal(keyOf({ ...said, files: "none" }), "C1:1700.000100");
  });

  void it("tells by a look what may refer to another message", () => {
    assert.equal(look(said), false);
    assert.equal(look({ ...said, thread_ts: "1699.000000" }), true);
    assert.equal(look({ type: "message", subtype: "message_changed", message: said }), true);
    assert.equal(look({ type: "message", deleted_ts: "1.0" }), true);
    assert.equal(look({ type: "reaction_added", reaction: "x" }), true);
  });
});

const changedTo = (text: string, more: object = {}) => ({
  type: "message",
  subtype: "message_changed",
  channel: "C1",
  event_ts: "1701.000200",
  message: { ...edited, text, ...more },
  previous_message: said,
});

void describe("the key of an edit", () => {
  void it("tells two edits of one second apart, and is the same from the history", () => {
    const [first, second] = [keyOf(changedTo("one")), keyOf(changedTo("two"))];
    assert.ok(first && second);
    assert.notEqual(first, second);
    const stored = fromHistory({ ...edited, text: "two" }).map(({ raw }) => raw.nativeKey);
    assert.deepEqual(stored, ["C1:1700.000100", second]);
  });

  void it("does not hang on what Slack adds, nor on the order in which it says things", () => {
    const block = { type: "rich_text", block_id: "x", elements: [] };
    const turned = { elements: [], block_id: "x", type: "rich_text" };
    const preview = [{ from_url: "https://example.org", title: "Example" }];
    assert.equal(
      keyOf(changedTo("hello", { blocks: [block] })),
      keyOf(changedTo("hello", { blocks: [turned], attachments: preview, reply_count: 3 })),
    );
  });

  void it("is none for a message with a file, which history has without its subtype", () => {
    const file = {
      id: "F1",
      name: "a.txt",
      mimetype: "text/plain",
      url_private: "https://files.slack.com/a",
    };
    const live = { ...said, subtype: "file_share", files: [file] };
    const { channel: _, event_ts: __, subtype: ___, ...stored } = live;
    assert.deepEqual(
      fromHistory(stored).map(({ raw }) => raw.nativeKey),
      [keyOf(live)],
    );
    const again = { ...changedTo("hi"), message: stored, previous_message: live };
    assert.equal(keptOf(again, self), null);
  });
});

void describe("the history of a channel", () => {
  void it("is to be read again where Slack has changed it in bulk", () => {
    const changed = { type: "channel_history_changed", latest: "1700.0", ts: "1703.0", event_ts: "1703.0" };
    assert.deepEqual(changedHistory(changed), { room: null });
    assert.deepEqual(changedHistory({ ...changed, type: "group_history_changed", channel: "C1" }), { room });
    assert.equal(changedHistory(said), null);
  });
});
