/**
 * `npm run bench`: what the gateway does, beside floors that are measured in the same run. Figures move from machine to
 * machine; the ratios to the floors are what can be compared.
 *
 *   node test/bench/main.ts                       everything, under seventeen minutes
 *   node test/bench/main.ts append sink           these parts only; `mtp` takes two and a half minutes, `pairs` four
 *   node test/bench/main.ts --report FOLDER       a report of it: report.json, report.md, report.svg
 *   node test/bench/main.ts --profile FOLDER      profiles of the gateways' CPU; figures are worse then
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { appendPart } from "./append-part.ts";
import type { BenchContext } from "./context.ts";
import { judge, type JudgedLine, type Line, table } from "./lines.ts";
import { mappingsPart } from "./mappings-part.ts";
import { matrixPart } from "./matrix-part.ts";
import { mtpPart } from "./mtp-part.ts";
import { pairsPart } from "./pairs-part.ts";
import { goalsMet, writeReport } from "./report.ts";
import { sinkPart } from "./sink-part.ts";
import { slackPart } from "./slack-part.ts";
import { xmppPart } from "./xmpp-part.ts";

const parts: Readonly<Record<string, (context: BenchContext) => Promise<readonly Line[]>>> = {
  mappings: mappingsPart,
  append: appendPart,
  sink: sinkPart,
  xmpp: xmppPart,
  mtp: mtpPart,
  slack: slackPart,
  matrix: matrixPart,
  pairs: pairsPart,
};

const { values, positionals } = parseArgs({
  options: { report: { type: "string" }, profile: { type: "string" } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(", ")}; the parts are ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const folder = mkdtempSync(join(tmpdir(), "mimi-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const profile = values.profile === undefined ? null : resolve(values.profile);
if (profile !== null) mkdirSync(profile, { recursive: true });
const at = new Date().toISOString();
const started = performance.now();
const seconds = (): number => (performance.now() - started) / 1_000;

const lines: JudgedLine[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const progress = (what: string): void => console.error(`[${seconds().toFixed(0)} s] ${name}: ${what}`);
  const measured = (await part({ folder, profile, progress })).map(judge);
  lines.push(...measured);
  console.log(`\n${table(measured)}\n`);
}

console.log(`${goalsMet(lines)}, in ${seconds().toFixed(0)} s`);
if (values.report !== undefined) {
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
  };
  writeReport(values.report, { at, machine, seconds: seconds(), lines });
}
