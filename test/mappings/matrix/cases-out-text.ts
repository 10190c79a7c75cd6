/** Table tests: texts that go to Matrix. */
import { type Block, Mark, type Run } from "../../../mappings/markup/flat.ts";
import type { LossCode } from "../../../mappings/loss.ts";
import type { MatrixContent } from "../../../mappings/matrix/calls.ts";
import type { MatrixCapabilities } from "../../../mappings/matrix/context.ts";
import type { FeatureKey } from "../../../mappings/features.ts";
import { message, type MessageBody } from "../../../mappings/message.ts";
import type { MappingCase } from "../cases/case.ts";
import { flat, outgoing, paragraph, run, sends, words, writes } from "./case-tools.ts";
import { al, authorBob, bob, eventId, ghostOfAl, group, mark, octetsOf, root } from "./room.ts";

/** A text is written as this body and this HTML. */
function writesHtml(
  feature: FeatureKey,
  name: string,
  body: MessageBody,
  plain: string,
  formatted_body: string | null,
  mentions: MatrixContent = {},
  losses: readonly LossCode[] = [],
  capabilities: Partial<MatrixCapabilities> = {},
): MappingCase {
  const rich = formatted_body === null ? {} : { format: "org.matrix.custom.html", formatted_body };
  const content = { msgtype: "m.text", body: plain, ...rich, "m.mentions": mentions, ...mark };
  return writes(feature, name, outgoing(body), [sends(content)], losses, capabilities);
}

function item(marker: "bullet" | number | boolean, said: string, list = 1): Block {
  return { kind: "item", quote: 0, list, marker, runs: [run(said)] };
}

const atAl: Run = { kind: "mention", user: al, name: "Al", marks: 0 };
const linkToAl = '<a href="https://matrix.to/#/%40_gw_slack_t1_u123%3Ahs.example">@Al</a>';
const everybody: Run = { kind: "broadcast", scope: "here", marks: 0 };

export const textsOut: readonly MappingCase[] = [
  writesHtml("text", "without markup there is no HTML", words("2*3*4 < 5 & _x_"), "2*3*4 < 5 & _x_", null),
  writesHtml(
    "marks",
    "all five",
    words(
      flat(
        paragraph(
          run("b", Mark.bold),
          run(" "),
          run("i", Mark.italic),
          run(" "),
          run("s", Mark.strike),
          run(" "),
          run("c", Mark.code),
        ),
      ),
    ),
    "**b** _i_ ~~s~~ `c`",
    "<strong>b</strong> <em>i</em> <del>s</del> <code>c</code>",
  ),
  writesHtml(
    "code-block",
    "with its language",
    words(flat({ kind: "code", quote: 0, list: 0, language: "ts", text: "a < 1;" })),
    "```ts\na < 1;\n```",
    '<pre><code class="language-ts">a &lt; 1;\n</code></pre>',
  ),
  writesHtml(
    "quote",
    "of a paragraph",
    words(flat({ kind: "paragraph", quote: 1, list: 0, runs: [run("said")] })),
    "> said",
    "<blockquote><p>said</p></blockquote>",
  ),
  writesHtml(
    "lists",
    "a start other than one",
    words(flat(item(3, "c"), item(4, "d"))),
    "3. c\n4. d",
    '<ol start="3"><li>c</li><li>d</li></ol>',
  ),
  writesHtml(
    "links",
    "with another label",
    words(flat(paragraph(run("t", 0, "https://x.example/?a=b&c")))),
    "[t](https://x.example/?a=b&c)",
    '<a href="https://x.example/?a=b&amp;c">t</a>',
  ),
  writesHtml(
    "headings",
    "a heading",
    words(flat({ kind: "heading", quote: 0, list: 0, level: 2, runs: [run("h")] })),
    "## h",
    "<h2>h</h2>",
  ),
  writesHtml("line-breaks", "in a plain body", words("a\nb"), "a\nb", null),
  writesHtml(
    "mention",
    "of a ghost",
    words(flat(paragraph(run("Right on "), atAl))),
    "Right on @Al",
    `Right on ${linkToAl}`,
    { user_ids: [ghostOfAl] },
  ),
  writesHtml(
    "broadcast-mention",
    "everybody, where ghosts may",
    words(flat(paragraph(run("hey "), everybody))),
    "hey @room",
    null,
    { room: true },
  ),
  writesHtml(
    "broadcast-mention",
    "everybody, where they may not",
    words(flat(paragraph(run("hey "), everybody))),
    "hey @\u2060room",
    null,
    {},
    ["broadcast_neutralised"],
    { broadcasts: false },
  ),
  writesHtml(
    "broadcast-mention",
    "a link to a room",
    words(flat(paragraph({ kind: "group", group, name: "eng", marks: 0 }))),
    "#eng",
    '<a href="https://matrix.to/#/!eng%3Ahs.example">#eng</a>',
  ),
  writesHtml(
    "custom-emoji",
    "a picture in the text",
    words(flat(paragraph({ kind: "emoji", name: "blob", source: "mxc://hs.example/blob", marks: 0 }))),
    ":blob:",
    '<img data-mx-emoticon src="mxc://hs.example/blob" alt=":blob:" title=":blob:" height="32">',
  ),
  writes(
    "mention",
    "the golden reply in a thread",
    {
      kind: "message",
      id: eventId(9),
      author: authorBob,
      message: {
        ...message(words(flat(paragraph(run("Right on "), atAl, run(" 👍"))))),
        replyTo: root,
        thread: octetsOf(root),
      },
    },
    [
      {
        kind: "send",
        as: bob,
        type: "m.room.message",
        content: {
          msgtype: "m.text",
          body: "Right on @Al 👍",
          format: "org.matrix.custom.html",
          formatted_body: `Right on ${linkToAl} 👍`,
          "m.mentions": { user_ids: [ghostOfAl] },
          "m.relates_to": {
            rel_type: "m.thread",
            event_id: "$root",
            is_falling_back: false,
            "m.in_reply_to": { event_id: "$root" },
          },
          ...mark,
        },
      },
    ],
  ),
  writesHtml(
    "lists",
    "tasks and a table",
    words(
      flat(
        item(true, "a"),
        { kind: "row", quote: 0, list: 0, header: true, cells: [[run("x")]] },
        { kind: "row", quote: 0, list: 0, header: false, cells: [[run("1")]] },
      ),
    ),
    "- [x] a\n\n| x |\n| --- |\n| 1 |",
    "<ul><li>☑ a</li></ul><table><thead><tr><th>x</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
  ),
  writesHtml(
    "marks",
    "underline, which Markdown lacks",
    words(flat(paragraph(run("u", Mark.underline), run(" and @room")))),
    "u and @room",
    "<u>u</u> and @room",
  ),
];
