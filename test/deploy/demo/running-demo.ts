/** The demo as a process of its own, and what it leaves behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../support/harness-eventually.ts";

const main = join(import.meta.dirname, "../../../deploy/demo/main.ts");
const preload = new URL("stop-preload.ts", import.meta.url).href;

export interface DemoRun {
  /** Below it the demo has a folder of its own. */
  readonly folders: string;
  /** Over the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Words of a line at which it stands still, until it is told to go on by SIGCONT. */
  readonly stopsAt?: string;
  /** Called with all that it has printed, at each print. */
  readonly act?: (printed: string, pid: number, folder: string) => void;
}

/** Runs it to its end. */
export async function runDemo(
  line: readonly string[],
  { folders, env = {}, stopsAt = "", act = () => {} }: DemoRun,
) {
  const folder = mkdtempSync(join(folders, "x"));
  const child = spawn(process.execPath, ["--import", preload, main, ...line], {
    env: { ...process.env, ...env, STOPS_AT: stopsAt, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      act(printed, child.pid ?? 0, folder);
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, printed, left: processesOf(folder), files: readdirSync(folder) };
}

/** Command lines of processes that were started on this folder, by process id. */
export function processesOf(folder: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    let command = "";
    try {
      command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      continue; // It has ended since.
    }
    if (command.includes(folder)) found.set(Number(name), command);
  }
  return found;
}

/** Resolves when the process stands still. */
export async function standsStill(pid: number): Promise<void> {
  const isStopped = () => /\) T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  await eventually("the process to stand still", isStopped);
}
