/** Requests to the gateway that is checked. Every answer is looked at for what holds of all (docs/mtp.md, Errors). */
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import type { Milliseconds } from "../time.ts";
import { type ExchangeAnswer, Exchanger } from "../federation/peers/exchange.ts";
import { problemForm, problems } from "../federation/wire/problem.ts";
import { limits } from "../limits.ts";
import { Unexpected } from "./ledger.ts";

export interface SentRequest {
  readonly method: string;
  /** Path and query as they are sent, the path of the endpoint before them. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** A refusal for the rate is an answer as any other, and not waited out. */
  readonly hasty?: boolean;
  readonly timeoutMs?: Milliseconds;
}

export interface Answer {
  readonly status: number;
  readonly headers: ExchangeAnswer["headers"];
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly value: unknown;
  /** The code of a problem; null: it is none. */
  readonly code: string | null;
  /** How long it took. */
  readonly ms: Milliseconds;
}

/** Stands in requests, and in no answer that refuses one. */
export const CANARY = "canary-7f3a91";

const TIMEOUT: Milliseconds = 40_000;
const MOST_WAIT: Milliseconds = 30_000;
const MOST_TRIES = 5;
/** Connections of one exchanger at a time; held requests may need more. */
const EXCHANGERS = 2;

export class Wire {
  readonly #origin: string;
  readonly #exchangers = Array.from({ length: EXCHANGERS }, () => new Exchanger([]));
  /** What refusals lacked; what was answered with 500; refusals that quote. One line each. */
  readonly misformed: string[] = [];
  readonly failed: string[] = [];
  readonly quoting: string[] = [];
  requests = 0;
  refusals = 0;

  /** `origin`: where it connects to. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The answer, whatever it is. Throws FederationError where none comes, or one that is too large. */
  async send(request: SentRequest): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(request);
      if (answer.status !== 429 || request.hasty === true || attempt === MOST_TRIES) return answer;
      const seconds = Number(answer.headers["retry-after"] ?? "1");
      await sleep(Math.min(Number.isFinite(seconds) ? seconds * 1_000 : 1_000, MOST_WAIT));
    }
  }

  close(): void {
    for (const exchanger of this.#exchangers) exchanger.close();
  }

  async #once({ method, target, headers, body, timeoutMs }: SentRequest): Promise<Answer> {
    const exchanger = this.#exchangers[this.requests++ % EXCHANGERS] ?? new Exchanger([]);
    const began = performance.now();
    const came = await exchanger.exchange({
      origin: this.#origin,
      target,
      method,
      headers,
      body,
      // Whoever runs the check has named this address.
      trusted: true,
      timeoutMs: timeoutMs ?? TIMEOUT,
      maxBytes: limits.peerAnswerBytes,
    });
    const text = came.body.toString("utf8");
    const value = jsonOf(text);
    const read = problemForm.safeParse(value);
    const code =
      came.status >= 400 && read.success && belongs(read.data.code, came.status) ? read.data.code : null;
    const answer = {
      status: came.status,
      headers: came.headers,
      text,
      value,
      code,
      ms: performance.now() - began,
    };
    // A refusal of HEAD has no body in which to say why.
    if (answer.status >= 400 && method !== "HEAD")
      this.#lookAtRefusal(`${method} ${target.slice(0, 60)}`, answer);
    return answer;
  }

  #lookAtRefusal(request: string, answer: Answer): void {
    this.refusals += 1;
    const { status, headers, text, code, value } = answer;
    const line = `${request} was answered ${describe(answer)}`;
    if (status === 500) this.failed.push(line);
    if (text.includes(CANARY)) this.quoting.push(line);
    const form = problemForm.safeParse(value);
    const whole =
      form.success &&
      form.data.status === status &&
      form.data.type === `urn:mimi-gateway:mtp:${form.data.code}`;
    const type = headers["content-type"]?.split(";")[0]?.trim();
    if (code === null || !whole || type !== "application/problem+json") this.misformed.push(line);
  }
}

/** Whether a problem's code and the status of its answer are of one line of the table. */
const belongs = (code: string, status: number): boolean =>
  Object.entries(problems).some(([name, [of]]) => name === code && of === status);

/** An answer in a few words. */
export function describe({ status, code, headers, text }: Answer): string {
  if (code !== null) return `${status} ${code}`;
  if (status < 300) return `${status} ${text.slice(0, 80)}`;
  return `${status} without the problem of that status (${headers["content-type"] ?? "no type"})`;
}

/** The body of a `200` in this form. Throws Unexpected. */
export function readGranted<T>(schema: z.ZodType<T>, what: string, answer: Answer): T {
  if (answer.status !== 200) throw new Unexpected({ expected: `200 to ${what}`, came: describe(answer) });
  const read = schema.safeParse(answer.value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.map(String).join(".") ?? "";
  throw new Unexpected({
    expected: `the form of the answer to ${what}`,
    came: `${place === "" ? "the whole" : place}: ${issue?.message ?? "is wrong"}`,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
