/** Ways of saying messages on lines: at a pace, or as fast as so many under way allow. */
import { setTimeout as delay } from "node:timers/promises";

/** Something that is said by numbers and arrives elsewhere. */
export interface Speech {
  /** How many have been said and have not arrived. */
  readonly underWay: number;
  /** Called at each arrival. */
  onArrival: () => void;
  say(): void;
}

/** Nothing has arrived for so long: what has not come by now is lost. */
const STALLED_MS = 10_000;

/**
 * Says so many messages, this many a second, on the lines by turns. Resolves with the seconds from the first word to the
 * last arrival, when all have arrived or nothing comes any more.
 */
export async function sayPaced(
  lines: readonly Speech[],
  messages: number,
  perSecond: number,
): Promise<number> {
  const start = performance.now();
  const all = waitForAll(lines, () => said === messages);
  let said = 0;
  while (said < messages) {
    const due = Math.min(messages, 1 + Math.floor(((performance.now() - start) * perSecond) / 1_000));
    for (; said < due; said++) lines[said % lines.length]?.say();
    await delay(Math.max(1, start + (said * 1_000) / perSecond - performance.now()));
  }
  return ((await all()) - start) / 1_000;
}

/**
 * Says so many messages in all, with `window` of each line under way: each arrival makes room for the next. Resolves with
 * the seconds from the first word to the last arrival.
 */
export async function sayWindowed(
  lines: readonly Speech[],
  messages: number,
  window: number,
): Promise<number> {
  let left = messages;
  const all = waitForAll(
    lines,
    () => left === 0,
    (line) => {
      if (left === 0) return;
      left -= 1;
      line.say();
    },
  );
  const start = performance.now();
  for (let i = 0; i < window; i++)
    for (const line of lines)
      if (left > 0) {
        left -= 1;
        line.say();
      }
  const end = await all();
  return (end - start) / 1_000;
}

/**
 * Says what it can for so many seconds, with `window` of each line under way. Resolves with how many were said, and the
 * seconds from the first word to the last arrival.
 */
export async function sayFor(
  lines: readonly Speech[],
  seconds: number,
  window: number,
): Promise<{ readonly messages: number; readonly seconds: number }> {
  const start = performance.now();
  let messages = 0;
  const over = (): boolean => performance.now() - start >= seconds * 1_000;
  const say = (line: Speech): void => {
    messages += 1;
    line.say();
  };
  const all = waitForAll(lines, over, (line) => {
    if (!over()) say(line);
  });
  for (let i = 0; i < window; i++) for (const line of lines) say(line);
  const took = (await all()) - start;
  return { messages, seconds: took / 1_000 };
}

/** From now on watches arrivals; the function that it gives resolves with the moment of the last one. */
function waitForAll(
  lines: readonly Speech[],
  allSaid: () => boolean,
  arrived: (line: Speech) => void = () => undefined,
): () => Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let last = performance.now();
  const look = (): void => {
    const stalled = performance.now() - last > STALLED_MS;
    if (stalled || (allSaid() && lines.every((line) => line.underWay === 0))) {
      clearInterval(watch);
      resolve(last);
    }
  };
  const watch = setInterval(look, 1_000);
  for (const line of lines)
    line.onArrival = () => {
      last = performance.now();
      arrived(line);
      if (line.underWay === 0) look();
    };
  return async () => {
    look();
    return promise;
  };
}
