/** A person's client that is told when something happens (client-server API, 9.5 Syncing). */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixHttp } from "./matrix-http.ts";

const ephemeralForm = z.object({ type: z.string(), content: z.record(z.string(), z.unknown()) });
const roomForm = z.object({ ephemeral: z.object({ events: z.array(ephemeralForm) }).optional() });
const syncForm = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z.record(z.string(), roomForm).optional(),
      invite: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
const typingForm = z.object({ user_ids: z.array(z.string()) });
const receiptForm = z.record(
  z.string(),
  z.object({ "m.read": z.record(z.string(), z.unknown()).optional() }),
);

/** Nothing of timelines and states: those are read where they are wanted. */
const FILTER = JSON.stringify({
  presence: { not_types: ["*"] },
  account_data: { not_types: ["*"] },
  room: { timeline: { limit: 1 }, state: { lazy_load_members: true }, account_data: { not_types: ["*"] } },
});

export class MatrixSync {
  readonly #http: MatrixHttp;
  readonly #typing = new Map<string, readonly string[]>();
  readonly #read = new Map<string, Map<string, string>>();
  readonly #invited = new Set<string>();
  #since: string | null = null;

  constructor(http: MatrixHttp) {
    this.#http = http;
  }

  /** Whether `next` has been called: from then on nothing is missed. */
  get begun(): boolean {
    return this.#since !== null;
  }

  /** Who types in a room, as of the last time something was told. */
  typing(room: string): readonly string[] {
    return this.#typing.get(room) ?? [];
  }

  /** The event up to which a user has read in a room; null: none was told. */
  read(room: string, user: string): string | null {
    return this.#read.get(room)?.get(user) ?? null;
  }

  /** Rooms into which we are or were invited since the first call. */
  get invited(): ReadonlySet<string> {
    return this.#invited;
  }

  /** Resolves when something has happened since the last call, or after that time; the first call resolves at once. */
  async next(within: Milliseconds): Promise<void> {
    const answer = await this.#http.call("GET", "/v3/sync", undefined, {
      filter: FILTER,
      timeout: String(this.#since === null ? 0 : Math.max(0, Math.ceil(within))),
      ...(this.#since === null ? {} : { since: this.#since }),
    });
    const { next_batch: next, rooms } = syncForm.parse(answer);
    this.#since = next;
    for (const room of Object.keys(rooms?.invite ?? {})) this.#invited.add(room);
    for (const [room, { ephemeral }] of Object.entries(rooms?.join ?? {}))
      for (const event of ephemeral?.events ?? []) this.#take(room, event);
  }

  #take(room: string, { type, content }: z.output<typeof ephemeralForm>): void {
    if (type === "m.typing") this.#typing.set(room, typingForm.parse(content).user_ids);
    if (type !== "m.receipt") return;
    const read = this.#read.get(room) ?? new Map<string, string>();
    this.#read.set(room, read);
    for (const [event, { "m.read": users = {} }] of Object.entries(receiptForm.parse(content)))
      for (const user of Object.keys(users)) read.set(user, event);
  }
}
