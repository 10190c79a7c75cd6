/** The simulator as somebody has it who started it by hand: what it prints, and what is typed into it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Waits } from "../../deploy/clients/waits.ts";
import { root } from "./blocks.ts";

export class TypedSimulator {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waits = new Waits("the simulator's reader");
  #printed = "";

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#printed += text;
      this.#waits.check();
    });
    child.once("exit", () => this.#waits.fail(new Error(`the simulator has ended: ${this.#printed}`)));
  }

  /** Starts it on a free port; resolves when it has said what there is. */
  static async start(): Promise<TypedSimulator> {
    const simulator = new TypedSimulator(
      spawn(process.execPath, [join(root, "test/slack/main.ts"), "--port", "0"]),
    );
    await simulator.shows(/^End: +Ctrl-C$/m);
    return simulator;
  }

  get printed(): string {
    return this.#printed;
  }

  /** What it says behind such a word. */
  named(word: string): string {
    const value = new RegExp(`^${word} +(\\S+)`, "m").exec(this.#printed)?.[1];
    if (value === undefined) throw new Error(`the simulator does not say its ${word}`);
    return value;
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Resolves with what is printed and looks like this. */
  async shows(what: RegExp): Promise<RegExpExecArray> {
    return this.#waits.until(String(what), () => what.exec(this.#printed));
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    await ended;
  }
}
