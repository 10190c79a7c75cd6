/** docs/features.md as it follows from the feature table and from what was proven. */
import { type Feature, features, type Level, type Platform, platforms } from "../../mappings/features.ts";
import { type Proof, proofs } from "../proven.ts";

const names: Readonly<Record<Platform, string>> = { slack: "Slack", matrix: "Matrix", xmpp: "XMPP" };

const pairs = platforms.flatMap((from) => platforms.map((to) => ({ from, to })));

export type Pair = (typeof pairs)[number];

export interface Carried {
  readonly word: "full" | "partial" | "fallback" | "not";
  /** What is lost, or how it looks. */
  readonly says: readonly string[];
}

/** How a feature fares on its way: no better than it is read, no better than it is written. */
export function carried(read: Level, written: Level): Carried {
  if (read.level === "not" || written.level === "not") return { word: "not", says: [] };
  const says = [read, written].flatMap((level) => ("says" in level ? [level.says] : []));
  const worst = (["fallback", "partial"] as const).find((word) => [read.level, written.level].includes(word));
  return { word: worst ?? "full", says: [...new Set(says)] };
}

function cell(feature: Feature, { from, to }: Pair): string {
  const way = (a: Platform, b: Platform): Carried => carried(feature.levels[a].in, feature.levels[b].out);
  const { word, says } = way(from, to);
  if (word === "not") return way(to, from).word === "not" ? "not" : "one way, from the other side";
  const oneWay = way(to, from).word === "not" ? ", one way" : "";
  const shown = word === "full" ? "full" : `${word}: ${says.join("; ")}`;
  return `${shown}${oneWay}${isProven(feature, { from, to }, proofs) ? " **(proven)**" : ""}`;
}

export function isProven(feature: Feature, { from, to }: Pair, among: readonly Proof[]): boolean {
  return among.some((proof) => proof.feature === feature.key && proof.from === from && proof.to === to);
}

function section(from: Platform): string {
  const to = platforms.map((platform) => ({ from, to: platform }));
  const head = ["Feature", ...platforms.map((platform) => `to ${names[platform]}`)];
  const rows = features.map((feature) => [feature.title, ...to.map((pair) => cell(feature, pair))]);
  return `## From ${names[from]}\n\n${table(head, rows)}`;
}

/** Columns as wide as their widest cell, as the formatter of this project has them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("");
}

/** The whole page. */
export function featuresPage(): string {
  return [
    "# What is carried, from where to where",
    "",
    "This page is generated from the feature table (`mappings/features.ts`) and the list of what integration tests",
    "have shown (`test/proven.ts`). What is not marked as proven is mapped, and not yet proven: the mapping has its",
    "tests, and no message has gone that way through two real servers in a test. In these tests Matrix is a Synapse and XMPP",
    "a Prosody; a simulator stands for Slack ([what that leaves open](slack.md#what-was-not-proved-on-slack-itself)):",
    "nothing was proven on Slack itself.",
    "",
    "- **full**: it arrives as what it was.",
    "- **partial**: it arrives as what it was, but for what is said.",
    "- **fallback**: it arrives as something else, as is said.",
    "- **one way**: the other direction has nothing that would carry it.",
    "- **not**: nothing on one of the two platforms carries it.",
    "",
    platforms.map(section).join("\n"),
  ].join("\n");
}
