/**
 * `npm run fuzz`: readers of everything that strangers write, given what nobody should write. Fails where one throws
 * anything but its own refusal, gives more than its input is worth, or takes too long.
 *
 *   npm run fuzz                                20 seconds for each reader, from a random seed
 *   npm run fuzz -- --seconds 300 --reader HTML   more time, for readers with that in their name
 *   npm run fuzz -- --seed 7 --count 10000      these inputs again
 */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { readers } from "./readers.ts";

/** CPU time for one input in milliseconds, on all of its ways: above what any reader's worst takes. */
const MOST_CPU = 1_000;
const SEEDS = 1_000_000_000;

const { values } = parseArgs({
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
const limits = { inputs: count ?? Number.POSITIVE_INFINITY, seconds, cpu: MOST_CPU };
const wanted = readers.filter(({ name }) => name.toLowerCase().includes(values.reader.toLowerCase()));
if (wanted.length === 0)
  refuse(`no reader is called ${values.reader}: ${readers.map(({ name }) => name).join("; ")}`);

console.log(`seed ${seed}`);
for (const reader of wanted) {
  const { inputs, seconds: took, taken, failure } = fuzz(reader, seed, limits);
  const rate = `${inputs} inputs, ${Math.round(inputs / took)} a second, ${Math.round((100 * taken) / inputs)} % read`;
  console.log(`${failure === null ? "ok    " : "FAILED"} ${reader.name}: ${rate}`);
  if (failure === null) continue;
  console.log(`  again: npm run fuzz -- --seed ${failure.seed} --count 1 --reader "${reader.name}"`);
  console.log(`  input: ${JSON.stringify(failure.input)}`);
  console.log(`  ${failure.why.replaceAll("\n", "\n  ")}`);
  process.exitCode = 1;
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
