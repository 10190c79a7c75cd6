/** Runs one command of the test driver to its end, with everything that it starts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

export interface Outcome {
  readonly end: "passed" | "failed" | "late";
  /** Both outputs as they came, without colours, which some tools give even to a pipe. */
  readonly output: string;
}

/**
 * Runs the command in `folder` with the project's own programs first in the PATH. After `seconds` it is killed
 * with its children; so it is when this process is interrupted.
 */
export async function runCommand(
  folder: string,
  command: readonly string[],
  seconds: number,
): Promise<Outcome> {
  const [program = "", ...args] = command;
  const path = [join(folder, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter);
  const child = spawn(program, args, {
    cwd: folder,
    // A test that is run by a test would otherwise not report by itself.
    env: { ...process.env, PATH: path, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const killAll = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      // Nothing of it is left.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };
  const interrupted = (): void => {
    killAll();
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      killAll();
    },
    Math.max(0, seconds * 1000),
  );
  try {
    // "exit", not "close": what the command has left running may hold its outputs open.
    const [code] = (await once(child, "exit")) as [number | null];
    killAll();
    await Promise.all(
      [child.stdout, child.stderr].map(async (stream) => stream.closed || once(stream, "close")),
    );
    const output = stripVTControlCharacters(Buffer.concat(chunks).toString());
    return { end: late ? "late" : code === 0 ? "passed" : "failed", output };
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", interrupted);
  }
}
