/** Goes through a page as its reader does: its commands in its order, and what it shows of them beside what is printed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ServerProcess } from "../../deploy/servers/server-process.ts";
import { blocksOf, root, testedBlock } from "./blocks.ts";

const PATIENCE_MS = 30_000;

export interface WalkOptions {
  /** Path from the project's root. */
  readonly page: string;
  /** Where the reader is. */
  readonly folder: string;
  /** What stands on the page, and what it is here: addresses, ports, tokens. */
  readonly here?: Readonly<Record<string, string>>;
}

export interface ShowOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where the command is run, if not where the reader is. */
  readonly folder?: string;
  /** Exit codes that are fine. */
  readonly codes?: readonly number[];
}

export class Walk {
  readonly #page: string;
  readonly #folder: string;
  readonly #here: Readonly<Record<string, string>>;
  readonly #ran: string[] = [];

  constructor({ page, folder, here = {} }: WalkOptions) {
    this.#page = page;
    this.#folder = folder;
    this.#here = here;
  }

  /** Names of the blocks that were run. */
  get ran(): readonly string[] {
    return this.#ran;
  }

  /** A text of the page with what it is here. */
  local(text: string): string {
    return Object.entries(this.#here).reduce((all, [there, here]) => all.replaceAll(there, here), text);
  }

  /** The page's blocks of a language. */
  blocks(language: string): string[] {
    return blocksOf(this.#page)
      .filter((block) => block.language === language)
      .map(({ text }) => this.local(text));
  }

  /** Asserts that the page shows this text in a block of its own. */
  says(text: string): void {
    const shown = this.blocks("text").map((block) => block.trim());
    assert.ok(shown.includes(text), `${this.#page} does not show: ${text}`);
  }

  /** The command of a block that the test runs by itself. */
  command(name: string): { readonly command: string; readonly printed: string } {
    const { command, printed } = testedBlock(this.#page, name);
    this.#ran.push(name);
    return { command: this.local(command), printed: this.local(printed) };
  }

  /** Runs the block's command; resolves with what it printed. */
  async run(name: string, options: ShowOptions = {}): Promise<string> {
    return this.#shell(this.command(name).command, options);
  }

  /** Every line that the page shows is printed, at once or when the gateway has caught up. Resolves with what was printed. */
  async shows(name: string, options: ShowOptions = {}): Promise<string> {
    const { command, printed } = this.command(name);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const output = await this.#shell(command, options);
      const real = shape(output, this.#folder);
      const missing = shape(printed, this.#folder).filter((line) => !real.includes(line));
      if (missing.length === 0) return output;
      assert.ok(Date.now() < deadline, `${name}: ${missing.join("\n")}\nis not in\n${real.join("\n")}`);
      await delay(100);
    }
  }

  /** Starts the gateway as the page's reader does; resolves when its log has these words. */
  async start(readyWhen: readonly string[], folder = this.#folder): Promise<ServerProcess> {
    return ServerProcess.start({
      name: "mimi-gateway",
      program: process.execPath,
      args: [join(root, "bridges/main.ts"), "start"],
      folder,
      logFile: join(folder, "gateway.log"),
      readyWhen,
      failsWhen: [],
      stopSignal: "SIGTERM",
    });
  }

  /** Runs a shell command with `mimi-gateway` as the README defines it. */
  async #shell(
    command: string,
    { env = {}, folder = this.#folder, codes = [0] }: ShowOptions,
  ): Promise<string> {
    const definition = blocksOf("README.md")
      .map(({ text }) => text)
      .find((text) => text.startsWith("alias mimi-gateway="))
      ?.replaceAll("/opt/mimi-gateway", root);
    assert.ok(definition);
    const child = spawn("sh", ["-c", `${definition}${command}`], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const [code] = (await once(child, "close")) as [number | null];
    assert.ok(code !== null && codes.includes(code), `${command}: ${code}: ${printed}`);
    return printed;
  }
}

/** A printed text without what differs from run to run: ids, times, processes, widths of columns. */
function shape(text: string, folder: string): string[] {
  return text
    .replaceAll(/[0-9a-f]{20,}|(?<=\bas )\S+/g, "ID")
    .replaceAll(/\d+ s\b/g, "N s")
    .replaceAll(/\d+ ms\b/g, "N ms")
    .replaceAll(/seq \d+/g, "seq N")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(folder, "")
    .split("\n")
    .map((line) => line.trim().replaceAll(/ {2,}/g, "  ").replace(/^\//, ""))
    .filter((line) => line !== "");
}
