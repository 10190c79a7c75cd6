import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clockTime, lengthOfTime } from "../../../core/lanes/clock-time.ts";
import { Digest, type DigestEntry } from "../../../core/lanes/digest.ts";
import { isBehind, lagNotice } from "../../../core/lanes/lag-notice.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { type Message, message, textMessage } from "../../../mappings/message.ts";

const NINE = Date.UTC(2026, 10, 22, 9, 12);
const MINUTE = 60_000;

const id = (n: number): EventId => n.toString(16).padStart(64, "0") as EventId;
const entry = (n: number, said: Message, name = "Alice"): DigestEntry => ({
  id: id(n),
  at: NINE + n * MINUTE,
  name,
  message: said,
});
const text = (words: string): Message => textMessage(plainFlat(words));
const edit = (of: number, words: string): Message => ({ ...text(words), replaces: id(of) });
const deletion = (of: number): Message => ({ ...message({ kind: "deletion", by: null }), replaces: id(of) });
const reaction = (to: number, emoji = "👍"): Message => ({
  ...message({ kind: "reaction", reaction: { kind: "unicode", emoji } }),
  replyTo: id(to),
});
const unreaction = (of: number): Message => ({ ...message({ kind: "unreaction" }), replaces: id(of) });

function digestOf(entries: readonly DigestEntry[], bytes = 2_000): Digest {
  const digest = new Digest(bytes);
  for (const one of entries) assert.equal(digest.add(one), true, one.id);
  return digest;
}

void describe("a digest", () => {
  void it("has a line for each text, under how many there are and from when", () => {
    const digest = digestOf([
      entry(0, text("hello")),
      entry(5, text("two\n\nlines"), "Bob"),
      entry(88, textMessage(plainFlat("waves"), "emote"), "Bob"),
    ]);
    assert.deepEqual(digest.messages(), [
      {
        text: "3 messages from 09:12 to 10:40 UTC:\nAlice: hello\nBob: two ⏎ lines\n* Bob waves",
        ids: [id(0), id(5), id(88)],
      },
    ]);
  });

  void it("names a time once where all were said in one minute", () => {
    const digest = digestOf([entry(0, text("a")), { ...entry(1, text("b")), at: NINE + 5_000 }]);
    assert.match(digest.messages()[0]?.text ?? "", /^2 messages of 09:12 UTC:\n/);
  });

  void it("says the day where a run goes over midnight", () => {
    const { messages } = { messages: digestOf([entry(0, text("a")), entry(24 * 60, text("b"))]).messages() };
    assert.match(messages[0]?.text ?? "", /^2 messages from 09:12 to 2026-11-23 09:12 UTC:/);
  });

  void it("takes edits, deletions and reactions to its own texts into them", () => {
    const digest = digestOf([
      entry(0, text("helo")),
      entry(1, text("gone soon")),
      entry(2, edit(0, "hello")),
      entry(3, deletion(1)),
      entry(4, reaction(0)),
      entry(5, reaction(2), "Bob"),
      entry(6, reaction(0, "🎉"), "Bob"),
      entry(7, unreaction(6), "Bob"),
      entry(8, text("bye")),
    ]);
    assert.equal(digest.count, 2);
    const [told, ...rest] = digest.messages();
    assert.deepEqual(rest, []);
    assert.equal(told?.text, "2 messages from 09:12 to 09:20 UTC:\nAlice: hello [👍 2]\nAlice: bye");
    assert.deepEqual(new Set(told.ids), new Set(Array.from({ length: 9 }, (_, n) => id(n))));
  });

  void it("refuses what it can't tell, and what is about something else, and stays as it was", () => {
    const digest = digestOf([entry(0, text("hello"))]);
    const refused: readonly Message[] = [
      edit(9, "of another"),
      deletion(9),
      reaction(9),
      unreaction(9),
      message({ kind: "location", geo: "geo:1,2", name: "" }),
      message({ kind: "text", style: "plain", text: plainFlat("secret"), spoiler: "end", previews: [] }),
      { ...text("soon gone"), expires: { relative: true, seconds: 10 } },
      text("  "),
      text("x".repeat(3_000)),
      edit(0, "x".repeat(3_000)),
    ];
    for (const one of refused) assert.equal(digest.add(entry(10, one)), false, one.body.kind);
    assert.deepEqual(
      digest.messages().map(({ text: words }) => words),
      ["1 message of 09:12 UTC:\nAlice: hello"],
    );
  });

  void it("is split between lines, each message within what the room takes, with all that belongs to its lines", () => {
    const entries = Array.from({ length: 40 }, (_, n) => entry(n, text(`number ${n} ä😀`)));
    const digest = digestOf([...entries, entry(40, reaction(0))], 300);
    const messages = digest.messages();
    assert.ok(messages.length > 3);
    for (const { text: words } of messages) assert.ok(Buffer.byteLength(words) <= 300, words);
    assert.deepEqual(
      messages.flatMap(({ text: words }) => words.split("\n").slice(1)),
      entries.map((_, n) => `Alice: number ${n} ä😀${n === 0 ? " [👍]" : ""}`),
    );
    assert.ok(messages[0]?.ids.includes(id(40)));
    // From the entries of one message alone the same text is made again.
    const all = [...entries, entry(40, reaction(0))];
    for (const { text: words, ids } of messages) {
      const again = digestOf(
        all.filter((one) => ids.includes(one.id)),
        Number.MAX_SAFE_INTEGER,
      );
      assert.deepEqual(again.messages(), [{ text: words, ids }]);
    }
  });

  void it("says nothing where all of it was deleted", () => {
    const digest = digestOf([entry(0, text("oops")), entry(1, deletion(0))]);
    assert.equal(digest.count, 0);
    assert.deepEqual(digest.messages(), [{ text: "", ids: [id(0), id(1)] }]);
  });
});

void describe("a lag", () => {
  const limits = { backlogMs: 600_000, backlogSoonMs: 30_000, backlogEvents: 100 };

  void it("is one when something waits for long, or much for a while", () => {
    assert.equal(isBehind(600_000, 1, limits), true);
    assert.equal(isBehind(599_999, 99, limits), false);
    assert.equal(isBehind(30_000, 100, limits), true);
    assert.equal(isBehind(29_999, 100_000, limits), false);
  });

  void it("is named in a line for the room", () => {
    const now = NINE + 130 * MINUTE;
    assert.equal(
      lagNotice({ waiting: 312, since: NINE }, "each", now),
      "This room is behind by 2 h 10 min: about 312 messages wait, the oldest from 09:12 UTC. All follows one by one.",
    );
    assert.match(lagNotice({ waiting: 312, since: NINE }, "digest", now), /Texts follow in short\.$/);
    assert.match(
      lagNotice({ waiting: 1, since: NINE - 24 * 60 * MINUTE }, "each", now),
      /^This room is behind by 1 d 2 h: 1 message waits, the oldest from 2026-11-21 09:12 UTC\. It follows\.$/,
    );
  });

  void it("has lengths that people can read", () => {
    assert.deepEqual([0, MINUTE, 61 * MINUTE, 25 * 60 * MINUTE + MINUTE].map(lengthOfTime), [
      "1 min",
      "1 min",
      "1 h 1 min",
      "1 d 1 h",
    ]);
    assert.equal(clockTime(NINE), "09:12");
  });
});
