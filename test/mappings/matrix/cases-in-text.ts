/** Table tests: texts that come from Matrix. */
import { type Block, Mark } from "../../../mappings/markup/flat.ts";
import type { MappingCase } from "../cases/case.ts";
import { flat, html, paragraph, readsMessage, run, text, words } from "./case-tools.ts";
import { al, group } from "./room.ts";

function item(marker: "bullet" | number | boolean, said: string, list = 1): Block {
  return { kind: "item", quote: 0, list, marker, runs: [run(said)] };
}

const atAl = '<a href="https://matrix.to/#/%40_gw_slack_t1_u123%3Ahs.example">Al</a>';

export const textsIn: readonly MappingCase[] = [
  readsMessage("text", "a body alone", text({ body: "a *b* < c & d" }), words("a *b* < c & d")),
  readsMessage("text", "control characters are taken out", text({ body: "a\u0000b" }), words("ab"), {}, [
    "characters_removed",
  ]),
  readsMessage(
    "marks",
    "all five",
    html("<strong>b</strong> <em>i</em> <del>s</del> <u>u</u> <code>c</code>"),
    words(
      flat(
        paragraph(
          run("b", Mark.bold),
          run(" "),
          run("i", Mark.italic),
          run(" "),
          run("s", Mark.strike),
          run(" "),
          run("u", Mark.underline),
          run(" "),
          run("c", Mark.code),
        ),
      ),
    ),
  ),
  readsMessage(
    "code-block",
    "with its language",
    html('<pre><code class="language-ts">const a = 1;\n</code></pre>'),
    words(flat({ kind: "code", quote: 0, list: 0, language: "ts", text: "const a = 1;" })),
  ),
  readsMessage(
    "quote",
    "of HTML",
    html("<blockquote>said</blockquote><p>so</p>"),
    words(flat({ kind: "paragraph", quote: 1, list: 0, runs: [run("said")] }, paragraph(run("so")))),
  ),
  readsMessage(
    "lists",
    "a start other than one, and a list within",
    html('<ol start="3"><li>c</li><li>d<ul><li>e</li></ul></li></ol>'),
    words(flat(item(3, "c"), item(4, "d"), item("bullet", "e", 2))),
  ),
  readsMessage(
    "links",
    "of an allowed scheme",
    html('<a href="https://x.example/?a=b">t</a>'),
    words(flat(paragraph(run("t", 0, "https://x.example/?a=b")))),
  ),
  readsMessage("links", "a script is text", html('<a href="javascript:alert(1)">t</a>'), words("t"), {}, [
    "link_refused",
  ]),
  readsMessage(
    "headings",
    "a heading and a rule",
    html("<h2>h</h2><hr>"),
    words(
      flat(
        { kind: "heading", quote: 0, list: 0, level: 2, runs: [run("h")] },
        { kind: "rule", quote: 0, list: 0 },
      ),
    ),
  ),
  readsMessage("line-breaks", "of a body", text({ body: "a\nb\r\nc" }), words("a\nb\nc")),
  readsMessage("line-breaks", "of HTML", html("a<br>b"), words("a\nb")),
  readsMessage(
    "mention",
    "a link to a user whom m.mentions names",
    html(`Right on ${atAl}`, { "m.mentions": { user_ids: ["@_gw_slack_t1_u123:hs.example"] } }),
    words(flat(paragraph(run("Right on "), { kind: "mention", user: al, name: "Al", marks: 0 }))),
  ),
  readsMessage(
    "mention",
    "a link that m.mentions leaves out notifies nobody",
    html(`Right on ${atAl}`),
    words("Right on @Al"),
    {},
    ["mention_silent"],
  ),
  readsMessage(
    "broadcast-mention",
    "@room by a moderator",
    text({ body: "hey @room!", "m.mentions": { room: true } }),
    words(flat(paragraph(run("hey "), { kind: "broadcast", scope: "room", marks: 0 }, run("!")))),
  ),
  readsMessage(
    "broadcast-mention",
    "@room without the right is text",
    text({ body: "hey @room", "m.mentions": { room: true } }),
    words("hey @room"),
    {},
    ["broadcast_neutralised"],
    { powerLevels: null },
  ),
  readsMessage(
    "broadcast-mention",
    "a link to a room",
    html('in <a href="https://matrix.to/#/!eng:hs.example?via=hs.example">eng</a>'),
    words(flat(paragraph(run("in "), { kind: "group", group, name: "eng", marks: 0 }))),
  ),
  readsMessage(
    "custom-emoji",
    "a picture in the text",
    html('<img data-mx-emoticon src="mxc://hs.example/blob" alt=":blob:" title=":blob:" height="32">'),
    words(flat(paragraph({ kind: "emoji", name: "blob", source: "mxc://hs.example/blob", marks: 0 }))),
  ),
  readsMessage(
    "lists",
    "tasks and a table",
    html("<ul><li>☐ a</li><li>☑ b</li></ul><table><tr><th>x</th></tr><tr><td>1</td></tr></table>"),
    words(
      flat(
        item(false, "a"),
        item(true, "b"),
        { kind: "row", quote: 0, list: 0, header: true, cells: [[run("x")]] },
        { kind: "row", quote: 0, list: 0, header: false, cells: [[run("1")]] },
      ),
    ),
  ),
  readsMessage(
    "mention",
    "by older programs, which send no m.mentions",
    html('<a href="https://matrix.to/#/@_gw_slack_t1_u123:hs.example">Al</a>', { "m.mentions": undefined }),
    words(flat(paragraph({ kind: "mention", user: al, name: "Al", marks: 0 }))),
  ),
  readsMessage(
    "custom-emoji",
    "elsewhere than at a homeserver it is its name",
    html('<img data-mx-emoticon src="https://evil.example/x.png" alt=":other:">'),
    words(flat(paragraph({ kind: "emoji", name: "other", source: null, marks: 0 }))),
  ),
];
