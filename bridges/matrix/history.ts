/** What a room's timeline holds, as the gateway's own user may read it (client-server API, section 10.5). */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import { GatewayError } from "../../core/errors.ts";
import type { MatrixApi } from "./api.ts";
import { path } from "./api.ts";
import { type Told, toldOf } from "./kept-event.ts";
import { asGatewayFault, isForbidden, isMissing } from "./refusal.ts";

const PAGE = 100;
/** Events before a place whose names are kept. */
const BEFORE = 50;

const pageForm = z.object({ chunk: z.array(z.unknown()).catch([]), end: z.string().optional() });
const contextForm = z.object({ end: z.string().optional() });
const stateForm = z.object({ state: z.array(z.unknown()).catch([]) }).catch({ state: [] });
const relationsForm = z.object({ chunk: z.array(z.unknown()).catch([]) });

/** Where a timeline ends. */
export interface End {
  /** The latest event; null: the room shows none. */
  readonly id: string | null;
  /** That one and some before it: what homeservers may still hand over of them was said before. */
  readonly before: ReadonlySet<string>;
}

export class History {
  readonly #api: Pick<MatrixApi, "call">;

  constructor(api: Pick<MatrixApi, "call">) {
    this.#api = api;
  }

  /** The end of the timeline. */
  async end(room: NativeRoom): Promise<End> {
    const { events } = await this.#page(room, { dir: "b", limit: String(BEFORE) });
    return { id: events[0]?.id ?? null, before: idsOf(events) };
  }

  /** Pages of what came after an event, oldest first. Rejects with event_unknown where the room does not show that event. */
  async *after(room: NativeRoom, eventId: string): AsyncGenerator<readonly Told[]> {
    const answer = await this.#ask(path("rooms", room, "context", eventId), { limit: "0" });
    if (answer === null) throw new GatewayError("event_unknown", `${room} does not show ${eventId} any more`);
    const { end } = contextForm.parse(answer);
    if (end !== undefined) yield* this.#forwards(room, end);
  }

  /** All that the room shows, oldest first. */
  beginning(room: NativeRoom): AsyncGenerator<readonly Told[]> {
    return this.#forwards(room, null);
  }

  async *#forwards(room: NativeRoom, start: string | null): AsyncGenerator<readonly Told[]> {
    for (let from = start; ;) {
      const query = { dir: "f", limit: String(PAGE), ...(from !== null && { from }) };
      const { events, end } = await this.#page(room, query);
      if (events.length > 0) yield events;
      // At the end homeservers give no further place, or the same one again.
      if (end === undefined || end === from || events.length === 0) return;
      from = end;
    }
  }

  /** Pages of what there is, latest first, of these types alone. */
  async *backwards(room: NativeRoom, types: readonly string[]): AsyncGenerator<readonly Told[]> {
    const filter = JSON.stringify({ types });
    let from: string | undefined;
    do {
      const { events, end }: { readonly events: readonly Told[]; readonly end?: string | undefined } =
        await this.#page(room, {
          dir: "b",
          limit: String(PAGE),
          filter,
          ...(from !== undefined && { from }),
        });
      yield events;
      from = end;
    } while (from !== undefined);
  }

  /** One event; null: it is not there, or not shown. */
  async event(room: NativeRoom, eventId: string): Promise<Told | null> {
    return toldOf(await this.#ask(path("rooms", room, "event", eventId), {}));
  }

  /** The room's state after an event, of these types alone; one type may have several state keys. Rejects as look-ups do. */
  async stateAt(room: NativeRoom, eventId: string, types: readonly string[]): Promise<readonly Told[]> {
    const filter = JSON.stringify({ types, lazy_load_members: true });
    const answer = await this.#ask(path("rooms", room, "context", eventId), { limit: "0", filter });
    return tolds(stateForm.parse(answer).state).filter(({ event }) => types.includes(event.type));
  }

  /** Edits of an event that have not been redacted, the latest first. */
  async edits(room: NativeRoom, eventId: string): Promise<readonly Told[]> {
    const at = path("rooms", room, "relations", eventId, "m.replace");
    const answer = await this.#ask(at, { dir: "b", limit: String(PAGE) }, "v1");
    const { data } = relationsForm.safeParse(answer);
    return tolds(data?.chunk ?? []).filter(({ event }) => !event.redacted);
  }

  async #page(room: NativeRoom, query: Readonly<Record<string, string>>) {
    const { chunk, end } = pageForm.parse(await this.#ask(path("rooms", room, "messages"), query));
    return { events: tolds(chunk), end };
  }

  /** null: there is nothing of the kind. Rejects with request_timeout, account_refused, or request_refused. */
  async #ask(
    at: string,
    query: Readonly<Record<string, string>>,
    prefix: "v3" | "v1" = "v3",
  ): Promise<unknown> {
    try {
      return await this.#api.call({ method: "GET", path: at, query, prefix });
    } catch (thrown) {
      if (isMissing(thrown)) return null;
      if (isForbidden(thrown) && at.includes("/event/")) return null;
      throw asGatewayFault(thrown, at.split("/").at(3) ?? "a look-up");
    }
  }
}

const tolds = (chunk: readonly unknown[]): readonly Told[] => chunk.flatMap((json) => toldOf(json) ?? []);

const idsOf = (events: readonly Told[]): Set<string> => new Set(events.map(({ id }) => id));
