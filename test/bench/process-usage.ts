/** What a process has used, as the kernel counts it (Linux). */
import { readFileSync } from "node:fs";

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Microseconds of CPU of the process and all its threads, those that have ended included. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in brackets, and may hold blanks itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Megabytes (of a million bytes) of memory that the process holds now, and the most that it has held. */
export function memoryMegabytes(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    return (Number(kibibytes) * 1024) / 1e6;
  };
  return { now: field("VmRSS"), most: field("VmHWM") };
}
