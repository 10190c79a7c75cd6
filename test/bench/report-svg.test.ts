import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SaxesParser } from "saxes";
import { judge, type JudgedLine, type Line } from "./lines.ts";
import { reportSvg } from "./report-svg.ts";

const line = (what: string, value: number, more: Partial<Line> = {}): JudgedLine =>
  judge({ part: "pairs", what, value, unit: "ms", floor: 1, goal: null, ...more });

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** The picture's elements, in order. Throws where it is no XML. */
function elementsOf(svg: string): readonly Element[] {
  const parser = new SaxesParser();
  const all: Element[] = [];
  const open: Element[] = [];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes }, text: "" };
    all.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const current = open.at(-1);
    if (current) current.text += text;
  });
  parser.on("closetag", () => void open.pop());
  parser.write(svg).close();
  return all;
}

const textsOf = (svg: string): readonly string[] =>
  elementsOf(svg)
    .filter(({ name }) => name === "text")
    .map(({ text }) => text);

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly colour: string | undefined;
}

/** Without the ground on which they stand. */
const barsOf = (svg: string): readonly Bar[] =>
  elementsOf(svg)
    .filter(({ name, attributes }) => name === "rect" && attributes["x"] !== undefined)
    .map(({ attributes }) => ({
      from: Number(attributes["x"]),
      to: Number(attributes["x"]) + Number(attributes["width"]),
      colour: attributes["fill"],
    }));

const about = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 0.2, `${actual} is not about ${expected}`);

void describe("the picture of a report", () => {
  void it("is well-formed XML whatever texts it shows", () => {
    const what = `a < b & "c" > 'd' ]]> \u0000 \uD800 é`;
    const svg = reportSvg("title <&>", [line(what, 2)]);
    assert.ok(textsOf(svg).includes(`a < b & "c" > 'd' ]]> \uFFFD \uFFFD é`));
    assert.ok(textsOf(svg).includes("title <&>"));
  });

  void it("has a bar from the floor to the right for twice, and one of the same length to the left for half", () => {
    const [twice, half] = barsOf(reportSvg("", [line("twice", 2), line("half", 0.5)]));
    assert.ok(twice && half);
    about(twice.from, half.to);
    about(twice.to - twice.from, half.to - half.from);
    assert.ok(twice.to - twice.from > 20);
  });

  void it("says the ratio and what it is a ratio of", () => {
    const texts = textsOf(reportSvg("", [line("one", 3, { floor: 2 })]));
    assert.ok(texts.includes("one"));
    assert.ok(texts.includes("1.50 (3.00 ms to 2.00)"));
  });

  void it("shows by colours whether a goal is met", () => {
    const goal = { bound: "at most", limit: 3, of: "value" } as const;
    const colours = barsOf(reportSvg("", [line("a", 2, { goal }), line("b", 4, { goal }), line("c", 4)])).map(
      ({ colour }) => colour,
    );
    assert.equal(new Set(colours).size, 3);
  });

  void it("leaves out what has no floor, and draws no bar for what is no ratio", () => {
    const svg = reportSvg("", [line("bare", 2, { floor: null }), line("none", -1), line("lost", Number.NaN)]);
    assert.ok(!textsOf(svg).includes("bare"));
    assert.ok(textsOf(svg).includes("none"));
    assert.deepEqual(barsOf(svg), []);
    assert.doesNotMatch(svg.replaceAll(/<text.*<\/text>/g, ""), /NaN|Infinity/);
  });

  void it("ends bars at the edge that go beyond it, and shows a run without any", () => {
    const bars = barsOf(reportSvg("", [line("much", 1e9), line("thousand", 1_000)]));
    about(bars[0]?.to ?? 0, bars[1]?.to ?? Number.NaN);
    assert.ok(textsOf(reportSvg("nothing", [])).includes("nothing"));
  });

  void it("stands on a ground that is large enough for all of it", () => {
    const svg = reportSvg("", [line("x".repeat(120), 2), ...Array.from({ length: 50 }, () => line("y", 1))]);
    const [root] = elementsOf(svg);
    const rows = elementsOf(svg).filter(({ name }) => name === "text");
    assert.ok(
      Math.max(...rows.map(({ attributes }) => Number(attributes["y"]))) < Number(root?.attributes["height"]),
    );
    assert.ok(Math.max(...barsOf(svg).map(({ to }) => to)) < Number(root?.attributes["width"]));
  });
});
