import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { EVENTS, SCOPES } from "../../bridges/slack/manifest.ts";
import { root } from "./blocks.ts";

const BEGIN = "<!-- scopes: begin (generated from the manifest) -->\n";
const END = "<!-- scopes: end -->";

/** With columns as wide as their widest cell, as the formatter of this project has them. */
function table(head: string, rows: Readonly<Record<string, string>>): string {
  const cells = [
    [head, "what for"],
    ...Object.entries(rows).map(([name, purpose]) => [`\`${name}\``, purpose]),
  ];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first = [], ...rest] = cells;
  const rule = widths.map((width) => "-".repeat(width));
  return [first, rule, ...rest].map(line).join("\n");
}

// With UPDATE_DOCS=1 in the environment the test writes the part instead of comparing it.
void it("docs/slack.md holds the scopes and events of the manifest", () => {
  const file = join(root, "docs/slack.md");
  const page = readFileSync(file, "utf8");
  const [before = "", rest = ""] = page.split(BEGIN);
  const generated = `\n${table("scope", SCOPES)}\n\n${table("event", EVENTS)}\n\n`;
  const current = `${before}${BEGIN}${generated}${END}${rest.split(END)[1] ?? ""}`;
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, current);
  else assert.equal(page, current);
});
