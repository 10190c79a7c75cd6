/** Ways of saying messages on lines: at a pace, or as fast as so many under way allow. */
import { setTimeout as delay } from "node:timers/promises";
import type { MessageLine } from "./message-line.ts";

/** Nothing has arrived for so long: what has not come by now is lost. */
const STALLED_MS = 10_000;

/**
 * Says so many messages, this many a second. Resolves with the seconds from the first word to the last arrival, when all
 * have arrived or nothing comes any more.
 */
export async function sayPaced(line: MessageLine, messages: number, perSecond: number): Promise<number> {
  const start = performance.now();
  const all = waitForAll([line], () => said === messages);
  let said = 0;
  while (said < messages) {
    const due = Math.min(messages, 1 + Math.floor(((performance.now() - start) * perSecond) / 1_000));
    for (; said < due; said++) line.say();
    await delay(Math.max(1, start + (said * 1_000) / perSecond - performance.now()));
  }
  return ((await all()) - start) / 1_000;
}

/**
 * Says so many messages in all, with `window` of each line under way: each arrival makes room for the next. Resolves with
 * the seconds from the first word to the last arrival.
 */
export async function sayWindowed(
  lines: readonly MessageLine[],
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

/** From now on watches arrivals; the function that it gives resolves with the moment of the last one. */
function waitForAll(
  lines: readonly MessageLine[],
  allSaid: () => boolean,
  arrived: (line: MessageLine) => void = () => undefined,
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
