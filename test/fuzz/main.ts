/**
 * `npm run fuzz`: what nobody should write, given to whatever reads what strangers write. Two parts:
 *
 * `readers` fails where one throws anything but its own refusal, gives more than its input is worth, or takes too long.
 * `mtp` fails where the door to other gateways fails, hangs, lets somebody in, or keeps what it refuses.
 *
 *   npm run fuzz                                20 seconds for each reader, then 100,000 requests, from a random seed
 *   npm run fuzz -- readers --seconds 300 --reader HTML   more time, for readers with that in their name
 *   npm run fuzz -- mtp --seed 7 --count 10000   these requests again
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { fuzzMtp } from "./mtp/run.ts";
import { type FuzzedReader, readers } from "./readers.ts";

/** CPU time for one input in milliseconds, on all of its ways: above what any reader's worst takes. */
const MOST_CPU = 1_000;
const SEEDS = 1_000_000_000;
const PARTS = ["readers", "mtp"];
const REQUESTS = 100_000;
/** Above what the slowest answer takes, held ones among them. */
const MOST_ANSWER_MS = 30_000;
/** By how many octets the heap of this process, both ends in it, may grow. */
const MOST_GROWN = 400 * 1024 * 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    reader: { type: "string", default: "" },
  },
});
const seed = whole("seed", values.seed) ?? Math.floor(Math.random() * SEEDS);
const count = whole("count", values.count);
const seconds = whole("seconds", values.seconds) ?? (count === null ? 20 : Number.POSITIVE_INFINITY);
const parts = positionals.length === 0 ? PARTS : positionals;
for (const part of parts) if (!PARTS.includes(part)) refuse(`no part is called ${part}: ${PARTS.join("; ")}`);
const limits = { inputs: count ?? Number.POSITIVE_INFINITY, seconds, cpu: MOST_CPU };
const wanted = readers.filter(({ name }) => name.toLowerCase().includes(values.reader.toLowerCase()));
if (wanted.length === 0)
  refuse(`no reader is called ${values.reader}: ${readers.map(({ name }) => name).join("; ")}`);

console.log(`seed ${seed}`);
if (parts.includes("readers")) fuzzReaders();
if (parts.includes("mtp") && values.reader === "") await fuzzDoor();

function fuzzReaders(): void {
  for (const reader of wanted) fuzzOne(reader);
}

function fuzzOne(reader: FuzzedReader): void {
  const { inputs, seconds: took, taken, failure } = fuzz(reader, seed, limits);
  const rate = `${inputs} inputs, ${Math.round(inputs / took)} a second, ${Math.round((100 * taken) / inputs)} % read`;
  console.log(`${failure === null ? "ok    " : "FAILED"} ${reader.name}: ${rate}`);
  if (failure === null) return;
  console.log(`  again: npm run fuzz -- --seed ${failure.seed} --count 1 --reader "${reader.name}"`);
  console.log(`  input: ${JSON.stringify(failure.input)}`);
  console.log(`  ${failure.why.replaceAll("\n", "\n  ")}`);
  process.exitCode = 1;
}

async function fuzzDoor(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  try {
    const {
      requests,
      seconds: took,
      statuses,
      grown,
      stored,
      faults,
    } = await fuzzMtp(folder, seed, {
      requests: count ?? REQUESTS,
      answerMs: MOST_ANSWER_MS,
    });
    const tooMuch = grown > MOST_GROWN ? [`the heap grew by ${grown} octets`] : [];
    const wrong = [...faults, ...tooMuch];
    const rate = `${requests} requests, ${Math.round(requests / took)} a second, heap at most ${Math.round(grown / 2 ** 20)} MiB more`;
    console.log(`${wrong.length === 0 ? "ok    " : "FAILED"} mtp: ${rate}`);
    console.log(
      `  statuses: ${JSON.stringify(statuses)}; rows that came and went: ${JSON.stringify(stored)}`,
    );
    for (const fault of wrong) console.log(`  ${fault}`);
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function whole(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,9}$/.test(text)) refuse(`--${name} takes a whole number`);
  return Number(text);
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}
