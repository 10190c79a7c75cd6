/** Who says what somebody elsewhere has said: his ghost, where the room lets it in and speak, else the gateway's own nick. */
import { DeliveryError, type Speaker } from "../../core/bridge/outbound.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { bare } from "./names.ts";
import type { Entry, Occupancy } from "./occupancy.ts";
import { certain } from "./refusal.ts";
import type { Room } from "./room.ts";
import { admitMember, destroyRoom, giveVoice } from "./room-form.ts";
import type { SaidBy } from "./said-by.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";

/** Whose JID says it, and for whom, where the room does not let that one speak. */
export interface Voice {
  readonly jid: string;
  readonly relayed: string | null;
  /** Why it is relayed; left out: it is not, or it changes what was. */
  readonly keptOut?: string;
}

export interface VoicesOptions {
  readonly stream: ComponentStream;
  readonly listener: string;
  readonly log: Logger;
}

export class Voices {
  readonly #options: VoicesOptions;
  /** What the log says already of a room and a reason for which ghosts are kept out. */
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

  /** Something of somebody whose ghost can't come in or speak, which nobody else can show for him, is left out. */
  leavesOut(room: NativeRoom, what: string, { keptOut = "" }: Voice): void {
    this.#tellOnce(room, keptOut, `${what} of people whose ghosts can't come in or speak are not shown`);
  }

  async #anyOf(room: Room, speaker: Speaker, beyond: boolean): Promise<Voice> {
    const { ghost, entry } = await this.#entered(room, speaker, beyond);
    if (entry.entered) {
      if (entry.created) await this.#takeBack(room, ghost);
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

  /**
   * Not even the gateway was there any more: a room that is gone is not a ghost's to make, and none stays in one as its owner, whatever
   * becomes of the wish to destroy it.
   */
  async #takeBack(room: Room, ghost: Occupancy): Promise<never> {
    const { stream, log } = this.#options;
    try {
      if (!(await asked(destroyRoom(stream, room.jid, ghost.jid))))
        log.warn(
          { room: room.jid },
          "a room that came into being as a ghost entered it could not be destroyed",
        );
    } finally {
      ghost.leave();
      room.enterAgain();
    }
    throw later("account_down", "the room is gone, or has lost the gateway: it is entered again", null);
  }

  /** Whether a ghost may speak in a moderated room from now on: what the group took may be said in all its rooms. */
  #voiced(room: NativeRoom, nick: string): Promise<boolean> {
    const { stream, listener: from } = this.#options;
    return asked(giveVoice(stream, { room, from, nick }));
  }

  #relays(room: NativeRoom, { name }: Speaker, why: string): Voice {
    this.#tellOnce(room, why, "the gateway's own nick speaks for people whose ghosts can't");
    return { jid: this.#options.listener, relayed: name, keptOut: why };
  }

  #tellOnce(room: NativeRoom, why: string, what: string): void {
    const key = `${room} ${why} ${what}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.log.warn({ room, why }, what);
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
