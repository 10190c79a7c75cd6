/** Programs of the bench and of the product, run as children with the Node that runs the bench. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { type StoreCounts, storeCountsForm } from "./store-counts.ts";

export interface ChildOptions {
  /** Path from this folder. */
  readonly script: string;
  readonly args: readonly string[];
  /** Options for Node itself. */
  readonly node?: readonly string[];
  /** The child's outputs are kept in it. */
  readonly folder: string;
  readonly name: string;
  /** Whether its store's commits are counted. */
  readonly counting: boolean;
  /** Where a profile of the child's CPU is written at its end; null: it is not profiled. */
  readonly profile: string | null;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<unknown>;

  constructor(options: ChildOptions) {
    mkdirSync(options.folder, { recursive: true });
    this.#log = join(options.folder, `${options.name}.log`);
    const log = openSync(this.#log, "a");
    const profiling = options.profile ? ["--cpu-prof", `--cpu-prof-dir=${options.profile}`] : [];
    const counting = options.counting ? ["--import", join(import.meta.dirname, "store-counts.ts")] : [];
    const script = join(import.meta.dirname, options.script);
    this.#process = spawn(
      process.execPath,
      [...(options.node ?? []), ...profiling, ...counting, script, ...options.args],
      {
        stdio: ["ignore", log, log, "ipc"],
      },
    );
    this.#ended = once(this.#process, "exit");
    children.add(this.#process);
    void this.#ended.then(() => children.delete(this.#process));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The next message of the child that has this form. Rejects with the end of its log where it ends before. */
  async message<Form extends z.ZodType>(form: Form): Promise<z.output<Form>> {
    const process = this.#process;
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        process.off("message", take);
        process.off("exit", fail);
      };
      const take = (value: unknown): void => {
        const read = form.safeParse(value);
        if (!read.success) return;
        finish();
        resolve(read.data);
      };
      const fail = (): void => {
        finish();
        reject(this.#early());
      };
      process.on("message", take);
      process.on("exit", fail);
      if (this.#hasEnded) fail();
    });
  }

  /** Tells the child something; the answer is its next message that has this form. */
  async ask<Form extends z.ZodType>(question: object, form: Form): Promise<z.output<Form>> {
    const answer = this.message(form);
    this.tell(question);
    return answer;
  }

  /** Tells the child something that has no answer. */
  tell(order: object): void {
    this.#process.send(order);
  }

  /** Gives every message of this form to `take` until that says it was the last. Rejects after so many milliseconds. */
  async each<Form extends z.ZodType>(
    form: Form,
    take: (message: z.output<Form>) => boolean,
    longest: number,
  ): Promise<void> {
    const process = this.#process;
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        process.off("message", hear);
        clearTimeout(timer);
      };
      const hear = (value: unknown): void => {
        const read = form.safeParse(value);
        if (!read.success || !take(read.data)) return;
        finish();
        resolve();
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`a child of the bench has not said all within ${longest} ms`));
      }, longest);
      process.on("message", hear);
    });
  }

  /** Throws with the end of its log where it has ended. */
  mustLive(): void {
    if (this.#hasEnded) throw this.#early();
  }

  /** What the gateway in the child has written so far. */
  async storeCounts(): Promise<StoreCounts> {
    const counts = this.message(storeCountsForm);
    this.#process.send("counts?");
    return counts;
  }

  /** Asks for an orderly end and waits for it. */
  async stop(): Promise<void> {
    if (!this.#hasEnded) this.#process.kill("SIGTERM");
    await this.#ended;
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #early(): Error {
    return new Error(
      `a child of the bench has ended; its log: ${readFileSync(this.#log, "utf8").slice(-2_000)}`,
    );
  }
}

const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
