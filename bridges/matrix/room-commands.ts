/**
 * What people write to the gateway itself: `!mimi ...` in a room, or anything in a room with it alone. Answers go to the room
 * with it alone, where nobody else reads them; a code in one is a secret.
 */
import { z } from "zod";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { type MatrixEvent, textAt } from "../../mappings/matrix/event.ts";
import { shownName } from "../../mappings/matrix/names.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Ghosts } from "./ghosts.ts";
import { isKept, type Told } from "./kept-event.ts";
import { MARK, type OwnUsers } from "./names.ts";
import { isForbidden, isMissing } from "./refusal.ts";
import { RoomState } from "./room-state.ts";

const COMMAND = /^!mimi(?:\s+|$)/u;
/** What nobody but a moderator may set says who they are. */
const LINKING = { state: "org.mimi-gateway.link" } as const;
const DIRECT = "m.direct";
/** Messages that were taken, so that none is answered again when the homeserver repeats it. */
const MOST_TAKEN = 2_000;
/** Commands of one person that are under way at a time; what goes beyond is refused. */
const MOST_UNDER_WAY = 3;

const membersForm = z.object({ joined: z.record(z.string(), z.unknown()) });
const directForm = z.record(z.string(), z.array(z.string())).catch({});
const madeForm = z.object({ room_id: z.string() });

export interface RoomCommandsOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly own: OwnUsers;
  readonly ghosts: Pick<Ghosts, "bot">;
  readonly host: Pick<BridgeHost, "command" | "gateway">;
  readonly linked: (room: NativeRoom) => boolean;
  readonly log: Logger;
}

/** Whether an event is for the gateway itself, so that it is carried nowhere. */
export const isCommand = ({ type, state, content }: MatrixEvent): boolean =>
  type === "m.room.message" && state === null && COMMAND.test(textAt(content, "body") ?? "");

export class RoomCommands {
  readonly #options: RoomCommandsOptions;
  readonly #underWay = new Map<string, number>();
  readonly #taken = new Set<string>();

  constructor(options: RoomCommandsOptions) {
    this.#options = options;
  }

  /** Takes what was said in a room, and answers it where it is for the gateway: each event once. Never rejects. */
  async heard(room: NativeRoom, { event, id }: Told): Promise<void> {
    const { own, linked, log } = this.#options;
    const { sender, content, type } = event;
    const body = textAt(content, "body");
    if (body === null || type !== "m.room.message" || own.isOurs(sender) || !isKept(event)) return;
    const addressed = isCommand(event);
    // What bots say is no question: two of them would never stop.
    if (content["msgtype"] !== "m.text" || (!addressed && linked(room))) return;
    if (this.#isTaken(id)) return;
    const underWay = this.#underWay.get(sender) ?? 0;
    if (underWay >= MOST_UNDER_WAY) return;
    this.#underWay.set(sender, underWay + 1);
    try {
      const alone = linked(room) ? false : await this.#isAlone(room, sender);
      if (!addressed && !alone) return;
      const answer = await this.#answerTo(sender, body.replace(COMMAND, "").trim(), alone ? null : room);
      await this.#say(alone ? room : await this.#roomWith(sender), answer, id);
    } catch (thrown) {
      log.warn({ room, person: sender, err: thrown }, "a command could not be answered");
    } finally {
      const left = (this.#underWay.get(sender) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(sender);
      else this.#underWay.set(sender, left);
    }
  }

  /** Whether it was taken before; from now on it is. */
  #isTaken(id: string): boolean {
    if (this.#taken.has(id)) return true;
    this.#taken.add(id);
    for (const oldest of this.#taken) {
      if (this.#taken.size <= MOST_TAKEN) break;
      this.#taken.delete(oldest);
    }
    return false;
  }

  async #answerTo(person: string, text: string, here: NativeRoom | null): Promise<string> {
    const from = { native: person, name: shownName(null, person) };
    const manages = (room: NativeRoom) => this.#manages(person, room);
    try {
      return await this.#options.host.command({ from, speaksAsSuch: true, text, here, manages });
    } catch (thrown) {
      const error = asGatewayError(thrown);
      this.#options.log.warn({ person, err: error }, "a command failed");
      return `That did not work: ${error.detail}`;
    }
  }

  /** Of a room that the gateway is not in, nobody manages anything. */
  async #manages(person: string, room: NativeRoom): Promise<boolean> {
    try {
      const { joined } = await this.#members(room);
      return person in joined && (await RoomState.read(this.#options.api, room)).may(person, LINKING);
    } catch (thrown) {
      if (isForbidden(thrown) || isMissing(thrown)) return false;
      throw thrown;
    }
  }

  async #isAlone(room: NativeRoom, person: string): Promise<boolean> {
    const { joined } = await this.#members(room);
    return person in joined && Object.keys(joined).length === 2;
  }

  async #members(room: NativeRoom) {
    const at = path("rooms", room, "joined_members");
    return membersForm.parse(await this.#options.api.call({ method: "GET", path: at }));
  }

  /** The room with him alone that there is, or a new one (client-server API, section 11.22, m.direct). */
  async #roomWith(person: string): Promise<NativeRoom> {
    const { api, own } = this.#options;
    const at = path("user", own.bot, "account_data", DIRECT);
    const known = directForm.parse(
      await api.call({ method: "GET", path: at }).catch((thrown: unknown) => {
        if (isMissing(thrown)) return {};
        throw thrown;
      }),
    );
    for (const room of known[person] ?? [])
      if (await this.#isAlone(room as NativeRoom, person).catch(() => false)) return room as NativeRoom;
    const body = { is_direct: true, preset: "trusted_private_chat", invite: [person] };
    const made = madeForm.parse(await api.call({ method: "POST", path: "/createRoom", body }));
    const rooms = { ...known, [person]: [made.room_id] };
    await api.call({ method: "PUT", path: at, body: rooms });
    return made.room_id as NativeRoom;
  }

  /** Once for each command, however often the homeserver tells of it. */
  async #say(room: NativeRoom, body: string, command: string): Promise<void> {
    const { api, ghosts, host } = this.#options;
    const { id: as, device } = await ghosts.bot();
    const content = { msgtype: "m.notice", body, "m.mentions": {}, [MARK]: { gateway: host.gateway } };
    const at = path("rooms", room, "send", "m.room.message", `answer-${command}`);
    await api.call({ method: "PUT", path: at, as, body: content, ...(device !== undefined && { device }) });
  }
}
