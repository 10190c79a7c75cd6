/**
 * Self-pings (XEP-0410): a room that has been silent for long is asked whether we are still in it, since a server may
 * have lost us without a word.
 */
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { NS } from "./names.ts";
import { NOT_IN } from "./refusal.ts";
import type { Room } from "./room.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { xml } from "./xml.ts";

const LOOK_EVERY_MS = 30_000;
const SILENT_FOR_MS = 300_000;

/** `silent`: the room did not answer. */
export type PingAnswer = "here" | "lost" | "silent";

export class RoomPings {
  readonly #stream: Pick<ComponentStream, "online" | "request">;
  readonly #listener: string;
  readonly #rooms: ReadonlyMap<NativeRoom, Room>;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;

  constructor(
    stream: Pick<ComponentStream, "online" | "request">,
    listener: string,
    rooms: ReadonlyMap<NativeRoom, Room>,
    log: Logger,
  ) {
    this.#stream = stream;
    this.#listener = listener;
    this.#rooms = rooms;
    this.#log = log;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (!this.#stream.online) return;
    for (const room of this.#rooms.values())
      if (room.live && performance.now() - room.heardAt > SILENT_FOR_MS) void this.ping(room);
  }

  /** Asks a room, and enters again where it says that we are not in it. */
  async ping(room: Room): Promise<PingAnswer> {
    const iq = xml("iq", { type: "get", from: this.#listener, to: `${room.jid}/${room.stay.nick ?? ""}` });
    iq.append(xml("ping", { xmlns: NS.ping }));
    try {
      await this.#stream.request(iq);
      room.heardAt = performance.now();
      return "here";
    } catch (thrown) {
      if (!(thrown instanceof StanzaError) || isInconclusive(thrown)) return "silent";
      // Any other answer came through the room, so we are in it (XEP-0410, section 3).
      if (!NOT_IN.has(thrown.condition)) return "here";
      this.#log.warn({ room: room.jid }, "a room has lost the gateway without a word; entering again");
      room.enterAgain();
      return "lost";
    }
  }
}

/** An answer of a server on the way, or of a room that can't answer now. */
const isInconclusive = ({ condition, type }: StanzaError): boolean =>
  condition.startsWith("remote-server-") || type === "wait";
