/** Hands submissions to the owner of a group: posted where it takes posts, else kept until it pulls them. */
import { z } from "zod";
import type { Milliseconds } from "../time.ts";
import { type House, problemReply, type Reply } from "./house.ts";
import type { Identity } from "./identity.ts";
import { Unexpected } from "./ledger.ts";
import type { OwnEvent } from "./own-events.ts";
import type { Subject } from "./subject.ts";
import { readGranted } from "./wire.ts";

export const verdictForm = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  code: z.string(),
  seq: z.int().positive().optional(),
  detail: z.string().max(512).optional(),
});
export type Verdict = z.output<typeof verdictForm>;

const postedForm = z.object({ verdicts: z.array(verdictForm) });
const pullForm = z.object({
  groups: z.array(
    z.object({
      group: z.string(),
      after: z.string().optional(),
      verdicts: z.array(verdictForm).max(500).optional(),
    }),
  ),
  wait: z.int().min(0).max(25).optional(),
});

const PATIENCE: Milliseconds = 60_000;

export interface DeskOptions {
  readonly subject: Subject;
  readonly me: Identity;
  readonly house: House;
  readonly group: string;
  readonly path: string;
}

export class Desk {
  readonly #options: DeskOptions;
  readonly #queue: OwnEvent[] = [];
  readonly #verdicts = new Map<string, Verdict>();
  readonly #changed = new Set<() => void>();
  /** How often each event's verdict was heard; verdicts of a request that is refused count, too. */
  readonly heard = new Map<string, number>();
  /** How many requests with verdicts are to be answered with 503 from now on. */
  refuse = 0;
  /** Requests that could not be read. */
  readonly misformed: string[] = [];
  pulls = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    options.house.on("POST", "/submissions", (asked) => this.#pulled(asked.value, asked.gone));
  }

  /** The verdicts on these, in their order. Throws Unexpected where one does not come. */
  async submit(events: readonly OwnEvent[]): Promise<readonly Verdict[]> {
    const { subject, me, path } = this.#options;
    if (!subject.feature("submit.post")) return this.submitByPull(events);
    const answer = await subject.ask(me, { path: `${path}/events`, body: { events } });
    return readGranted(postedForm, "POST G/events", answer).verdicts;
  }

  /** The same, by the way that every owner has. */
  async submitByPull(events: readonly OwnEvent[]): Promise<readonly Verdict[]> {
    this.#queue.push(...events);
    this.#wake();
    const end = Date.now() + PATIENCE;
    for (const { id } of events) {
      while (!this.#verdicts.has(id)) if (!(await this.#change(end - Date.now()))) break;
    }
    return events.map(({ id }) => {
      const verdict = this.#verdicts.get(id);
      if (verdict !== undefined) return verdict;
      const came = this.pulls === 0 ? "it was never asked for submissions" : "none came";
      throw new Unexpected({ expected: "a verdict on every submission", came });
    });
  }

  async #pulled(value: unknown, gone: AbortSignal): Promise<Reply> {
    this.pulls += 1;
    const read = pullForm.safeParse(value);
    if (!read.success) {
      this.misformed.push(read.error.issues[0]?.path.map(String).join(".") ?? "");
      return problemReply("malformed");
    }
    const { group } = this.#options;
    const problems = read.data.groups.flatMap((one) =>
      one.group === group ? [] : [{ group: one.group, code: "not_found" }],
    );
    const ours = read.data.groups.find((one) => one.group === group);
    for (const { id } of ours?.verdicts ?? []) this.heard.set(id, (this.heard.get(id) ?? 0) + 1);
    if (this.refuse > 0 && (ours?.verdicts?.length ?? 0) > 0) {
      this.refuse -= 1;
      return problemReply("unavailable", { "retry-after": "1" });
    }
    for (const verdict of ours?.verdicts ?? []) this.#verdicts.set(verdict.id, verdict);
    if ((ours?.verdicts?.length ?? 0) > 0) this.#wake();
    if (ours === undefined) return { status: 200, body: { groups: [], problems } };
    const from = Number(/^s(\d+)$/.exec(ours.after ?? "s0")?.[1] ?? 0);
    const end = Date.now() + (read.data.wait ?? 0) * 1_000;
    const due = () => this.#queue.slice(from).filter(({ id }) => !this.#verdicts.has(id));
    while (due().length === 0 && !gone.aborted) if (!(await this.#change(end - Date.now()))) break;
    const events = due();
    const cursor = `s${this.#queue.length}`;
    const groups = events.length === 0 ? [] : [{ group, events, cursor, more: false }];
    return { status: 200, body: { groups, problems } };
  }

  #wake(): void {
    for (const changed of this.#changed) changed();
  }

  async #change(most: Milliseconds): Promise<boolean> {
    if (most <= 0) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const changed = (): void => resolve(true);
    const timer = setTimeout(() => resolve(false), most);
    this.#changed.add(changed);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#changed.delete(changed);
    });
  }
}
