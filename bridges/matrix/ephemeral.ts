/** Typing and receipts: told as they happen, and never stored (application service API, section 2.3.1). */
import { z } from "zod";
import type { RoomContext, Shown, Speaker } from "../../core/bridge/outbound.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { objectAt, textsAt } from "../../mappings/matrix/event.ts";
import { LIST_ENTRIES } from "../../mappings/matrix/limits.ts";
import { shownName } from "../../mappings/matrix/names.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Entrances } from "./entrances.ts";
import type { GhostLooks } from "./ghost-looks.ts";
import type { OwnUsers } from "./names.ts";
import type { People } from "./people.ts";

/** After this the homeserver takes a ghost for silent. */
const TYPING_MS = 30_000;
/** Receipts of one person for one room are told as they come; of a whole crowd only so many at once. */
const MOST_READERS = 100;

const eduForm = z.object({
  type: z.string(),
  room_id: z.string(),
  content: z.record(z.string(), z.unknown()),
});

export interface EphemeralOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly own: OwnUsers;
  readonly people: Pick<People, "lookOf">;
  readonly entrances: Pick<Entrances, "isIn">;
  readonly host: Pick<BridgeHost, "transient" | "read">;
  readonly linked: (room: NativeRoom) => boolean;
  readonly looks: Pick<GhostLooks, "take" | "wear">;
}

export class Ephemeral {
  readonly #options: EphemeralOptions;
  /** Who types in which room. */
  readonly #typing = new Map<NativeRoom, ReadonlySet<string>>();

  constructor(options: EphemeralOptions) {
    this.#options = options;
  }

  /** Takes what a transaction says; nothing of it is worth repeating. */
  heard(edu: unknown): void {
    const { data } = eduForm.safeParse(edu);
    if (!data) return;
    const room = data.room_id as NativeRoom;
    if (!this.#options.linked(room)) return;
    if (data.type === "m.typing") this.#heardTyping(room, textsAt(data.content, "user_ids", LIST_ENTRIES));
    if (data.type === "m.receipt") this.#heardReceipts(room, data.content);
  }

  /** Shows it where the speaker's ghost is in the room already; how he looks, also once he has entered it. */
  show(room: NativeRoom, speaker: Speaker, what: Shown): void {
    const { own, entrances, looks, api } = this.#options;
    const as = own.ghostOf(speaker.uri);
    if (what.kind === "profile") looks.take(room, speaker);
    if (!entrances.isIn(room, as)) return;
    if (what.kind === "profile") {
      looks.wear(room, speaker);
      return;
    }
    if (what.kind === "typing") {
      const { typing } = what;
      const body = typing ? { typing, timeout: TYPING_MS } : { typing };
      api.call({ method: "PUT", path: path("rooms", room, "typing", as), as, body }).catch(ignored);
      return;
    }
    const place = readTo(what.context, what.upTo);
    if (place === null) return;
    const at = path("rooms", room, "receipt", "m.read", place.event);
    api.call({ method: "POST", path: at, as, body: { thread_id: place.thread } }).catch(ignored);
  }

  #heardTyping(room: NativeRoom, users: readonly string[]): void {
    const before = this.#typing.get(room) ?? new Set();
    const now = new Set(users.filter((user) => !this.#options.own.isOurs(user)));
    this.#typing.set(room, now);
    for (const user of now) if (!before.has(user)) this.#tell(room, user, true);
    for (const user of before) if (!now.has(user)) this.#tell(room, user, false);
  }

  #tell(room: NativeRoom, user: string, typing: boolean): void {
    const { people, host } = this.#options;
    void people
      .lookOf(room, user)
      .catch(() => null)
      .then((look) => {
        const named = { native: user, name: shownName(look?.name, user) };
        host.transient(room, named, { kind: "typing", typing });
      });
  }

  /** `{EVENT: {"m.read": {USER: ...}}}`; private receipts are nobody else's business. */
  #heardReceipts(room: NativeRoom, content: Readonly<Record<string, unknown>>): void {
    for (const event of Object.keys(content).slice(0, LIST_ENTRIES)) {
      const readers = Object.keys(objectAt(objectAt(content, event) ?? {}, "m.read") ?? {});
      for (const user of readers.slice(0, MOST_READERS))
        if (!this.#options.own.isOurs(user))
          this.#options.host.read(room, { native: user, name: shownName(null, user) }, [
            { by: "native", name: event },
          ]);
    }
  }
}

/** A receipt is for the last part: all before it is read as well. */
function readTo(context: RoomContext, upTo: Extract<Shown, { kind: "read" }>["upTo"]) {
  const message = context.message(upTo);
  const event = message?.parts.at(-1)?.native;
  return event === undefined ? null : { event, thread: message?.threadRoot?.native ?? "main" };
}

/** Nothing of it is worth trying again. */
const ignored = (): void => undefined;
