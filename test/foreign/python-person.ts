/** A person whose client is one of the Python programs of this folder. lines.py says how they are talked to. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { type Answer, Waits } from "../../deploy/clients/waits.ts";
import { type ForeignPerson, type Heard, heardSchema, readSaid, type SharedFile } from "./foreign-person.ts";
import { foreignPython } from "./foreign-python.ts";

const PATIENCE_MS = 30_000;
/** The programs give up by themselves; this is for one that hangs. */
const ANSWERS_WITHIN_MS = 40_000;
const lineSchema = z.union([
  z.object({ heard: heardSchema }),
  z.object({ answer: z.number(), error: z.string() }),
  z.object({ answer: z.number(), value: z.unknown() }),
]);
type Order = Readonly<Record<string, unknown>>;

export class PythonPerson implements ForeignPerson {
  readonly name: string;
  readonly library: string;
  readonly heard: Heard[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waits: Waits;
  readonly #answers = new Map<number, { readonly value: unknown } | Error>();
  #orders = 0;
  /** What its library complained of. */
  #complaints = "";

  private constructor(name: string, library: "slixmpp" | "matrix-nio", file: string) {
    this.name = name;
    this.library = library;
    this.#waits = new Waits(`${name} at ${library}`);
    this.#child = spawn(foreignPython(), ["-B", join(import.meta.dirname, file)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#take(line));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaints += text));
    this.#child.stdin.on("error", () => undefined);
    this.#child.on("close", () => this.#waits.fail(new Error(`${library} has ended: ${this.#complaints}`)));
  }

  /** In a new MUC, which is his; `owner` is made one, too. */
  static async inMuc(
    name: string,
    muc: { jid: string; password: string; room: string; port: number; owner: string },
  ): Promise<PythonPerson> {
    const person = new PythonPerson(name, "slixmpp", "slixmpp_person.py");
    await person.#do("enter", { ...muc, nick: name });
    return person;
  }

  /** In a new Matrix room, which is his; `bot` is invited and gets all rights. */
  static async atMatrix(
    name: string,
    login: { url: string; user: string; password: string; bot: string },
  ): Promise<{ readonly person: PythonPerson; readonly room: string }> {
    const person = new PythonPerson(name, "matrix-nio", "nio_person.py");
    return { person, room: z.string().parse(await person.#do("enter", login)) };
  }

  async say(
    text: string,
    { html = null, thread = null }: { html?: string | null; thread?: string | null } = {},
  ) {
    return readSaid(await this.#do("say", { text, html, thread }));
  }

  async mention(whom: string, text: string) {
    return readSaid(await this.#do("mention", { whom, text }));
  }

  async correct(of: Order, text: string) {
    return this.#do("correct", { of, text });
  }

  async retract(of: Order) {
    return this.#do("retract", { of });
  }

  async reply(to: Order, text: string) {
    return readSaid(await this.#do("reply", { to, text }));
  }

  async react(to: Order, emoji: readonly string[]) {
    return this.#do("react", { to, emoji });
  }

  async type(on: boolean) {
    return this.#do("type", { on });
  }

  async read(of: Order) {
    return this.#do("read", { of });
  }

  async share({ name, type, bytes }: SharedFile) {
    const order = { name, type, base64_bytes: Buffer.from(bytes).toString("base64") };
    return readSaid(await this.#do("share", order));
  }

  async fetch(url: string) {
    return Buffer.from(z.string().parse(await this.#do("fetch", { url })), "base64");
  }

  async topic(text: string) {
    return this.#do("topic", { text });
  }

  async until<T>(what: string, ask: () => Answer<T>): Promise<unknown> {
    return this.#waits.until(what, ask, PATIENCE_MS);
  }

  async leave(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "close");
    this.#child.stdin.end();
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(killer);
  }

  async #do(act: string, order: Order): Promise<unknown> {
    const n = ++this.#orders;
    this.#child.stdin.write(`${JSON.stringify({ n, do: act, ...order })}\n`);
    const { value } = await this.#waits.until(
      `${act} being done`,
      () => this.#answers.get(n),
      ANSWERS_WITHIN_MS,
    );
    return value;
  }

  #take(line: string): void {
    const { data: said, error } = lineSchema.safeParse(JSON.parse(line));
    if (said === undefined) this.#waits.fail(new Error(`${this.library} tells ${line}`, { cause: error }));
    else if ("heard" in said) this.heard.push(said.heard);
    else if ("error" in said)
      this.#answers.set(said.answer, new Error(`${this.library}: ${said.error} ${this.#complaints}`));
    else this.#answers.set(said.answer, { value: said.value });
    this.#waits.check();
  }
}
