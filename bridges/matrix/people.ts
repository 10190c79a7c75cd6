/** How people are called and look in rooms. */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { type MatrixEvent, textAt } from "../../mappings/matrix/event.ts";
import { isMxc } from "../../mappings/matrix/mxc.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Told } from "./kept-event.ts";
import { asGatewayFault, isForbidden, isMissing } from "./refusal.ts";

const MOST_REMEMBERED = 20_000;

const contentForm = z.record(z.string(), z.unknown()).catch({});
const memberForm = z.object({
  displayname: z.string().nullish().catch(null),
  avatar_url: z.string().nullish().catch(null),
});

/** Somebody as a room shows him. */
export interface Look {
  /** Empty: he has no name there, or never was in it. */
  readonly name: string;
  /** Where his picture is (mxc:); empty: he has none. */
  readonly picture: string;
}

export class People {
  readonly #api: Pick<MatrixApi, "call">;
  /** By room and person; a room's own event changes them, so they need not be asked for again. */
  readonly #looks = new Map<string, Look>();

  constructor(api: Pick<MatrixApi, "call">) {
    this.#api = api;
  }

  /** Whether it is at hand how the room shows somebody. */
  knows(room: NativeRoom, user: string): boolean {
    return this.#looks.has(keyOf(room, user));
  }

  /** How the room shows somebody. Rejects with request_timeout where the homeserver can't be asked now. */
  async lookOf(room: NativeRoom, user: string): Promise<Look> {
    const key = keyOf(room, user);
    const known = this.#looks.get(key);
    if (known !== undefined) return known;
    const asked = lookIn(await this.#ask(room, user));
    // An event that came meanwhile may be later than the answer.
    const look = this.#looks.get(key) ?? asked;
    this.#remember(key, look);
    return look;
  }

  /** Takes over what an event of a room says of a member (m.room.member). True: he is shown otherwise than before. */
  take(room: NativeRoom, { event }: Told): boolean {
    if (event.type !== "m.room.member" || event.state === null) return false;
    const key = keyOf(room, event.state);
    const before = this.#looks.get(key) ?? lookBefore(event);
    // Who has left keeps his name: what he said before is still his.
    if (event.content["membership"] !== "join") return false;
    const look = lookIn(event.content);
    this.#remember(key, look);
    return before !== null && (before.name !== look.name || before.picture !== look.picture);
  }

  /** Whether somebody is in a room at present. Rejects with request_timeout where the homeserver can't be asked now. */
  async isIn(room: NativeRoom, user: string): Promise<boolean> {
    return textAt((await this.#ask(room, user)) ?? {}, "membership") === "join";
  }

  /** null: he never was in it, or the room is closed to the gateway. */
  async #ask(room: NativeRoom, user: string): Promise<MatrixContent | null> {
    try {
      const at = path("rooms", room, "state", "m.room.member", user);
      return contentForm.parse(await this.#api.call({ method: "GET", path: at }));
    } catch (thrown) {
      if (isMissing(thrown) || isForbidden(thrown)) return null;
      throw asGatewayFault(thrown, "m.room.member");
    }
  }

  #remember(key: string, look: Look): void {
    if (this.#looks.size >= MOST_REMEMBERED) this.#looks.clear();
    this.#looks.set(key, look);
  }
}

/** How a member was shown before an event of his, as the event itself says; null: he was not there, or it does not say. */
const lookBefore = ({ previous }: MatrixEvent): Look | null =>
  previous?.["membership"] === "join" ? lookIn(previous) : null;

/** What the content of a m.room.member says (client-server API, section 8.5). */
export function lookIn(content: unknown): Look {
  const { data } = memberForm.safeParse(content);
  const picture = data?.avatar_url ?? "";
  return { name: data?.displayname ?? "", picture: isMxc(picture) ? picture : "" };
}

const keyOf = (room: NativeRoom, user: string): string => `${room} ${user}`;
