/** Texts for property tests: those that Slack can say, and any others. */
import fc from "fast-check";
import { tidyBlocks, tidyRuns } from "../../../../mappings/markup/flat-builder.ts";
import { Mark } from "../../../../mappings/markup/flat.ts";
import type { Block, FlatText, Run } from "../../../../mappings/markup/flat.ts";
import { al, bo, elsewhere, general, picture } from "./known-room.ts";

/** Upper case, so that no word is the short name of an emoji. */
const word = fc.string({ unit: fc.constantFrom("A", "B", "C", "X", "Y", "Z"), minLength: 1, maxLength: 5 });
const sign = fc.constantFrom(
  ...Array.from("*_~`<>&|@#!:^-"),
  "<!channel>",
  "<@U123>",
  "<!date^1^{date}|x>",
  "```",
  "&lt;",
  "👍🏽",
  "\u{2060}",
);
const characters = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, sign, fc.constantFrom(" ", "A\nB")), {
    minLength: 1,
    maxLength: 6,
  })
  .map((pieces) => pieces.join(""));
const slackMarks = fc.integer({ min: 0, max: Mark.code * 2 - 1 });
const link = fc.option(fc.constantFrom("https://X.EXAMPLE/A?B=1&C", "mailto:A@B.EXAMPLE"));

function runs(marks: fc.Arbitrary<number>, unknown: boolean): fc.Arbitrary<Run> {
  const user = fc.constantFrom(...(unknown ? [al, bo] : [al]));
  const group = fc.constantFrom(...(unknown ? [general, elsewhere] : [general]));
  const scope = fc.constantFrom("here" as const, "channel" as const, "everyone" as const);
  const name = fc.constantFrom(...(unknown ? ["party", "NOWHERE"] : ["party"]));
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("text" as const), text: characters, marks, link }),
    },
    user.chain((found) =>
      fc.record({
        kind: fc.constant("mention" as const),
        user: fc.constant(found),
        name: fc.constant(found === al ? "Al" : "Bo"),
        marks,
      }),
    ),
    group.chain((found) =>
      fc.record({
        kind: fc.constant("group" as const),
        group: fc.constant(found),
        name: fc.constant(found === general ? "general" : "OUT"),
        marks,
      }),
    ),
    fc.record({ kind: fc.constant("broadcast" as const), scope, marks }),
    name.chain((found) =>
      fc.record({
        kind: fc.constant("emoji" as const),
        name: fc.constant(found),
        source: fc.constant(found === "party" ? picture : null),
        marks,
      }),
    ),
  );
}

function line(run: fc.Arbitrary<Run>): fc.Arbitrary<readonly Run[]> {
  return fc.array(run, { minLength: 1, maxLength: 4 }).map(tidyRuns);
}

function codeBlock(quote: fc.Arbitrary<number>, list: fc.Arbitrary<number>): fc.Arbitrary<Block> {
  return fc.record({
    kind: fc.constant("code" as const),
    quote,
    list,
    language: fc.constantFrom("", "ts"),
    text: characters,
  });
}

function tidy(blocks: readonly Block[]): FlatText {
  return structuredClone({ blocks: tidyBlocks(blocks) });
}

const slackLine = line(runs(slackMarks, false));
/** An item and the paragraphs in it. */
const slackItem = fc
  .record({
    quote: fc.integer({ min: 0, max: 1 }),
    list: fc.integer({ min: 1, max: 9 }),
    marker: fc.oneof(fc.constant("bullet" as const), fc.integer({ min: 1, max: 4 })),
    lines: fc.array(slackLine, { minLength: 1, maxLength: 3 }),
  })
  .map(({ quote, list, marker, lines: [first = [], ...rest] }): readonly Block[] => [
    { kind: "item", quote, list, marker, runs: first },
    ...rest.map((more): Block => ({ kind: "paragraph", quote, list, runs: more })),
  ]);
const slackBlock: fc.Arbitrary<readonly Block[]> = fc
  .oneof(
    fc.record({
      kind: fc.constant("paragraph" as const),
      quote: fc.integer({ min: 0, max: 2 }),
      list: fc.constant(0),
      runs: slackLine,
    }),
    codeBlock(fc.integer({ min: 0, max: 1 }), fc.constant(0)),
    fc.constant({ kind: "rule" as const, quote: 0, list: 0 }),
  )
  .map((block) => [block]);

/** Texts of which Slack can say everything. */
export const slackFlat: fc.Arbitrary<FlatText> = fc
  .array(fc.oneof(slackBlock, slackItem), { maxLength: 8 })
  .map((groups) => tidy(groups.flat()));

const anyLine = line(runs(fc.integer({ min: 0, max: 63 }), true));
const depth = fc.integer({ min: 0, max: 4 });
const place = { quote: depth, list: depth };
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ ...place, kind: fc.constant("paragraph" as const), runs: anyLine }),
  fc.record({
    ...place,
    kind: fc.constant("heading" as const),
    level: fc.integer({ min: 1, max: 6 }),
    runs: anyLine,
  }),
  fc.record({
    kind: fc.constant("item" as const),
    quote: depth,
    list: fc.integer({ min: 1, max: 12 }),
    marker: fc.oneof(
      fc.constant("bullet" as const),
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.boolean(),
    ),
    runs: anyLine,
  }),
  codeBlock(depth, depth),
  fc.record({
    ...place,
    kind: fc.constant("row" as const),
    header: fc.boolean(),
    cells: fc.array(anyLine, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ ...place, kind: fc.constant("rule" as const) }),
);

/** Any texts. */
export const anyFlat: fc.Arbitrary<FlatText> = fc.array(anyBlock, { maxLength: 8 }).map(tidy);
