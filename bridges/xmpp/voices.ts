/** Who says what somebody elsewhere has said: his ghost, where the room lets it in and speak, else the gateway's own nick. */
import { DeliveryError, type Speaker } from "../../core/bridge/outbound.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { bare } from "./names.ts";
import type { Entry, Occupancy } from "./occupancy.ts";
import { certain } from "./refusal.ts";
import type { Room } from "./room.ts";
import { admitMember, giveVoice } from "./room-form.ts";
import type { SaidBy } from "./said-by.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";

/** Whose JID says it, and for whom, where the room does not let that one speak. */
export interface Voice {
  readonly jid: string;
  readonly relayed: string | null;
}

export interface VoicesOptions {
  readonly stream: ComponentStream;
  readonly listener: string;
  readonly log: Logger;
}

export class Voices {
  readonly #options: VoicesOptions;
  /** Rooms and reasons of which the log says already that ghosts are kept out. */
  readonly #told = new Set<string>();

  constructor(options: VoicesOptions) {
    this.#options = options;
  }

  /** `by`: who alone may say it; null: whoever can. Rejects with DeliveryError where nobody may say it, or nobody can now. */
  async of(room: Room, speaker: Speaker | null, by: SaidBy | null): Promise<Voice> {
    const { listener } = this.#options;
    if (!speaker) return { jid: listener, relayed: null };
    if (by === "relay") return { jid: listener, relayed: speaker.name };
    const voice = await this.#anyOf(room, speaker, by === "ghost");
    if (by !== "ghost" || voice.relayed === null) return voice;
    const detail = `${speaker.name}'s ghost can't come in or speak, and nobody else may change what it has said`;
    throw certain("delivery_refused", detail, "never");
  }

  async #anyOf(room: Room, speaker: Speaker, beyond: boolean): Promise<Voice> {
    const { ghost, entry } = await this.#entered(room, speaker, beyond);
    if (entry.entered) {
      if (ghost.role !== "visitor" || (await this.#voiced(room.jid, entry.nick)))
        return { jid: ghost.jid, relayed: null };
      return this.#relays(room.jid, speaker, "moderated; make the gateway a moderator");
    }
    switch (entry.condition) {
      case "forbidden":
        throw certain("delivery_forbidden", `${speaker.name} is banned from the room`, "never");
      case "stream-lost":
      case "timeout":
        throw later("account_down", entry.detail, null);
      case "registration-required":
        return this.#relays(room.jid, speaker, "members only; make the gateway an admin");
      default:
        // Nicks taken, full, as many ghosts as the account may have in a room: the gateway's own nick says it.
        return this.#relays(room.jid, speaker, entry.condition);
    }
  }

  /** Into a room for members only the gateway lets its ghosts, where it may. */
  async #entered(
    room: Room,
    speaker: Speaker,
    beyond: boolean,
  ): Promise<{ readonly ghost: Occupancy; readonly entry: Entry }> {
    const first = await room.people.speaker(speaker, beyond);
    const { ghost, entry } = first;
    if (entry.entered || entry.condition !== "registration-required" || !room.stay.admits) return first;
    const { stream, listener: from } = this.#options;
    const isMember = await asked(admitMember(stream, { room: room.jid, from, jid: bare(ghost.jid) }));
    return isMember ? room.people.speaker(speaker, beyond) : first;
  }

  /** Whether a ghost may speak in a moderated room from now on: what the group took may be said in all its rooms. */
  #voiced(room: NativeRoom, nick: string): Promise<boolean> {
    const { stream, listener: from } = this.#options;
    return asked(giveVoice(stream, { room, from, nick }));
  }

  #relays(room: NativeRoom, { name }: Speaker, why: string): Voice {
    const key = `${room} ${why}`;
    if (!this.#told.has(key)) {
      this.#told.add(key);
      this.#options.log.warn({ room, why }, "the gateway's own nick speaks for people whose ghosts can't");
    }
    return { jid: this.#options.listener, relayed: name };
  }
}

/** Whether the room did what was asked. */
async function asked(doing: Promise<void>): Promise<boolean> {
  try {
    await doing;
    return true;
  } catch (thrown) {
    if (thrown instanceof StanzaError) return false;
    const { code, detail } = asGatewayError(thrown);
    throw later(code, detail, thrown);
  }
}

/** Doing the same again is harmless, so it need not be asked for. */
const later = (code: DeliveryError["code"], detail: string, cause: unknown): DeliveryError =>
  new DeliveryError(code, detail, { certainty: "certain", retry: "after", afterMs: 2_000 }, { cause });
