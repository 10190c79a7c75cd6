/** Times of day in lines of the gateway's own. */
import type { Milliseconds } from "../time.ts";

/** `09:12`, with the day before it where that is not the day of `beside`; all in UTC. Without `beside` the time alone. */
export function clockTime(at: Milliseconds, beside: Milliseconds = at): string {
  const [day = "", time = ""] = new Date(at).toISOString().split("T");
  const same = new Date(beside).toISOString().startsWith(day);
  return `${same ? "" : `${day} `}${time.slice(0, 5)}`;
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
] as const;

/** `2 h 10 min`: the two largest units; less than a minute is one. */
export function lengthOfTime(length: Milliseconds): string {
  let left = Math.max(60_000, length);
  const parts: string[] = [];
  for (const [unit, name] of UNITS) {
    const count = Math.floor(left / unit);
    left -= count * unit;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(" ");
}
