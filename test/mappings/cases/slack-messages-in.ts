/** Slack's messages, reactions and votes, read: the rows of the feature table that are not about text alone. */
import assert from "node:assert/strict";
import { LATER, REACTION, ROOT, THREAD, TS, VERSION, known } from "../slack/context.ts";
import { AL, bodyOf, messageOf, only, read, said, shows } from "../slack/reading.ts";
import type { MappingCase } from "./case.ts";

const before = said({ ts: TS });
const edited = (changes: object = {}) => ({
  type: "message",
  subtype: "message_changed",
  hidden: true,
  message: said({ ts: TS, text: "new", edited: { user: "U123", ts: LATER }, ...changes }),
  previous_message: before,
  ts: LATER,
});
const deleted = {
  type: "message",
  subtype: "message_deleted",
  hidden: true,
  deleted_ts: TS,
  previous_message: before,
};
const reaction = (type: string, name: string) => ({
  type,
  user: "U123",
  reaction: name,
  item: { type: "message", channel: "C1", ts: TS },
  event_ts: LATER,
});
const picture = {
  id: "F1",
  name: "a.png",
  mimetype: "image/png",
  size: 9,
  url_private: "https://files.slack.example/a.png",
  original_w: 3,
  original_h: 2,
  alt_txt: "a cat",
};
const pressed = {
  type: "block_actions",
  user: { id: "U123", username: "al" },
  container: { type: "message", message_ts: TS, channel_id: "C1" },
  actions: [{ action_id: "gwpoll:b", value: "1" }],
};

export const slackMessagesIn: readonly MappingCase[] = [
  shows("thread", "called by its first message", () => {
    const { thread, replyTo, broadcast } = messageOf(said({ thread_ts: TS }));
    assert.deepEqual({ thread, replyTo, broadcast }, { thread: THREAD, replyTo: null, broadcast: false });
  }),
  shows("thread", "a parent that stands in another thread goes on in that one", () => {
    const other = new Uint8Array([7]);
    assert.deepEqual(
      messageOf(said({ thread_ts: TS }), { message: () => known({ thread: other }) }).thread,
      other,
    );
  }),
  shows("thread", "flattened where the first message is not known", () => {
    const { losses } = read(said({ thread_ts: "1.000000" }));
    assert.deepEqual(
      losses.map(({ code }) => code),
      ["thread_flattened"],
    );
  }),
  shows("thread-broadcast", "shown in the channel as well", () => {
    const { thread, broadcast } = messageOf(said({ subtype: "thread_broadcast", thread_ts: TS }));
    assert.deepEqual({ thread, broadcast }, { thread: THREAD, broadcast: true });
  }),
  shows("edit", "replaces the first version, in the same thread", () => {
    const answered = known({ thread: THREAD, replyTo: REACTION });
    const message = messageOf(edited(), { message: () => answered });
    assert.equal(message.replaces, ROOT);
    assert.equal(message.replyTo, REACTION);
    assert.deepEqual(message.thread, THREAD);
  }),
  shows("deletion", "by the author", () => {
    const { body, replaces } = messageOf(deleted);
    assert.deepEqual({ body, replaces }, { body: { kind: "deletion", by: null }, replaces: ROOT });
  }),
  shows("moderator-deletion", "of a remote user's message", () => {
    const { by } = bodyOf("deletion", deleted, { message: () => known({ author: null }) });
    assert.deepEqual(by, { name: "A moderator on Slack", reason: "" });
  }),
  shows("reaction", "a standard emoji with a skin tone", () => {
    const message = messageOf(reaction("reaction_added", "+1::skin-tone-4"));
    assert.deepEqual(message.body, { kind: "reaction", reaction: { kind: "unicode", emoji: "👍🏽" } });
    assert.equal(message.replyTo, VERSION);
  }),
  shows("unreaction", "by another name of the same emoji", () => {
    const message = messageOf(reaction("reaction_removed", "thumbsup"));
    assert.deepEqual(message.body, { kind: "unreaction" });
    assert.equal(message.replaces, REACTION);
    assert.equal(message.replyTo, VERSION);
  }),
  shows("custom-reaction", "with where its picture is", () => {
    const { reaction: custom } = bodyOf("reaction", reaction("reaction_added", "party"));
    assert.deepEqual(custom, { kind: "custom", name: "party", source: "https://emoji.example/party.png" });
  }),
  shows("file", "a picture with its caption", () => {
    const media = bodyOf("media", said({ subtype: "file_share", files: [picture] }));
    assert.deepEqual(media.files, [
      {
        source: "https://files.slack.example/a.png",
        contentType: "image/png",
        filename: "a.png",
        description: "a cat",
        size: 9,
        sha256: null,
        encryption: null,
        inline: true,
        width: 3,
        height: 2,
        duration: null,
        voice: false,
      },
    ]);
    assert.equal(media.caption?.blocks.length, 1);
  }),
  shows("file", "without a caption", () => {
    assert.equal(bodyOf("media", said({ text: "", files: [picture] })).caption, null);
  }),
  shows("files", "in their order; one that Slack does not hand out is named", () => {
    const event = said({
      files: [picture, { ...picture, id: "F2", mode: "tombstone" }, { ...picture, id: "F3", name: "b.png" }],
    });
    const { files } = bodyOf("media", event);
    assert.deepEqual(
      files.map(({ filename }) => filename),
      ["a.png", "b.png"],
    );
    assert.deepEqual(
      read(event).losses.map(({ code }) => code),
      ["content_unsupported"],
    );
  }),
  shows("voice", "a clip of Slack's own", () => {
    const clip = { ...picture, subtype: "slack_audio", mimetype: "audio/mp4", duration_ms: 2100.4 };
    const [file] = bodyOf("media", said({ files: [clip] })).files;
    assert.equal(file?.voice, true);
    assert.equal(file.duration, 2100);
  }),
  shows("poll", "a vote by button", () => {
    const message = messageOf(pressed);
    assert.deepEqual(message.body, { kind: "vote", options: ["b"] });
    assert.equal(message.replyTo, VERSION);
  }),
  shows("poll", "a second press takes the vote back", () => {
    assert.deepEqual(bodyOf("vote", pressed, { votes: () => ["b"] }).options, []);
  }),
  shows("poll", "another option replaces the first, unless more are allowed", () => {
    const two = { ...pressed, actions: [{ action_id: "gwpoll:b", value: "2" }] };
    assert.deepEqual(bodyOf("vote", pressed, { votes: () => ["a"] }).options, ["b"]);
    assert.deepEqual(bodyOf("vote", two, { votes: () => ["a"] }).options, ["a", "b"]);
  }),
  shows("emote", "me_message", () => {
    assert.equal(bodyOf("text", said({ subtype: "me_message" })).style, "emote");
  }),
  shows("notice", "of another app, under the name that it shows", () => {
    const event = said({ subtype: "bot_message", user: null, bot_id: "B9", username: "CI" });
    const mapped = only(read(event));
    assert.ok(mapped.kind === "message" && mapped.message.body.kind === "text");
    assert.deepEqual(mapped.sender, { native: "B9", name: "CI" });
    assert.equal(mapped.message.body.style, "notice");
  }),
  shows("link-preview", "of a page in the text", () => {
    const preview = { from_url: "https://a.example/", title: "A", text: "b &amp; c", id: 1 };
    assert.deepEqual(bodyOf("text", said({ attachments: [preview] })).previews, [
      { url: "https://a.example/", title: "A", description: "b & c" },
    ]);
  }),
  shows("private-message", "never relayed", () => {
    const result = read(said({ channel_type: "im" }));
    assert.deepEqual(result.events, [{ kind: "private", sender: AL, encrypted: false }]);
    assert.deepEqual(
      result.losses.map(({ code }) => code),
      ["private_not_relayed"],
    );
  }),
  shows("unknown", "a subtype with text is a notice, a hidden one nothing", () => {
    assert.equal(bodyOf("text", said({ subtype: "new_kind" })).style, "notice");
    assert.deepEqual(read(said({ subtype: "new_kind", hidden: true })), { events: [], losses: [] });
  }),
  shows("unknown", "an event of another type is named", () => {
    assert.deepEqual(
      read({ type: "grid_migration_started" }).losses.map(({ code }) => code),
      ["not_bridged"],
    );
  }),
  shows("call", "a huddle with its link", () => {
    const room = { name: "", huddle_link: "https://app.slack.example/huddle/T1/C1" };
    const call = bodyOf("call", said({ subtype: "huddle_thread", user: "USLACKBOT", room }));
    assert.equal(call.url, room.huddle_link);
  }),
];
