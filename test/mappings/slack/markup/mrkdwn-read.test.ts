import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Mark } from "../../../../mappings/markup/flat.ts";
import type { Block, Run } from "../../../../mappings/markup/flat.ts";
import { LONGEST_TEXT } from "../../../../mappings/slack/markup/limits.ts";
import { readMrkdwn } from "../../../../mappings/slack/markup/mrkdwn-read.ts";
import { al, general, picture, reader } from "./known-room.ts";

function text(characters: string, marks = 0, link: string | null = null): Run {
  return { kind: "text", text: characters, marks, link };
}

function paragraph(runs: readonly Run[], quote = 0): Block {
  return { kind: "paragraph", quote, list: 0, runs };
}

function code(characters: string, quote = 0): Block {
  return { kind: "code", quote, list: 0, language: "", text: characters };
}

function blocksOf(mrkdwn: string): readonly Block[] {
  return readMrkdwn(mrkdwn, reader).text.blocks;
}

void describe("runs of one paragraph", () => {
  const url = "https://x.example/a?b&c";
  const cases: readonly (readonly [string, readonly Run[]])[] = [
    ["plain", [text("plain")]],
    ["<@U123>", [{ kind: "mention", user: al, name: "Al", marks: 0 }]],
    ["<@U123|bob>!", [{ kind: "mention", user: al, name: "Al", marks: 0 }, text("!")]],
    ["<@U9|bob> <@W9>", [text("@bob @W9")]],
    ["<#C1|other>", [{ kind: "group", group: general, name: "general", marks: 0 }]],
    ["<#C9|secret> <#C9|>", [text("#secret #C9")]],
    ["<!here>", [{ kind: "broadcast", scope: "here", marks: 0 }]],
    ["<!channel|channel>", [{ kind: "broadcast", scope: "channel", marks: 0 }]],
    ["*<!everyone>*", [{ kind: "broadcast", scope: "everyone", marks: Mark.bold }]],
    ["<!subteam^S1|@admins> <!subteam^S1> <!subteam^S2>", [text("@admins @ops @S2")]],
    ["<!date^1755517523^{date}|Aug 18>", [text("Aug 18")]],
    ["<!date^1755517523^{date}^https://x.example|then>", [text("then", 0, "https://x.example")]],
    ["<!date^1755517523^{date}>", [text("2025-08-18 11:45 UTC")]],
    ["<!date^99999999999999999999^{date}>", [text("99999999999999999999")]],
    ["<!unknown|shown> <!unknown>", [text("shown <!unknown>")]],
    ["<https://x.example/a?b&amp;c|a &amp; b>", [text("a & b", 0, url)]],
    ["<https://x.example/a?b&amp;c>", [text(url, 0, url)]],
    ["<http://x.example|x.example>", [text("x.example")]],
    ["<mailto:a@b.example|write>", [text("write", 0, "mailto:a@b.example")]],
    ["<tel:+49123|+49 123>", [text("+49 123")]],
    ["<javascript:alert(1)|click>", [text("click")]],
    ["<not a token> <> < >", [text("<not a token> <> < >")]],
    ["<<@U123>", [text("<"), { kind: "mention", user: al, name: "Al", marks: 0 }]],
    ["a &lt;@U123&gt; &amp;lt; &quot;", [text("a <@U123> &lt; &quot;")]],
    ["*b* _i_ ~s~", [text("b", 1), text(" "), text("i", 2), text(" "), text("s", 4)]],
    ["*_~all~_*", [text("all", 7)]],
    ["*a _b*c_", [text("*a "), text("b*c", Mark.italic)]],
    ["*a _b* c_", [text("a _b", Mark.bold), text(" c_")]],
    ["(*b*), *c*.", [text("("), text("b", 1), text("), "), text("c", 1), text(".")]],
    ["2*3*4 snake_case_name a~b~", [text("2*3*4 snake_case_name a~b~")]],
    ["* a * _ _ **b** __c__ ~~d~~", [text("* a * _ _ **b** __c__ ~~d~~")]],
    ["*open _and ~open", [text("*open _and ~open")]],
    ["*no\nline*", [text("*no\nline*")]],
    ["`*c* &lt; <@U123> <https://x.example|x>`", [text("*c* < @Al x", Mark.code)]],
    ["*`c`*", [text("c", Mark.bold | Mark.code)]],
    ["a`b` `c`d `` ` `e\n`", [text("a`b` `c`d `` ` `e\n`")]],
    [":+1::skin-tone-3: :thumbsup:", [text("👍🏼 👍")]],
    [":heart:", [text("❤️")]],
    [":party:", [{ kind: "emoji", name: "party", source: picture, marks: 0 }]],
    ["10:30:45 :nothing: ::", [text("10:30:45 :nothing: ::")]],
    ["a:smile:", [text("a😄")]],
  ];
  for (const [mrkdwn, runs] of cases) {
    void test(JSON.stringify(mrkdwn), () => {
      assert.deepEqual(blocksOf(mrkdwn), [paragraph(runs)]);
    });
  }
});

void describe("blocks", () => {
  const cases: readonly (readonly [string, readonly Block[]])[] = [
    ["", []],
    [" \n ", []],
    ["a\nb", [paragraph([text("a\nb")])]],
    ["a\r\n\r\n\n\nb", [paragraph([text("a")]), paragraph([text("b")])]],
    ["&gt; a\n&gt;b\nc", [paragraph([text("a\nb")], 1), paragraph([text("c")])]],
    ["> *a*", [paragraph([text("a", 1)], 1)]],
    ["a &gt; b", [paragraph([text("a > b")])]],
    [
      "a\n&gt;&gt;&gt; b\n&gt; c\n\nd",
      [paragraph([text("a")]), paragraph([text("b\n> c")], 1), paragraph([text("d")], 1)],
    ],
    ["```a\n  *b* &lt;```", [code("a\n  *b* <")]],
    ["x ```\na\n\n``` y", [paragraph([text("x")]), code("a\n"), paragraph([text("y")])]],
    ["&gt; ```q```", [code("q", 1)]],
    ["```open", [paragraph([text("```open")])]],
    ["``````", [paragraph([text("``````")])]],
    ["a\u0000\u0007b\tc", [paragraph([text("ab c")])]],
  ];
  for (const [mrkdwn, blocks] of cases) {
    void test(JSON.stringify(mrkdwn), () => {
      assert.deepEqual(blocksOf(mrkdwn), blocks);
    });
  }
});

void test("what is not known or not allowed is named once", () => {
  const { losses } = readMrkdwn("<@U9> <@U9> <#C9> <javascript:x|y> <!subteam^S1>", reader);
  assert.deepEqual(losses, [
    { code: "mention_silent", detail: "U9" },
    { code: "link_refused", detail: "C9" },
    { code: "link_refused", detail: "javascript" },
    { code: "mention_silent", detail: "S1" },
  ]);
});

void test("a text beyond the limit is plain, escapes taken back", () => {
  const { text: read, losses } = readMrkdwn(`*b* &lt;${"x".repeat(LONGEST_TEXT)}`, reader);
  assert.deepEqual(read.blocks, [paragraph([text(`*b* <${"x".repeat(LONGEST_TEXT)}`)])]);
  assert.deepEqual(losses, [{ code: "markup_unread", detail: "length" }]);
});

void test("no text makes it throw, and escaped text comes out as it was", () => {
  const piece = fc.constantFrom(
    "*",
    "_",
    "~",
    "`",
    "```",
    "<",
    ">",
    "|",
    "@",
    "#",
    "!",
    ":",
    "+1",
    "&lt;",
    "&amp;",
    "a",
    " ",
    "\n",
    "U123",
    "\u{D800}",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { blocks } = readMrkdwn(pieces.join(""), reader).text;
      for (const block of blocks) {
        assert.ok(block.kind === "code" || (block.kind === "paragraph" && block.runs.length > 0));
      }
    }),
    { seed: 41, numRuns: 3000 },
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("&", "<", ">", "a", "@", "|", ";", "lt", "amp") }),
      (words) => {
        const escaped = `.${words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}`;
        assert.deepEqual(blocksOf(escaped), [paragraph([text(`.${words}`)])]);
      },
    ),
    { seed: 42, numRuns: 1000 },
  );
});
