/** No event is larger than a homeserver takes, and writing is total. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { losses } from "../../../mappings/loss.ts";
import { type FlatText, Mark } from "../../../mappings/markup/flat.ts";
import { type MatrixCall, withAddress } from "../../../mappings/matrix/calls.ts";
import type { MatrixOutbound } from "../../../mappings/matrix/context.ts";
import { fromMimi } from "../../../mappings/matrix/from-mimi.ts";
import { CONTENT_OCTETS, contentOctets } from "../../../mappings/matrix/limits.ts";
import type { MediaFile, MessageBody } from "../../../mappings/message.ts";
import { arbitraryFlat } from "../markup/arbitrary-flat.ts";
import { flat, outgoing, paragraph, run, words } from "./case-tools.ts";
import {
  everything,
  nothingAllowed,
  octetsOf,
  outbound,
  pollId,
  reactionId,
  reply,
  root,
  roomMessage,
} from "./room.ts";

const longId = `$${"x".repeat(254)}`;
/** Every id is as long as it may be, and the mark as large. */
const wide: MatrixOutbound = {
  ...outbound,
  message: () => roomMessage(longId, reply, { author: { name: "Al", native: `@${"a".repeat(254)}` } }),
  thread: () => ({ root: roomMessage(longId, root), latest: roomMessage(longId, root) }),
  mark: { "org.example.gw.origin": "m".repeat(2_000) },
};

const unit = fc.constantFrom("word ", '"', "\\", "👩‍👩‍👧 ", "\n", "漢字", "&<>", "*_");
const long: fc.Arbitrary<FlatText> = fc
  .tuple(unit, unit, fc.integer({ min: 1, max: 20_000 }))
  .map(([left, right, times]) => {
    const half = Math.ceil(times / 2);
    return flat(paragraph(run(left.repeat(half), Mark.bold)), paragraph(run(right.repeat(half))));
  });

const picture: MediaFile = {
  source: "mxc://hs.example/abc",
  contentType: "image/jpeg",
  filename: `${"n".repeat(300)}.jpg`,
  description: "d".repeat(5_000),
  size: 1234,
  sha256: null,
  encryption: null,
  inline: true,
  width: 640,
  height: 480,
  duration: null,
  voice: false,
};
const preview = { url: "https://x.example/", title: '"'.repeat(600), description: "漢".repeat(600) };

/** A message with all that can stand beside its text. */
const large: fc.Arbitrary<MessageBody> = fc
  .tuple(long, fc.boolean(), fc.constantFrom(null, "r".repeat(3_000)))
  .map(([said, asMedia, spoiler]) =>
    asMedia
      ? { kind: "media", files: [picture, picture], caption: said, sticker: false, spoiler }
      : words(said, { spoiler, previews: Array.from({ length: 7 }, () => preview) }),
  );

function contentsOf(calls: readonly MatrixCall[]) {
  return calls.flatMap((call) => ("content" in call ? [call.content] : []));
}

void test("no event is too large: new, in a thread, as an answer or as an edit", () => {
  fc.assert(
    fc.property(large, fc.boolean(), (body, edit) => {
      const related = edit ? { replaces: reply } : { replyTo: reply, thread: octetsOf(root) };
      const { calls } = fromMimi(outgoing(body, related), everything, wide);
      assert.ok(calls.length > 0);
      for (const content of contentsOf(calls)) assert.ok(contentOctets(content) <= CONTENT_OCTETS);
    }),
    { seed: 8, numRuns: 15 },
  );
});

void test("previews beyond the limits are left out, and a caption beyond them stands apart", () => {
  // Fills nearly all that an event has for text: 12 KiB.
  const said = flat(paragraph(run("word ".repeat(2_450).trim(), Mark.bold)));
  const crowded = fromMimi(outgoing(words(said, { previews: [preview, preview] })), everything, outbound);
  assert.deepEqual(
    crowded.losses.map(({ code }) => code),
    ["preview_dropped"],
  );
  const captioned: MessageBody = {
    kind: "media",
    files: [{ ...picture, filename: '"'.repeat(300) }],
    // Eight octets each: one as Markdown in JSON is two, one as HTML is six.
    caption: flat(paragraph(run('"'.repeat(3_270), Mark.bold))),
    sticker: false,
    spoiler: null,
  };
  assert.deepEqual(
    fromMimi(outgoing(captioned), everything, outbound).losses.map(({ code }) => code),
    ["caption_apart"],
  );
});

void test("a text longer than eight events is its beginning and a file with the whole", () => {
  const whole = Array.from({ length: 6_000 }, (_, at) => `Sentence ${String(at)} of many.`).join(" ");
  const written = fromMimi(outgoing(words(whole)), everything, outbound);
  assert.deepEqual(
    written.losses.map(({ code }) => code),
    ["text_cut"],
  );
  const [head, file] = written.calls;
  assert.ok(head?.kind === "send" && whole.startsWith(String(head.content["body"])));
  assert.ok(file?.kind === "text-file");
  assert.equal(file.text, whole);
  const sent = withAddress(file.content, "mxc://hs.example/whole");
  assert.equal(sent["url"], "mxc://hs.example/whole");
  assert.equal(sent["msgtype"], "m.file");
  assert.equal(written.calls.length, 2);

  const held = roomMessage("$1", reply, { parts: ["$1", "$2"].map((native) => ({ native, aux: null })) });
  const edited = fromMimi(outgoing(words(whole), { replaces: reply }), everything, {
    ...outbound,
    message: () => held,
  });
  const again = edited.calls[1];
  assert.ok(again?.kind === "text-file");
  const { "m.new_content": replacement } = withAddress(again.content, "mxc://hs.example/whole");
  assert.equal((replacement as { url?: unknown }).url, "mxc://hs.example/whole");
});

const file: fc.Arbitrary<MediaFile> = fc.record({
  source: fc.constantFrom("mxc://hs.example/a", "https://far.example/a", "https://gw.example/m/a", ""),
  contentType: fc.constantFrom("image/png", "video/mp4", "audio/ogg", "text/plain", "x"),
  filename: fc.string(),
  description: fc.string(),
  size: fc.constantFrom(null, 0, 5),
  sha256: fc.constantFrom(null, new Uint8Array(32)),
  encryption: fc.constantFrom(null, {
    algorithm: 0x8000,
    key: new Uint8Array(32),
    nonce: new Uint8Array(16),
    aad: new Uint8Array(),
  }),
  inline: fc.boolean(),
  width: fc.constantFrom(null, 5),
  height: fc.constantFrom(null, 5),
  duration: fc.constantFrom(null, 5),
  voice: fc.boolean(),
});
const spoiler = fc.constantFrom(null, "", "why");
const anyBody: fc.Arbitrary<MessageBody> = fc.oneof(
  fc.record({
    kind: fc.constant("text" as const),
    style: fc.constantFrom("plain", "emote", "notice"),
    text: arbitraryFlat,
    spoiler,
    previews: fc.constantFrom([], [preview]),
  }),
  fc.record({
    kind: fc.constant("media" as const),
    files: fc.array(file, { maxLength: 3 }),
    caption: fc.option(arbitraryFlat),
    sticker: fc.boolean(),
    spoiler,
  }),
  fc.record({
    kind: fc.constant("poll" as const),
    question: fc.string(),
    options: fc.array(fc.record({ id: fc.string(), text: fc.string() })),
    most: fc.nat(),
    disclosed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("vote" as const), options: fc.array(fc.string()) }),
  fc.record({ kind: fc.constant("poll-end" as const), text: fc.string() }),
  fc.record({ kind: fc.constant("location" as const), geo: fc.string(), name: fc.string() }),
  fc.record({ kind: fc.constant("call" as const), url: fc.string(), name: fc.string() }),
  fc.record({ kind: fc.constant("unknown" as const), contentType: fc.string(), text: fc.string() }),
  fc.constant({ kind: "unreaction" as const }),
  fc.record({
    kind: fc.constant("deletion" as const),
    by: fc.option(fc.record({ name: fc.string(), reason: fc.string() })),
  }),
);

void test("any message is written: whom it addresses is said, and its losses are of the table", () => {
  const id = fc.constantFrom(null, root, reply, reactionId, pollId);
  fc.assert(
    fc.property(anyBody, id, id, fc.boolean(), (body, replaces, replyTo, able) => {
      const capabilities = able ? everything : nothingAllowed;
      const written = fromMimi(outgoing(body, { replaces, replyTo }), capabilities, outbound);
      for (const content of contentsOf(written.calls)) assert.equal(typeof content["m.mentions"], "object");
      for (const { code, detail } of written.losses) {
        assert.ok(Object.hasOwn(losses, code));
        assert.ok(detail.length <= 200);
      }
    }),
    { seed: 8, numRuns: 400 },
  );
});
