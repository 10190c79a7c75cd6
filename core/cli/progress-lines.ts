/** How far something is that takes a while, in lines on standard error. */
import type { Io } from "./io.ts";

const EVERY_PERCENT = 10;

/** A line at each tenth of each thing that is named; none with `--json`. */
export function progressLines({
  io,
  json,
}: {
  readonly io: Pick<Io, "err">;
  readonly json: boolean;
}): (what: string, part: number) => void {
  const told = new Map<string, number>();
  return (what, part) => {
    const tenth = Math.floor((part * 100) / EVERY_PERCENT);
    if (json || tenth <= (told.get(what) ?? 0)) return;
    told.set(what, tenth);
    io.err(`${what}: ${tenth * EVERY_PERCENT} %\n`);
  };
}
