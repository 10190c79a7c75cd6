/** Changes of a room's state, by the gateway's own user: what is so already is left alone, so that repeating changes nothing. */
import { z } from "zod";
import { type Receipt, type Step, textArg } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { objectAt, textAt, textsAt } from "../../mappings/matrix/event.ts";
import { LIST_ENTRIES } from "../../mappings/matrix/limits.ts";
import type { MatrixApi } from "./api.ts";
import { stateEventNow, stateEventPath } from "./state-event.ts";

const PINS = "m.room.pinned_events";
const POWERS = "m.room.power_levels";
const contentForm = z.record(z.string(), z.unknown());

export class RoomStateWriter {
  readonly #api: Pick<MatrixApi, "call">;

  constructor(api: Pick<MatrixApi, "call">) {
    this.#api = api;
  }

  /** Makes a step `state`, `pin` or `powers`. Rejects with the library's errors. */
  async write(step: Step, room: NativeRoom): Promise<Receipt> {
    const done: Receipt = { native: null, aux: null, at: Date.now() };
    switch (step.op) {
      case "pin": {
        const now = textsAt(await stateEventNow(this.#api, room, PINS), "pinned", LIST_ENTRIES);
        const event = textArg(step, "event");
        const others = now.filter((one) => one !== event);
        await this.#set(
          room,
          PINS,
          { pinned: step.args["pinned"] === true ? [...others, event] : others },
          { pinned: now },
        );
        return done;
      }
      case "powers": {
        const now = await stateEventNow(this.#api, room, POWERS);
        await this.#set(room, POWERS, { ...now, events_default: step.args["events_default"] }, now);
        return done;
      }
      default: {
        const type = textArg(step, "type");
        const content = contentForm.parse(step.args["content"]);
        await this.#set(room, type, content, await stateEventNow(this.#api, room, type));
        const shown = textAt(content, type === "m.room.name" ? "name" : "topic");
        return shown === null ? done : { ...done, shown };
      }
    }
  }

  /** Gives somebody a power in a room, all else there as it stands. Rejects with the library's errors. */
  async givePower(room: NativeRoom, user: string, level: number): Promise<void> {
    const now = await stateEventNow(this.#api, room, POWERS);
    await this.#set(room, POWERS, { ...now, users: { ...objectAt(now, "users"), [user]: level } }, now);
  }

  async #set(room: NativeRoom, type: string, content: MatrixContent, now: MatrixContent): Promise<void> {
    if (same(content, now)) return;
    await this.#api.call({ method: "PUT", path: stateEventPath(room, type), body: content });
  }
}

/** The homeserver gives keys in any order. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
