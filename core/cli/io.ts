/** Everything that the command line takes from and gives to its process. */
import type { Readable, Writable } from "node:stream";
import type { Milliseconds } from "../time.ts";
import type { Environment } from "../config/environment.ts";

/** Somebody who can be asked. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Standard input, until its end. */
  input(): AsyncIterable<Uint8Array>;
  /** null: there is no terminal on both sides. */
  readonly terminal: Terminal | null;
  readonly env: Environment;
  /** The working folder, absolute. */
  readonly folder: string;
  now(): Milliseconds;
  /** Calls back for each SIGINT and SIGTERM until the function returned is called. */
  onSignal(callback: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Ends the process at once. */
  exitNow(code: number): void;
}

/** The real process. */
export function processIo(): Io {
  // Whoever reads may stop reading, as `head` does: that is no fault of anybody.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? 0);
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    input: () => process.stdin,
    terminal:
      process.stdin.isTTY && process.stdout.isTTY ? { input: process.stdin, output: process.stdout } : null,
    env: process.env,
    folder: process.cwd(),
    now: () => Date.now(),
    onSignal(callback) {
      const interrupted = (): void => callback("SIGINT");
      const terminated = (): void => callback("SIGTERM");
      process.on("SIGINT", interrupted).on("SIGTERM", terminated);
      return () => void process.off("SIGINT", interrupted).off("SIGTERM", terminated);
    },
    exitNow: (code) => process.exit(code),
  };
}
