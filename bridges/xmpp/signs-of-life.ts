/**
 * Whether the server and the services of its rooms answer, all the way out and back, unseen by anybody: the server by a ping to
 * the component's own domain (XEP-0199), which comes back over the stream; each service by a self-ping (XEP-0410) through one of
 * its rooms, another one each time.
 */
import type { NativeRoom } from "../../core/ids.ts";
import type { Milliseconds } from "../../core/time.ts";
import { NS } from "./names.ts";
import type { Room } from "./room.ts";
import type { RoomPings } from "./room-pings.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { xml } from "./xml.ts";

/** How long an answer may take. */
const ANSWER_WITHIN_MS: Milliseconds = 5_000;

export interface SignsOfLifeOptions {
  readonly stream: Pick<ComponentStream, "request">;
  /** The component's own. */
  readonly domain: string;
  readonly rooms: ReadonlyMap<NativeRoom, Room>;
  readonly pings: Pick<RoomPings, "ping">;
  /** For tests. */
  readonly answerWithinMs?: Milliseconds;
}

export class SignsOfLife {
  readonly #options: SignsOfLifeOptions;
  /** Services that have not answered since this time. */
  readonly #unanswered = new Map<string, number>();
  readonly #asking = new Set<string>();
  #turn = 0;

  constructor(options: SignsOfLifeOptions) {
    this.#options = options;
  }

  /** Asks the server, and waits for its answer; asks the services. Rejects with request_timeout or account_down. */
  async ask(): Promise<void> {
    const { stream, domain } = this.#options;
    this.#askServices();
    const iq = xml("iq", { type: "get", to: domain }, xml("ping", { xmlns: NS.ping }));
    try {
      await stream.request(iq, this.#within);
    } catch (thrown) {
      // An error is an answer, too.
      if (!(thrown instanceof StanzaError)) throw thrown;
    }
  }

  /** Why nothing can be heard of a room although the server is there; null: nothing speaks for that. */
  silence(room: NativeRoom): string | null {
    const service = serviceOf(room);
    const since = this.#unanswered.get(service);
    return since !== undefined && performance.now() - since >= this.#within
      ? `the service ${service} does not answer`
      : null;
  }

  get #within(): Milliseconds {
    return this.#options.answerWithinMs ?? ANSWER_WITHIN_MS;
  }

  #askServices(): void {
    const services = new Map<string, Room[]>();
    for (const room of this.#options.rooms.values()) {
      if (!room.live) continue;
      const service = serviceOf(room.jid);
      services.set(service, [...(services.get(service) ?? []), room]);
    }
    this.#turn += 1;
    for (const [service, rooms] of services) {
      const room = rooms[this.#turn % rooms.length];
      if (room && !this.#asking.has(service)) void this.#askThrough(room, service);
    }
  }

  async #askThrough(room: Room, service: string): Promise<void> {
    this.#asking.add(service);
    if (!this.#unanswered.has(service)) this.#unanswered.set(service, performance.now());
    const answer = await this.#options.pings.ping(room);
    this.#asking.delete(service);
    if (answer !== "silent") this.#unanswered.delete(service);
  }
}

const serviceOf = (room: NativeRoom): string => room.slice(room.indexOf("@") + 1);
