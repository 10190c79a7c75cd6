/** A room's state as far as the bridge needs it, and what follows from it for the gateway's own user. */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { objectAt, textAt } from "../../mappings/matrix/event.ts";
import { once } from "../../mappings/matrix/once.ts";
import { MODERATOR_POWER, powerLevels, powerOf } from "../../mappings/matrix/power.ts";
import { type MatrixApi, path } from "./api.ts";
import { asGatewayFault, isMissing } from "./refusal.ts";
import type { Told } from "./kept-event.ts";

/** Which gateway carries the room for which group. */
export const CARRIERS = "org.mimi-gateway.carriers";

/** The types that are read, each under the empty state key. */
const READ = [
  "m.room.create",
  "m.room.power_levels",
  "m.room.name",
  "m.room.topic",
  "m.room.encryption",
  "m.room.join_rules",
  "m.room.tombstone",
  CARRIERS,
] as const;
export type StateType = (typeof READ)[number];

/** Versions before the one in which who creates a room has all power (room version 12). */
const CREATORS_LISTED = /^(?:[1-9]|10|11)$/;
const createForm = z.object({
  room_version: z.string().catch("1"),
  additional_creators: z.array(z.string()).catch([]),
  predecessor: z.object({ room_id: z.string() }).optional().catch(undefined),
});
const levelForm = z.number().optional().catch(undefined);
const levelsForm = z
  .object({
    events: z.record(z.string(), levelForm).catch({}),
    state_default: levelForm,
    invite: levelForm,
    kick: levelForm,
    ban: levelForm,
  })
  .catch({ events: {}, state_default: undefined, invite: undefined, kick: undefined, ban: undefined });
const NO_CONTENT: MatrixContent = {};
const createIn = once((content) => createForm.parse(content));
const levelsIn = once((content) => levelsForm.parse(content));
const eventForm = z.object({
  type: z.string(),
  content: z.record(z.string(), z.unknown()),
  sender: z.string(),
});

interface Entry {
  readonly content: MatrixContent;
  /** Empty: the homeserver does not say. */
  readonly sender: string;
}

/** What somebody would do. */
export type Right = "send" | "invite" | "kick" | "ban" | "redact" | { readonly state: string };

export class RoomState {
  readonly #entries = new Map<string, Entry>();

  static async read(api: Pick<MatrixApi, "call">, room: NativeRoom): Promise<RoomState> {
    const state = new RoomState();
    const answers = await Promise.all(READ.map((type) => readEntry(api, room, type)));
    for (const [i, entry] of answers.entries()) {
      const type = READ[i];
      if (entry !== null && type !== undefined) state.#entries.set(type, entry);
    }
    return state;
  }

  /** Takes over what an event says of the room as it is now. */
  take({ event }: Told): void {
    if (event.state === "" && READ.some((type) => type === event.type))
      this.#entries.set(event.type, { content: event.content, sender: event.sender });
  }

  content(type: StateType): MatrixContent | null {
    return this.#entries.get(type)?.content ?? null;
  }

  get name(): string {
    return textAt(this.content("m.room.name") ?? {}, "name") ?? "";
  }

  get topic(): string {
    return textAt(this.content("m.room.topic") ?? {}, "topic") ?? "";
  }

  get encrypted(): boolean {
    return textAt(this.content("m.room.encryption") ?? {}, "algorithm") !== null;
  }

  /** Whether everybody may enter without being invited. */
  get open(): boolean {
    return this.content("m.room.join_rules")?.["join_rule"] === "public";
  }

  /** Where the room goes on; null: here. */
  get replacement(): string | null {
    return textAt(this.content("m.room.tombstone") ?? {}, "replacement_room");
  }

  /** A homeserver that is in the room in which it goes on: that of whoever closed this one. null: that is not said. */
  get replacedVia(): string | null {
    const sender = this.#entries.get("m.room.tombstone")?.sender ?? "";
    const colon = sender.indexOf(":");
    return colon === -1 ? null : sender.slice(colon + 1);
  }

  /** The room that this one replaces; null: none. */
  get predecessor(): string | null {
    return this.#create.predecessor?.room_id ?? null;
  }

  /** Who has all power because they created the room (room version 12 on). */
  get creators(): readonly string[] {
    const { room_version: version, additional_creators: others } = this.#create;
    if (CREATORS_LISTED.test(version)) return [];
    const sender = this.#entries.get("m.room.create")?.sender ?? "";
    return sender === "" ? others : [sender, ...others];
  }

  /** Who has set it; null: nobody, or the homeserver does not say. */
  senderOf(type: StateType): string | null {
    const sender = this.#entries.get(type)?.sender ?? "";
    return sender === "" ? null : sender;
  }

  get powers(): MatrixContent | null {
    return this.content("m.room.power_levels");
  }

  /** What a member has who is not named. */
  get usersDefault(): number {
    return powerLevels(this.powers).usersDefault;
  }

  /** Infinity: all that there is, since the member made the room (room version 12 on). */
  power(user: string): number {
    return powerOf(user, powerLevels(this.powers), this.creators);
  }

  /** Whether a member may do it (client-server API, section 8.5, m.room.power_levels). */
  may(user: string, right: Right): boolean {
    return this.power(user) >= this.needed(right);
  }

  /** The power that it takes. */
  needed(right: Right): number {
    const levels = levelsIn(this.powers ?? NO_CONTENT);
    const common = powerLevels(this.powers);
    if (typeof right === "object") {
      // Without an event of powers everybody may set state.
      const usual = this.powers === null ? 0 : (levels.state_default ?? MODERATOR_POWER);
      return levels.events[right.state] ?? usual;
    }
    switch (right) {
      case "send":
        return levels.events["m.room.message"] ?? common.eventsDefault;
      case "redact":
        return common.redact;
      case "invite":
        return levels.invite ?? 0;
      case "kick":
        return levels.kick ?? MODERATOR_POWER;
      case "ban":
        return levels.ban ?? MODERATOR_POWER;
    }
  }

  get #create(): z.infer<typeof createForm> {
    return createIn(this.content("m.room.create") ?? NO_CONTENT);
  }
}

/** The whole event where the homeserver gives it (`format`), else its content alone. null: the room has none. */
async function readEntry(
  api: Pick<MatrixApi, "call">,
  room: NativeRoom,
  type: string,
): Promise<Entry | null> {
  try {
    // The slash at the end stands for the empty state key.
    const at = `${path("rooms", room, "state", type)}/`;
    const answer = await api.call({ method: "GET", path: at, query: { format: "event" } });
    const event = eventForm.safeParse(answer);
    if (event.success && event.data.type === type) return event.data;
    const content = objectAt({ answer }, "answer");
    return content === null ? null : { content, sender: "" };
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw asGatewayFault(thrown, type);
  }
}
