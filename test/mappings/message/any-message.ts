/** Messages at random. */
import fc from "fast-check";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { Block, FlatText, Run } from "../../../mappings/markup/flat.ts";
import type { MediaFile, Message, MessageBody, Reaction } from "../../../mappings/message.ts";

const words = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("tea", "two words", "a*b", "_x_", "@room", "1. one", "> said", "é👍🏽"),
  },
  { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\ud800", "a\u0000b", "x\r\ny", "\ufeffmark", "[a](b)", ":tada:", ""),
  },
);
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const marks = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 63 }));
const scope = fc.constantFrom("room" as const, "here" as const, "channel" as const, "everyone" as const);
const id = octets(31).map((rest) => `01${Buffer.from(rest).toString("hex")}` as EventId);
const source = fc.oneof(
  fc.constantFrom("https://files.example/a.png", "mxc://hs.example/abc", "cid:3@local.invalid", ""),
  words,
);

const run: fc.Arbitrary<Run> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("text" as const),
      text: words,
      marks,
      link: fc.oneof(
        { weight: 5, arbitrary: fc.constant(null) },
        fc.constantFrom("https://example.com/", "https://example.com/a?b=c_d", "mailto:anna@example.com"),
      ),
    }),
  },
  fc.record({
    kind: fc.constant("mention" as const),
    user: fc.constantFrom("mimi://a.example/u/anna" as UserUri, "mimi://b.example/u/ben" as UserUri),
    name: words,
    marks,
  }),
  fc.record({
    kind: fc.constant("group" as const),
    group: fc.constant("mimi://a.example/r/lobby" as GroupUri),
    name: words,
    marks,
  }),
  fc.record({ kind: fc.constant("broadcast" as const), scope, marks }),
  fc.record({ kind: fc.constant("emoji" as const), name: words, source: fc.option(source), marks }),
);
const runs = fc.array(run, { maxLength: 4 });
const place = { quote: fc.nat({ max: 2 }), list: fc.nat({ max: 2 }) };

const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("paragraph" as const), ...place, runs }) },
  fc.record({ kind: fc.constant("heading" as const), ...place, level: fc.integer({ min: 1, max: 6 }), runs }),
  fc.record({
    kind: fc.constant("item" as const),
    quote: place.quote,
    list: fc.integer({ min: 1, max: 3 }),
    marker: fc.oneof(fc.constant("bullet" as const), fc.nat({ max: 20 }), fc.boolean()),
    runs,
  }),
  fc.record({
    kind: fc.constant("code" as const),
    ...place,
    language: fc.constantFrom("", "ts"),
    text: words,
  }),
  fc.record({ kind: fc.constant("rule" as const), ...place }),
  fc.record({
    kind: fc.constant("row" as const),
    ...place,
    header: fc.boolean(),
    cells: fc.array(runs, { minLength: 1, maxLength: 3 }),
  }),
);

const plain: fc.Arbitrary<FlatText> = words.map((text) => ({
  blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [{ kind: "text", text, marks: 0, link: null }] }],
}));
export const anyText: fc.Arbitrary<FlatText> = fc.oneof(
  plain,
  fc.record({ blocks: fc.array(block, { maxLength: 4 }) }),
);

const number = fc.option(
  fc.oneof(fc.nat(), fc.constantFrom(-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 2)),
);
const anyFile: fc.Arbitrary<MediaFile> = fc.record({
  source,
  contentType: fc.constantFrom("image/png", "audio/ogg;codecs=opus", "application/pdf", ""),
  filename: words,
  description: words,
  size: number,
  sha256: fc.option(fc.oneof(octets(32), octets(3))),
  encryption: fc.option(
    fc.record({
      algorithm: fc.constantFrom(0, 1, 2, 0x8000, 0x10000),
      key: octets(16),
      nonce: octets(12),
      aad: octets(0),
    }),
  ),
  inline: fc.boolean(),
  width: number,
  height: number,
  duration: number,
  voice: fc.boolean(),
});

const reaction: fc.Arbitrary<Reaction> = fc.oneof(
  fc.record({
    kind: fc.constant("unicode" as const),
    emoji: fc.oneof(fc.constantFrom("👍", ":name:"), words),
  }),
  fc.record({ kind: fc.constant("custom" as const), name: words, source: fc.option(source) }),
);
const spoiler = fc.option(words);
const url = fc.constantFrom("https://example.com/page", "javascript:alert(1)", "HTTP://example.com");

export const anyBody: fc.Arbitrary<MessageBody> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("text" as const),
      style: fc.constantFrom("plain" as const, "emote" as const, "notice" as const),
      text: anyText,
      spoiler,
      previews: fc.array(fc.record({ url, title: words, description: words }), { maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("media" as const),
      files: fc.array(anyFile, { maxLength: 3 }),
      caption: fc.option(anyText),
      sticker: fc.boolean(),
      spoiler,
    }),
  },
  fc.record({ kind: fc.constant("reaction" as const), reaction }),
  fc.constant({ kind: "unreaction" as const }),
  fc.record({
    kind: fc.constant("deletion" as const),
    by: fc.option(fc.record({ name: words, reason: words })),
  }),
  fc.record({
    kind: fc.constant("location" as const),
    geo: fc.oneof(fc.constantFrom("geo:48.198634,16.371648", "geo:1,2;u=3"), words),
    name: words,
  }),
  fc.record({
    kind: fc.constant("poll" as const),
    question: words,
    options: fc.array(fc.record({ id: words, text: words }), { maxLength: 4 }),
    most: fc.constantFrom(0, 1, 2, 0.5),
    disclosed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("vote" as const), options: fc.array(words, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("poll-end" as const), text: words }),
  fc.record({ kind: fc.constant("call" as const), url: source, name: words }),
  fc.record({ kind: fc.constant("unknown" as const), contentType: words, text: words }),
);

export const anyMessage: fc.Arbitrary<Message> = fc.record({
  body: anyBody,
  replaces: fc.option(id),
  replyTo: fc.option(id),
  thread: fc.oneof(octets(0), octets(32), octets(4097)),
  broadcast: fc.boolean(),
  expires: fc.option(
    fc.record({
      relative: fc.boolean(),
      seconds: fc.oneof(fc.nat(), fc.constantFrom(-1, Number.NaN, 2 ** 40, 1.5)),
    }),
  ),
});
