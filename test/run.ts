/**
 * `npm test`: all checks, the quick ones first, up to the first stage that fails.
 *
 *   node test/run.ts                    everything
 *   node test/run.ts --only unit        one stage
 *   node test/run.ts store lanes        the test files with one of these in their path
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Outcome } from "./run/command.ts";
import { runCommand } from "./run/command.ts";
import type { TestCounts } from "./run/test-counts.ts";
import { addCounts, noTests, readCounts } from "./run/test-counts.ts";

interface Stage {
  readonly name: string;
  /** When it is given up. Much more than it takes. */
  readonly seconds: number;
  /** How many of its commands run at once. */
  readonly atOnce: number;
  /** Commands, each with its name, begun in this order. */
  readonly commands: (files: readonly string[]) => readonly { name: string; command: readonly string[] }[];
  /** What it tests, by path; null: the whole project, whatever files were asked for. */
  readonly files: RegExp | null;
}

const TOTAL_SECONDS = 24 * 60;
const root = join(import.meta.dirname, "..");
// Each file is a process, and reads mostly the same modules: what Node makes of them is kept.
process.env["NODE_COMPILE_CACHE"] ??= join(root, "node_modules/.cache/compiled");
/** A file ends with its last test: what a failed test has left open must not keep us from hearing of it. */
const nodeTest = [process.execPath, "--test", "--test-force-exit"];

const stages: readonly Stage[] = [
  tool("format", 60, "oxfmt", "--check", "."),
  tool("types", 120, "tsc", "-p", "."),
  // It has been seen to hang when it meets files that it should not look at.
  tool("lint", 120, "oxlint"),
  {
    name: "unit",
    seconds: 600,
    files: /(?<!\.integration)\.test\.ts$/,
    atOnce: 1,
    commands: (files) => [
      {
        name: `${files.length} files`,
        command: [...nodeTest, "--test-timeout=60000", "--test-concurrency=2", ...files],
      },
    ],
  },
  {
    name: "integration",
    seconds: 1_200,
    files: /\.integration\.test\.ts$/,
    // Most of their time they wait for servers, each file for its own.
    atOnce: 3,
    commands: (files) =>
      files.map((file) => ({ name: file, command: [...nodeTest, "--test-timeout=300000", file] })),
  },
  {
    name: "faults",
    seconds: 900,
    files: null,
    atOnce: 2,
    commands: () => [
      ...["direct", "federated", "queue", "all", "slack", "matrix", "two"].map((mode) =>
        faults(mode, "--seed", "1", "--mode", mode),
      ),
      faults("broken copies", "--copies"),
    ],
  },
];

function tool(name: string, seconds: number, program: string, ...args: string[]): Stage {
  const command = [join(root, "node_modules/.bin", program), ...args];
  return { name, seconds, files: null, atOnce: 1, commands: () => [{ name: program, command }] };
}

function faults(name: string, ...args: string[]): { name: string; command: readonly string[] } {
  return { name, command: [process.execPath, "test/faults/main.ts", "--short", ...args] };
}

const { only, filters } = readCommandLine();
if (filters.length > 0 && testFiles(/./).length === 0) {
  console.error(`no test file has ${filters.join(" or ")} in its path`);
  process.exit(2);
}
const started = performance.now();
const secondsSince = (start: number): number => (performance.now() - start) / 1000;
let counts: TestCounts = noTests;
let failed: string | null = null;

for (const stage of stages) {
  if (only.length > 0 ? !only.includes(stage.name) : filters.length > 0 && stage.files === null) continue;
  if (!(await runStage(stage))) {
    failed = stage.name;
    break;
  }
}

for (const [name, count] of Object.entries(counts)) console.log(`ℹ ${name} ${count}`);
console.log(`ℹ duration_ms ${Math.round(secondsSince(started) * 1000)}`);
console.log(failed === null ? "all passed" : `failed at stage ${failed}`);
process.exitCode = failed === null ? 0 : 1;

/** Runs all of the stage's commands, also after one has failed, and says whether all went well. */
async function runStage(stage: Stage): Promise<boolean> {
  const files = stage.files === null ? [] : testFiles(stage.files);
  if (stage.files !== null && files.length === 0) {
    console.log(`${stage.name}: no files`);
    return true;
  }
  const start = performance.now();
  let passed = true;
  const waiting = [...stage.commands(files)];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const commandStart = performance.now();
      const left = Math.min(stage.seconds - secondsSince(start), TOTAL_SECONDS - secondsSince(started));
      const outcome = await runCommand(root, next.command, left);
      if (stage.files !== null) counts = addCounts(counts, readCounts(outcome.output));
      const took = secondsSince(commandStart).toFixed(1);
      console.log(`${stage.name}: ${next.name} ... ${describe(outcome, left)} (${took} s)`);
      if (outcome.end !== "passed" || filters.length > 0) console.log(outcome.output.trimEnd());
      passed &&= outcome.end === "passed";
    }
  };
  await Promise.all(Array.from({ length: stage.atOnce }, work));
  console.log(`${stage.name}: took ${secondsSince(start).toFixed(1)} s of ${stage.seconds} s`);
  return passed;
}

function describe(outcome: Outcome, left: number): string {
  if (outcome.end === "passed") return "ok";
  return outcome.end === "late" ? `FAILED: not done after ${Math.max(0, left).toFixed(0)} s` : "FAILED";
}

function testFiles(wanted: RegExp): string[] {
  return globSync("test/**/*.test.ts", { cwd: root })
    .filter((file) => wanted.test(file))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .toSorted();
}

function readCommandLine(): { only: readonly string[]; filters: readonly string[] } {
  const { values, positionals } = parseArgs({
    options: { only: { type: "string", multiple: true } },
    allowPositionals: true,
  });
  const only = values.only ?? [];
  const names = stages.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    console.error(`there is no stage ${unknown}; the stages are ${names.join(", ")}`);
    process.exit(2);
  }
  return { only, filters: positionals };
}
