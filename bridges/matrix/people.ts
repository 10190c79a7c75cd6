/** How people are called in rooms. */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Told } from "./kept-event.ts";
import { asGatewayFault, isForbidden, isMissing } from "./refusal.ts";

const MOST_REMEMBERED = 20_000;

const memberForm = z.object({ displayname: z.string().nullish().catch(null) });

export class People {
  readonly #api: Pick<MatrixApi, "call">;
  /** By room and person; a room's own event changes them, so they need not be asked for again. */
  readonly #names = new Map<string, string>();

  constructor(api: Pick<MatrixApi, "call">) {
    this.#api = api;
  }

  /**
   * How the room calls somebody; empty: he has no name there, or never was in it. Rejects with request_timeout where the
   * homeserver can't be asked now.
   */
  async nameOf(room: NativeRoom, user: string): Promise<string> {
    const key = keyOf(room, user);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = await this.#ask(room, user);
    this.#remember(key, name);
    return name;
  }

  /** Takes over what an event of a room says of a member (m.room.member). True: he is called otherwise than before. */
  take(room: NativeRoom, { event }: Told): boolean {
    if (event.type !== "m.room.member" || event.state === null) return false;
    const key = keyOf(room, event.state);
    const before = this.#names.get(key);
    // Who has left keeps his name: what he said before is still his.
    if (event.content["membership"] !== "join") return false;
    const name = memberForm.parse(event.content).displayname ?? "";
    this.#remember(key, name);
    return before !== undefined && before !== name;
  }

  async #ask(room: NativeRoom, user: string): Promise<string> {
    try {
      const at = path("rooms", room, "state", "m.room.member", user);
      const { data } = memberForm.safeParse(await this.#api.call({ method: "GET", path: at }));
      return data?.displayname ?? "";
    } catch (thrown) {
      if (isMissing(thrown) || isForbidden(thrown)) return "";
      throw asGatewayFault(thrown, "m.room.member");
    }
  }

  #remember(key: string, name: string): void {
    if (this.#names.size >= MOST_REMEMBERED) this.#names.clear();
    this.#names.set(key, name);
  }
}

const keyOf = (room: NativeRoom, user: string): string => `${room} ${user}`;
