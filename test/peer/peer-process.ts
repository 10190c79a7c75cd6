/** Starts test/peer/peer.py and gives it commands; what they are stands in commands.py. */
import assert from "node:assert/strict";
import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { findPython } from "./python.ts";

const readyForm = z.object({
  ready: z.object({ base: z.string(), endpoint: z.string(), kid: z.string(), public: z.string() }),
});
const answerForm = z.object({
  id: z.int(),
  ok: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
});
type Answer = z.infer<typeof answerForm>;

export interface PeerOptions {
  /** Base domain. */
  readonly base: string;
  /** Providers elsewhere than under the base domain. */
  readonly hosts?: readonly string[];
  /** Text that the key is made of; the base domain if left out. */
  readonly seed?: string;
  /** How long its requests are held. */
  readonly waitSeconds?: number;
  /** Between two looks at a well-known; 60 as the specification has it if left out. */
  readonly refetchSeconds?: number;
  /** Features that it announces; markers and typing if left out. */
  readonly features?: readonly string[];
}

/** A running Python peer. Ends with `await using`, or by `stop`. */
export class PeerProcess implements AsyncDisposable {
  readonly base: string;
  /** `http://127.0.0.1:PORT`; its well-known stands there, too. */
  readonly endpoint: string;
  readonly kid: string;
  /** base64url of its public key. */
  readonly publicKey: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    ready: z.infer<typeof readyForm>["ready"],
  ) {
    this.#child = child;
    this.base = ready.base;
    this.endpoint = ready.endpoint;
    this.kid = ready.kid;
    this.publicKey = ready.public;
  }

  /** Starts a peer, and resolves once it listens. */
  static async start(options: PeerOptions): Promise<PeerProcess> {
    const child = spawn(findPython(), ["-B", join(import.meta.dirname, "peer.py"), ...argumentsOf(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(child.stdout);
    const first = once(lines, "line").then(([line]) => String(line));
    const ended = once(child, "exit").then(() => assert.fail("the Python peer ended before it was ready"));
    const peer = new PeerProcess(
      child,
      readyForm.parse(JSON.parse(await Promise.race([first, ended]))).ready,
    );
    lines.on("line", (line) => peer.#take(line));
    child.on("exit", () => peer.#failAll());
    return peer;
  }

  /**
   * Gives a command, such as `do("say", { group, user, text })`, and resolves with its answer. Several may be under
   * way. Rejects with the peer's own words where the command failed.
   */
  async do(
    command: string,
    values: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    this.#count += 1;
    const id = this.#count;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.stdin.write(`${JSON.stringify({ id, do: command, with: values })}\n`);
    const { ok, error } = await answered;
    return ok ?? assert.fail(`${this.base}: ${command}: ${error ?? "no answer"}`);
  }

  /** Ends the peer; at once where it does not end by itself. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.stdin.end();
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(late);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #take(line: string): void {
    const answer = answerForm.parse(JSON.parse(line));
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  #failAll(): void {
    for (const [id, answer] of this.#waiting) answer({ id, error: "the peer has ended" });
    this.#waiting.clear();
  }
}

function argumentsOf(options: PeerOptions): string[] {
  return [
    "--base",
    options.base,
    ...(options.hosts ?? []).flatMap((host) => ["--host", host]),
    ...(options.seed === undefined ? [] : ["--seed", options.seed]),
    ...(options.waitSeconds === undefined ? [] : ["--wait", String(options.waitSeconds)]),
    ...(options.refetchSeconds === undefined ? [] : ["--refetch", String(options.refetchSeconds)]),
    ...(options.features ?? []).flatMap((feature) => ["--feature", feature]),
  ];
}
