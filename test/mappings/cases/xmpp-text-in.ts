/** What bodies of XMPP say. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import { type Block, Mark } from "../../../mappings/markup/flat.ts";
import type { XmppInbound } from "../../../mappings/xmpp/inbound.ts";
import { codes, paragraph, read, readBodyOf, text, uri } from "../xmpp/room.ts";
import type { MappingCase } from "./case.ts";

const reads = (
  feature: FeatureKey,
  name: string,
  stanza: string,
  blocks: readonly Block[],
  context: Partial<XmppInbound> = {},
): MappingCase => ({
  feature,
  direction: "in",
  name,
  run: () => assert.deepEqual(readBodyOf("text", stanza, context).text.blocks, blocks),
});

const markup = "xmlns='urn:xmpp:markup:0'";
const mention = (attributes: string): string => `<mention xmlns='urn:xmpp:mentions:0' ${attributes}/>`;
const toAl = { kind: "mention", user: uri("zoe"), name: "Zoe", marks: 0 } as const;

export const xmppTextIn: readonly MappingCase[] = [
  reads("text", "plain", "<body>Hello, &lt;you&gt; &amp; all</body>", [
    paragraph(text("Hello, <you> & all")),
  ]),
  reads("marks", "by styling", "<body>a *b* _c_ ~d~ `e`</body>", [
    paragraph(
      text("a "),
      text("b", Mark.bold),
      text(" "),
      text("c", Mark.italic),
      text(" "),
      text("d", Mark.strike),
      text(" "),
      text("e", Mark.code),
    ),
  ]),
  reads(
    "marks",
    "not where the message says so",
    "<body>a *b*</body><unstyled xmlns='urn:xmpp:styling:0'/>",
    [paragraph(text("a *b*"))],
  ),
  reads(
    "marks",
    "by markup, which counts before styling",
    `<body>😀 ab *c*</body><markup ${markup}><span start='2' end='4'><strong/><emphasis/></span></markup>`,
    [paragraph(text("😀 "), text("ab", Mark.bold | Mark.italic), text(" *c*"))],
  ),
  reads("code-block", "by styling", "<body>```js\nx = *1*\n```</body>", [
    { kind: "code", quote: 0, list: 0, language: "js", text: "x = *1*" },
  ]),
  reads(
    "code-block",
    "by markup",
    `<body>see:\nx = 1\nend</body><markup ${markup}><bcode start='5' end='11' language='js'/></markup>`,
    [
      paragraph(text("see:")),
      { kind: "code", quote: 0, list: 0, language: "js", text: "x = 1" },
      paragraph(text("end")),
    ],
  ),
  reads("quote", "by styling", "<body>&gt; a\n&gt; b\nc</body>", [
    { ...paragraph(text("a\nb")), quote: 1 },
    paragraph(text("c")),
  ]),
  reads("quote", "by markup", `<body>a\nb</body><markup ${markup}><bquote start='0' end='1'/></markup>`, [
    { ...paragraph(text("a")), quote: 1 },
    paragraph(text("b")),
  ]),
  reads("lists", "lines that begin with a dash stay so", "<body>- a\n- b</body>", [
    paragraph(text("- a\n- b")),
  ]),
  reads(
    "lists",
    "by markup",
    `<body>x\n1. a\n2. b</body><markup ${markup}><list start='2' end='11' ordered='true'><li start='2'/><li start='7'/></list></markup>`,
    [
      paragraph(text("x")),
      { kind: "item", quote: 0, list: 1, marker: 1, runs: [text("a")] },
      { kind: "item", quote: 0, list: 1, marker: 2, runs: [text("b")] },
    ],
  ),
  reads("links", "bare", "<body>see https://a.example/x_y_z, ok</body>", [
    paragraph(text("see "), text("https://a.example/x_y_z", 0, "https://a.example/x_y_z"), text(", ok")),
  ]),
  reads("headings", "as a bold line", "<body>*Title*\nwords</body>", [
    paragraph(text("Title", Mark.bold), text("\nwords")),
  ]),
  reads("line-breaks", "stay", "<body>a\nb\n\n  c</body>", [paragraph(text("a\nb\n\n  c"))]),
  reads(
    "mention",
    "by XEP-0513",
    `<body>😀 @Zoe!</body>${mention("begin='2' end='6' occupantid='OCC-ZOE'")}`,
    [paragraph(text("😀 "), toAl, text("!"))],
  ),
  reads(
    "mention",
    "by XEP-0372",
    "<body>hi Zoe</body><reference xmlns='urn:xmpp:reference:0' type='mention' begin='3' end='6' uri='xmpp:eng@muc.example/Zoe'/>",
    [paragraph(text("hi "), toAl)],
  ),
  reads("mention", "by a nick alone", "<body>Zoe: hello Bo Bee, @Zoe. Zoey Al</body>", [
    paragraph(toAl, text(": hello Bo Bee, "), toAl, text(". Zoey Al")),
  ]),
  reads(
    "mention",
    "by a nick alone, at the beginning of a line",
    "<body>so\nZoe, look\nZoe. no\nZoe</body>",
    [paragraph(text("so\n"), toAl, text(", look\nZoe. no\nZoe"))],
  ),
  reads(
    "mention",
    "not by a word that is a nick, too",
    "<body>Zoe said so, Zoe: and Zoe, (Zoe) x@Zoe</body>",
    [paragraph(text("Zoe said so, Zoe: and Zoe, (Zoe) x@Zoe"))],
  ),
  reads("mention", "by a nick of two words after @", "<body>hi @Bo Bee! and @Bo or @Zoe</body>", [
    paragraph(
      text("hi "),
      { kind: "mention", user: uri("bo"), name: "Bo Bee", marks: 0 },
      text("! and @Bo or "),
      toAl,
    ),
  ]),
  reads("mention", "by a nick of two words at the beginning", "<body>Bo Bee: look</body>", [
    paragraph({ kind: "mention", user: uri("bo"), name: "Bo Bee", marks: 0 }, text(": look")),
  ]),
  reads(
    "broadcast-mention",
    "by somebody who may",
    `<body>@all up</body>${mention("begin='0' end='4' mentions='urn:xmpp:mentions:0#channel'")}`,
    [paragraph({ kind: "broadcast", scope: "room", marks: 0 }, text(" up"))],
    { mayBroadcast: () => true },
  ),
  {
    feature: "broadcast-mention",
    direction: "in",
    name: "by somebody who may not",
    run() {
      const stanza = `<body>@all up</body>${mention("begin='0' end='4' mentions='urn:xmpp:mentions:0#channel'")}`;
      assert.deepEqual(readBodyOf("text", stanza).text.blocks, [paragraph(text("@all up"))]);
      assert.deepEqual(codes(read(stanza)), ["broadcast_neutralised"]);
    },
  },
  reads(
    "custom-emoji",
    "by markup",
    `<body>a :cat: b</body><markup ${markup}><span start='2' end='7'><emoji xmlns='urn:xmpp:markup:emoji:0' name='cat'/></span></markup>`,
    [paragraph(text("a "), { kind: "emoji", name: "cat", source: null, marks: 0 }, text(" b"))],
  ),
  reads("unknown", "a payload that nobody knows, with a body", "<body>words</body><x xmlns='urn:strange'/>", [
    paragraph(text("words")),
  ]),
];
