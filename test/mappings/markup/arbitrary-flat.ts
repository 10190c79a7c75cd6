/** Flat texts for property tests: ordinary words, everything that is markup somewhere, and what is hard to write. */
import fc from "fast-check";
import { groupUri, parseProviderDomain, userUri } from "../../../mappings/ids.ts";
import type { Block, FlatText, Run, TextRun } from "../../../mappings/markup/flat.ts";

const domain = parseProviderDomain("mimi.example");
if (domain === null) throw new Error("not a domain");
const users = ["alice", "bob-1", "x"].map((id) => userUri(domain, id));
const groups = ["lobby", "r2"].map((id) => groupUri(domain, id));

const words = [
  "hello",
  "a",
  "B2",
  "ümlaut",
  "snake_case",
  "2*3*4",
  "ж",
  "漢字",
  "👍",
  "👩‍💻",
  "é",
  "@room",
  "1",
  "x.y",
];
const signs = Array.from("*_~`[]()<>#+-.!|\\&={}:;@/\"'$%^,?0 \n");
const sequences = [
  "**",
  "~~",
  "```",
  "~~~",
  "---",
  "===",
  "- ",
  "+ ",
  "* ",
  "1. ",
  "12) ",
  "> ",
  "# ",
  "[x] ",
  "[ ] ",
  "[a](http://b.example)",
  "![a](b)",
  "[a]: http://b.example",
  "<b>",
  "</p>",
  "<!-- c -->",
  "<http://a.example>",
  "&amp;",
  "&#65;",
  "&copy",
  "| a |",
  "|---|",
  ":-:",
  "  ",
  "\n",
  "\n\n",
  "\n\n\n\n",
  "\\\n",
  "\t",
  "\r\n",
  "\u00A0",
  "\u2028",
  "\u0000",
  "\uD800",
  "\uFEFF",
  "—",
  "“",
];

/** Text of words and signs, with all that markup is made of. */
export const arbitraryText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...words) },
      { weight: 3, arbitrary: fc.constant(" ") },
      { weight: 3, arbitrary: fc.constantFrom(...signs) },
      { weight: 2, arbitrary: fc.constantFrom(...sequences) },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 3 }) },
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

const arbitraryMarks = fc.oneof(fc.constant(0), fc.constantFrom(1, 2, 4), fc.integer({ min: 0, max: 63 }));

const arbitraryUrl = fc.constantFrom(
  "https://a.example/",
  "https://a.example/b_c?d=e&f=g#h",
  "http://a.example/(x)_*y*",
  "http://a.example/&copy;",
  "http://a.example/a|b\\c",
  "mailto:a@b.example",
  "ftp://a.example/ä",
  "javascript:alert(1)",
  "http://a.example/ b",
);

const arbitraryTextRun: fc.Arbitrary<TextRun> = fc
  .record({
    text: arbitraryText,
    marks: arbitraryMarks,
    link: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: arbitraryUrl }),
    bare: fc.boolean(),
  })
  .map(({ text, marks, link, bare }) => ({
    kind: "text",
    text: link !== null && bare ? link : text,
    marks,
    link,
  }));

/** A run of any kind. */
export const arbitraryRun: fc.Arbitrary<Run> = fc.oneof(
  { weight: 12, arbitrary: arbitraryTextRun },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("mention" as const),
      user: fc.constantFrom(...users),
      name: arbitraryText,
      marks: arbitraryMarks,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("group" as const),
      group: fc.constantFrom(...groups),
      name: arbitraryText,
      marks: arbitraryMarks,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("broadcast" as const),
      scope: fc.constantFrom("room" as const, "here" as const, "channel" as const, "everyone" as const),
      marks: arbitraryMarks,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("emoji" as const),
      name: fc.constantFrom("parrot", "party_parrot", "a-b", "két", "*", "no name"),
      source: fc.constantFrom(
        null,
        "mxc://a.example/b",
        "cid:1@local.invalid",
        "https://a.example/e.png",
        "data:x",
      ),
      marks: arbitraryMarks,
    }),
  },
);

/** The runs of one block. */
export const arbitraryRuns: fc.Arbitrary<readonly Run[]> = fc.array(arbitraryRun, { maxLength: 6 });

const place = { quote: fc.oneof(fc.constant(0), fc.nat(3)), list: fc.oneof(fc.constant(0), fc.nat(3)) };

/** A block of any kind, anywhere. */
export const arbitraryBlock: fc.Arbitrary<Block> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("paragraph" as const), ...place, runs: arbitraryRuns }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("item" as const),
      ...place,
      marker: fc.oneof(fc.constant("bullet" as const), fc.integer({ min: -1, max: 12 }), fc.boolean()),
      runs: arbitraryRuns,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("heading" as const),
      ...place,
      level: fc.integer({ min: 0, max: 7 }),
      runs: arbitraryRuns,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("code" as const),
      ...place,
      language: fc.constantFrom("", "ts", "c++", "a b", "`"),
      text: arbitraryText,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("row" as const),
      ...place,
      header: fc.boolean(),
      cells: fc.array(arbitraryRuns, { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rule" as const), ...place }) },
);

/** Any flat text, also such as no reader makes. */
export const arbitraryFlat: fc.Arbitrary<FlatText> = fc
  .array(arbitraryBlock, { maxLength: 6 })
  .map((blocks) => ({ blocks }));
