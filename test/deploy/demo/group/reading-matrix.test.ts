import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  htmlContent,
  pollContent,
  pollEndContent,
  POLL_END,
  POLL_RESPONSE,
  POLL_START,
  textContent,
  voteContent,
} from "../../../../deploy/clients/matrix-contents.ts";
import { type MatrixEvent, shownMessages } from "../../../../deploy/clients/matrix-shown.ts";
import { readMatrixMessage } from "../../../../deploy/demo/group/matrix/reading-matrix.ts";

const ANNA = "@anna:test";
const BEN = "@ben:test";
const FILE = "mxc://test/file";

let count = 0;
const event = (sender: string, content: MatrixEvent["content"], type = "m.room.message"): MatrixEvent => {
  count += 1;
  return { event_id: `$${count}`, type, sender, content, origin_server_ts: count };
};
const hello = event(ANNA, textContent("A text that is long enough"));
const relating = (rel_type: string, more: object = {}) => ({
  "m.relates_to": { rel_type, event_id: hello.event_id, ...more },
});

/** The lines of the last message of the room that has something to read. */
function read(...timeline: readonly MatrixEvent[]): readonly string[] {
  const messages = shownMessages(timeline);
  const view = {
    timeline,
    messages,
    names: new Map([
      [ANNA, "Anna"],
      [BEN, "Ben"],
    ]),
    files: new Map([[FILE, "Tea and cake."]]),
  };
  const last = messages.at(-1);
  return last ? readMatrixMessage(last, view) : [];
}

const file = (content: MatrixEvent["content"], type?: string): readonly string[] =>
  read(event(BEN, { ...content, url: FILE }, type));

void describe("what the demo reads in a Matrix message", () => {
  void it("is who says it, and what", () => {
    assert.deepEqual(read(hello), ["Anna: A text that is long enough"]);
    assert.deepEqual(read(event(BEN, htmlContent("x", "<b>bold</b><br>words"))), ["Ben: *bold* ⏎ words"]);
    assert.deepEqual(read(event(BEN, { msgtype: "m.emote", body: "waves" })), ["* Ben waves"]);
    assert.deepEqual(read(event("@carl:test", textContent("hi"))), ["@carl:test: hi"]);
  });

  void it("says what it answers, and in which thread it is", () => {
    const reply = event(BEN, {
      ...textContent("yes"),
      "m.relates_to": { "m.in_reply_to": { event_id: hello.event_id } },
    });
    assert.deepEqual(read(hello, reply), ["Ben: yes (to: A text that …)"]);
    const thread = event(BEN, { ...textContent("there"), ...relating("m.thread") });
    assert.deepEqual(read(hello, thread), ["Ben: there (thread: A text that …)"]);
  });

  void it("is as its edits and reactions make it, and nothing once it is deleted", () => {
    const edit = event(ANNA, {
      ...textContent("* new"),
      "m.new_content": textContent("new"),
      ...relating("m.replace"),
    });
    const reaction = event(BEN, relating("m.annotation", { key: "👍" }), "m.reaction");
    assert.deepEqual(read(hello, edit, reaction), ["Anna: new (edited)", "👍 by Ben (on: new)"]);
    const own = event(
      BEN,
      { ...relating("m.annotation", { key: FILE }), "com.beeper.reaction.shortcode": ":tulip:" },
      "m.reaction",
    );
    assert.deepEqual(read(hello, own).at(-1), ":tulip: by Ben (on: A text that …)");
    assert.deepEqual(read({ ...hello, content: {}, unsigned: { redacted_because: {} } }), []);
  });

  void it("names files, pictures, voice messages and stickers with what they hold", () => {
    assert.deepEqual(file({ msgtype: "m.file", body: "menu.txt" }), ["Ben: file menu.txt: Tea and cake."]);
    assert.deepEqual(file({ msgtype: "m.image", body: "My cup", filename: "cup.png" }), [
      "Ben: picture cup.png: Tea and cake. (says: My cup)",
    ]);
    const voice = { msgtype: "m.audio", body: "a.ogg", "org.matrix.msc3245.voice": {} };
    assert.deepEqual(file(voice), ["Ben: voice message a.ogg: Tea and cake."]);
    assert.deepEqual(file({ body: "a wave" }, "m.sticker"), ["Ben: sticker: Tea and cake."]);
  });

  void it("shows a poll with the last vote of each, and its end", () => {
    const poll = event(ANNA, pollContent("Tea?", ["Yes", "No"]), POLL_START);
    const vote = (option: number) => event(BEN, voteContent(poll.event_id, [option]), POLL_RESPONSE);
    const end = event(ANNA, pollEndContent(poll.event_id), POLL_END);
    assert.deepEqual(read(poll, vote(0), vote(1), end), [
      "Anna: Tea? (poll: Yes, No)",
      "Ben votes for No (on: Tea?)",
      "Anna ends the poll (on: Tea?)",
    ]);
  });

  void it("says where a place is", () => {
    const place = { msgtype: "m.location", body: "The pier", geo_uri: "geo:52.5,13.4" };
    assert.deepEqual(read(event(BEN, place)), ["Ben: The pier (52.5 N, 13.4 E)"]);
  });
});
