/** The mappings alone, on one core: messages a second on their ways, the codec, and the worst that readers can be sent. */
import * as cborg from "cborg";
import { decodeContent, encodeContent } from "../../mappings/content/codec.ts";
import { textMessage } from "../../mappings/message.ts";
import { plainFlat } from "../../mappings/markup/flat.ts";
import type { BenchContext } from "./context.ts";
import type { HostileReader } from "./hostile-family.ts";
import { hostileReaders } from "./hostile-readers.ts";
import type { Goal, Line } from "./lines.ts";
import {
  contentOf,
  matrixToXmpp,
  plainMatrix,
  plainSlack,
  richMatrix,
  richSlack,
  slackToMatrix,
} from "./mapping-ways.ts";
import { callsPerSecond, quickest } from "./timing.ts";

/** Below so many milliseconds a ratio says more of the compiler and the collection of garbage than of the reader. */
const MEASURABLE = 4;
/** A quarter of an input may take a sixth of the time. */
const MOST_GROWTH = 6;
/** A machine with other work is given more chances: what grows too fast does so in each. */
const ATTEMPTS = 5;

const atLeast = (limit: number): Goal => ({ bound: "at least", limit, of: "value" });
const atMost = (limit: number): Goal => ({ bound: "at most", limit, of: "value" });

export function mappingsPart(context: BenchContext): Promise<readonly Line[]> {
  const ways = [...waysOf("Slack to Matrix", slackToMatrix, plainSlack, richSlack)];
  ways.push(...waysOf("Matrix to XMPP", matrixToXmpp, plainMatrix, richMatrix));
  const lines = ways.map(({ what, call, goal }): Line => {
    context.progress(what);
    return {
      part: "mappings",
      what,
      value: callsPerSecond(call),
      unit: "msg/s",
      floor: null,
      goal: atLeast(goal),
    };
  });
  context.progress("codec");
  lines.push(codecLine());
  for (const reader of hostileReaders) {
    context.progress(`the worst for ${reader.name}`);
    lines.push(...worstLines(reader));
  }
  return Promise.resolve(lines);
}

interface Way {
  readonly what: string;
  readonly call: () => unknown;
  readonly goal: number;
}

function waysOf(
  name: string,
  way: (event: object, again: boolean) => unknown,
  plain: object,
  rich: object,
): readonly Way[] {
  return [
    { what: `${name}, plain`, call: () => way(plain, false), goal: 25_000 },
    { what: `${name}, plain, from the bytes`, call: () => way(plain, true), goal: 25_000 },
    { what: `${name}, rich, at hand`, call: () => way(rich, false), goal: 5_000 },
    { what: `${name}, rich, from the bytes`, call: () => way(rich, true), goal: 600 },
  ];
}

/** Strict decoding and encoding, beside what a library does that knows nothing of the content. */
function codecLine(): Line {
  const bytes = encodeContent(contentOf(textMessage(plainFlat("Shall we ship it on Monday?"))));
  const ours = callsPerSecond(() => encodeContent(decodeContent(bytes)));
  const bare = callsPerSecond(() => cborg.encode(cborg.decode(bytes, { useMaps: true })));
  return {
    part: "mappings",
    what: "codec, decode and encode",
    value: 1e6 / ours,
    unit: "us a message",
    floor: 1e6 / bare,
    goal: { bound: "at most", limit: 3, of: "ratio" },
  };
}

/** The longest time at the limit, and the worst growth from a quarter of it. */
function worstLines({ name, goal, limit, families }: HostileReader): readonly Line[] {
  let slowest = { family: "", ms: 0 };
  let steepest = { family: "none is slow enough", ratio: 0 };
  for (const [family, make] of Object.entries(families)) {
    const { ms, ratio } = growth(make(limit), make(Math.floor(limit / 4)));
    if (ms > slowest.ms) slowest = { family, ms };
    if (ratio > steepest.ratio) steepest = { family, ratio };
  }
  return [
    {
      part: "mappings",
      what: `${name}, worst at the limit: ${slowest.family}`,
      value: slowest.ms,
      unit: "ms",
      floor: null,
      goal: goal === null ? null : atMost(goal),
    },
    {
      part: "mappings",
      what: `${name}, four times as much: ${steepest.family}`,
      value: steepest.ratio,
      unit: "times",
      floor: null,
      goal: atMost(MOST_GROWTH),
    },
  ];
}

/** How long the whole takes, and how many times as long as its quarter; 0 where that can't be measured. */
function growth(
  whole: () => unknown,
  quarter: () => unknown,
): { readonly ms: number; readonly ratio: number } {
  let ms = Number.POSITIVE_INFINITY;
  let quarters = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Four calls with a quarter make as much garbage as one with the whole.
    quarters = Math.min(
      quarters,
      quickest(() => [quarter(), quarter(), quarter(), quarter()]),
    );
    ms = Math.min(ms, quickest(whole));
    if (ms < MEASURABLE) return { ms, ratio: 0 };
    if (4 * ms <= MOST_GROWTH * quarters && attempt > 0) break;
  }
  return { ms, ratio: (4 * ms) / quarters };
}
