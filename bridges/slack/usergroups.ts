/** The workspace's groups of users (usergroups.list), which messages mention by their ids alone. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Logger } from "../../core/log.ts";
import type { Arguments } from "./api.ts";
import { asGatewayFault } from "./refusal.ts";

/** An id that is not known is no reason to ask sooner. */
const AGAIN_AFTER_MS: Milliseconds = 10 * 60_000;

const answerForm = z.object({ usergroups: z.array(z.object({ id: z.string(), handle: z.string() })) });
const NAMED = /"usergroup_id":"(S[A-Z0-9]+)"|<!subteam\^(S[A-Z0-9]+)>/g;

export class Usergroups {
  readonly #call: (method: string, args: Arguments) => Promise<unknown>;
  readonly #log: Logger;
  readonly #now: () => Milliseconds;
  #handles: ReadonlyMap<string, string> = new Map();
  #asked: Milliseconds | null = null;

  constructor(
    call: (method: string, args: Arguments) => Promise<unknown>,
    log: Logger,
    now: () => Milliseconds = () => Date.now(),
  ) {
    this.#call = call;
    this.#log = log;
    this.#now = now;
  }

  /** Resolves when those are at hand that an event mentions. Never rejects: without them the ids stand there. */
  async namedIn(raw: string): Promise<void> {
    const ids = [...raw.matchAll(NAMED)].map(([, element, token]) => element ?? token ?? "");
    const known = ids.every((id) => this.#handles.has(id));
    if (known || (this.#asked !== null && this.#now() < this.#asked + AGAIN_AFTER_MS)) return;
    this.#asked = this.#now();
    try {
      const { usergroups } = answerForm.parse(await this.#call("usergroups.list", {}));
      this.#handles = new Map(usergroups.map(({ id, handle }) => [id, handle]));
    } catch (thrown) {
      this.#log.warn({ err: asGatewayFault(thrown, "usergroups.list") }, "groups of users can't be named");
    }
  }

  /** Without `@`; null: not known. */
  handle(id: string): string | null {
    return this.#handles.get(id) ?? null;
  }
}
