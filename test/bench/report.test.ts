import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { judge, type Line } from "./lines.ts";
import { type BenchReport, goalsMet, reportMarkdown, writeReport } from "./report.ts";

const most = { bound: "at most", limit: 3, of: "value" } as const;
const lines: readonly Line[] = [
  { part: "pairs", what: "Slack to MUC", value: 50, unit: "msg/s", floor: 100, goal: null },
  { part: "sink", what: "one | other", value: 2, unit: "ms", floor: null, goal: most },
  { part: "pairs", what: "MUC to Slack", value: 4, unit: "ms", floor: 1, goal: most },
];
const report: BenchReport = {
  at: "2026-01-02T03:04:05.000Z",
  machine: { node: "v24.0.0", cpu: "a machine", cores: 2 },
  seconds: 61.4,
  lines: lines.map(judge),
};

void test("a report is a table for each part, with what it was measured on", () => {
  assert.equal(
    reportMarkdown(report),
    `# Bench

2026-01-02T03:04:05.000Z, 2 cores of a machine, Node v24.0.0, 61 s. 1 of 2 goals met.

## pairs

| what | value | floor | ratio | goal |  |
| --- | --- | --- | --- | --- | --- |
| Slack to MUC | 50.0 msg/s | 100 | 0.50 |  |  |
| MUC to Slack | 4.00 ms | 1.00 | 4.00 | at most 3 | NOT MET |

## sink

| what | value | floor | ratio | goal |  |
| --- | --- | --- | --- | --- | --- |
| one \\| other | 2.00 ms |  |  | at most 3 | met |
`,
  );
});

void test("goals are counted where there are any", () => {
  assert.equal(goalsMet(report.lines), "1 of 2 goals met");
  const ofSink = report.lines.filter(({ part }) => part === "sink");
  assert.equal(goalsMet(ofSink), "1 of 1 goals met");
  assert.equal(goalsMet([]), "0 of 0 goals met");
});

void test("a report is written in three forms, into a folder that need not be there", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mimi-report-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const into = join(folder, "new", "place");
  writeReport(into, report);
  const read = (name: string): string => readFileSync(join(into, name), "utf8");
  assert.deepEqual(JSON.parse(read("report.json")), report);
  assert.equal(read("report.md"), reportMarkdown(report));
  assert.match(read("report.svg"), /<svg[^]*Slack to MUC[^]*<\/svg>/);
});
