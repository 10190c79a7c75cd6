/** How texts look in bodies of XMPP. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import { type Block, Mark } from "../../../mappings/markup/flat.ts";
import type { LossCode } from "../../../mappings/loss.ts";
import type { XmppCapabilities } from "../../../mappings/xmpp/from-mimi.ts";
import { codes, flat, paragraph, payloads, text, textBody, uri, writeMessage } from "../xmpp/room.ts";
import type { MappingCase } from "./case.ts";

const writes = (
  feature: FeatureKey,
  name: string,
  blocks: readonly Block[],
  payload: string,
  lost: readonly LossCode[] = [],
  can: Partial<XmppCapabilities> = {},
): MappingCase => ({
  feature,
  direction: "out",
  name,
  run() {
    const written = writeMessage(textBody(flat(...blocks)), {}, can);
    assert.deepEqual(payloads(written), [payload]);
    assert.deepEqual(codes(written), lost);
  },
});

const body = (words: string): string => `<body>${words}</body>`;
const mentioned = { kind: "mention", user: uri("al"), name: "old name", marks: 0 } as const;

export const xmppTextOut: readonly MappingCase[] = [
  writes("text", "plain", [paragraph(text("a & <b>"))], body("a &amp; &lt;b&gt;")),
  writes("text", "what XML can't hold is taken out", [paragraph(text("a\u0001b"))], body("ab"), [
    "characters_removed",
  ]),
  writes(
    "text",
    "what looks styled is said to have no styling",
    [paragraph(text("*a*"))],
    `${body("*a*")}<unstyled xmlns='urn:xmpp:styling:0'></unstyled>`,
  ),
  writes(
    "marks",
    "by styling; the others are lost",
    [paragraph(text("a", Mark.bold), text(" b", Mark.underline))],
    body("*a* b"),
    ["mark_lost"],
  ),
  writes(
    "code-block",
    "in fences",
    [{ kind: "code", quote: 0, list: 0, language: "js", text: "a\nb" }],
    body("```\na\nb\n```"),
    ["mark_lost"],
  ),
  writes("quote", "by its sign", [{ ...paragraph(text("a")), quote: 2 }], body("&gt; &gt; a")),
  writes(
    "lists",
    "as lines",
    [
      { kind: "item", quote: 0, list: 1, marker: 4, runs: [text("a")] },
      { kind: "item", quote: 0, list: 2, marker: "bullet", runs: [text("b")] },
    ],
    body("4. a\n  - b"),
    ["block_flattened"],
  ),
  writes(
    "links",
    "words with the address behind them",
    [paragraph(text("here", 0, "https://a.example"))],
    body("here (https://a.example)"),
  ),
  writes(
    "links",
    "the address once where the words are the address",
    [paragraph(text("a.example", 0, "https://a.example/"))],
    body("https://a.example/"),
  ),
  writes(
    "headings",
    "as a bold line",
    [{ kind: "heading", quote: 0, list: 0, level: 2, runs: [text("T")] }, paragraph(text("a"))],
    body("*T*\n\na"),
    ["block_flattened"],
  ),
  writes("line-breaks", "stay", [paragraph(text("a\nb")), paragraph(text("c"))], body("a\nb\n\nc")),
  writes(
    "mention",
    "with offsets in code points",
    [paragraph(text("😀 "), mentioned, text("!"))],
    `${body("😀 @Al!")}<mention xmlns='urn:xmpp:mentions:0' begin='2' end='5' occupantid='OCC-AL'></mention>` +
      "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='2' end='5' uri='xmpp:eng@muc.example/Al'></reference>",
  ),
  writes(
    "mention",
    "as an address",
    [paragraph(mentioned, text(": hi, "), mentioned)],
    `${body("Al: hi, @Al")}<mention xmlns='urn:xmpp:mentions:0' begin='0' end='2' occupantid='OCC-AL'></mention>` +
      "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='0' end='2' uri='xmpp:eng@muc.example/Al'></reference>" +
      "<mention xmlns='urn:xmpp:mentions:0' begin='8' end='11' occupantid='OCC-AL'></mention>" +
      "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='8' end='11' uri='xmpp:eng@muc.example/Al'></reference>",
  ),
  writes(
    "mention",
    "of a remote user, by nick",
    [paragraph({ ...mentioned, user: uri("zoe") })],
    `${body("@Zoe")}<reference xmlns='urn:xmpp:reference:0' type='mention' begin='0' end='4' uri='xmpp:eng@muc.example/Zoe'></reference>`,
  ),
  writes(
    "broadcast-mention",
    "where it may be sent",
    [paragraph({ kind: "broadcast", scope: "room", marks: 0 })],
    `${body("@room")}<mention xmlns='urn:xmpp:mentions:0' begin='0' end='5' mentions='urn:xmpp:mentions:0#channel'></mention>`,
  ),
  writes(
    "broadcast-mention",
    "as a word where it may not",
    [paragraph({ kind: "broadcast", scope: "here", marks: 0 })],
    body("@here"),
    ["broadcast_neutralised"],
    { broadcasts: false },
  ),
  writes(
    "custom-emoji",
    "as its name",
    [paragraph({ kind: "emoji", name: "cat", source: null, marks: 0 })],
    body(":cat:"),
    ["emoji_named"],
  ),
];
