/**
 * Portal rooms: whoever asks the gateway for a room of another account gets a public room on this service that is linked with
 * it, made when it is first asked for. The room's name decides: asking twice, also after a crash in between, finds the same room,
 * since nobody else can own it then.
 */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { MadeRoom, RoomFacts } from "../../core/bridge/room.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { readRoomReference, type RoomReference } from "../../core/link-reports.ts";
import type { Archive } from "./archive.ts";
import type { XmppConfig } from "./config.ts";
import { NS } from "./names.ts";
import type { Room } from "./room.ts";
import type { ComponentStream } from "./stream.ts";
import { xml } from "./xml.ts";

const ASKED = /^portal(?:\s+(?<other>\S+))?\s*$/i;
const PLAIN = /^[a-z0-9._-]$/;

export interface PortalsOptions {
  readonly stream: Pick<ComponentStream, "send">;
  readonly archive: Pick<Archive, "end">;
  readonly listener: string;
  readonly config: Pick<XmppConfig, "portals" | "portal_service">;
  readonly host: Pick<BridgeHost, "portal">;
  readonly room: (jid: NativeRoom) => Room;
}

export class Portals {
  readonly #options: PortalsOptions;
  /** By room, what is being made and linked. */
  readonly #underWay = new Map<NativeRoom, Promise<NativeRoom>>();

  constructor(options: PortalsOptions) {
    this.#options = options;
  }

  /** A line of the help; null: there are no portals here. */
  get help(): string | null {
    const { portals } = this.#options.config;
    const accounts = portals.join(", ");
    return portals.length === 0
      ? null
      : `portal ACCOUNT:ADDRESS: a room here for an open one elsewhere (${accounts})`;
  }

  /** The answer to a person who asks for a portal; null: he asks for something else. Rejects as BridgeHost.portal does. */
  async take(person: string, text: string): Promise<string | null> {
    const { portals, portal_service: service } = this.#options.config;
    const asked = portals.length === 0 || service === undefined ? null : ASKED.exec(text);
    if (asked === null || service === undefined) return null;
    const other = readRoomReference(asked.groups?.["other"] ?? "");
    if (other === null) return "Write: portal ACCOUNT:ADDRESS";
    if (!portals.includes(other.account)) return `Rooms can be entered from here of: ${portals.join(", ")}`;
    const room = await this.#open(portalJid(other, service), other);
    this.#invite(person, room);
    return `${room} is linked with ${other.account}:${other.room}. Come in: xmpp:${room}?join`;
  }

  async #open(room: NativeRoom, other: RoomReference): Promise<NativeRoom> {
    const known = this.#underWay.get(room);
    if (known) return known;
    const opened = this.#options.host.portal(other, (facts) => this.#make(room, other, facts));
    this.#underWay.set(room, opened);
    try {
      return await opened;
    } finally {
      this.#underWay.delete(room);
    }
  }

  async #make(jid: NativeRoom, other: RoomReference, facts: RoomFacts): Promise<MadeRoom> {
    const { stream, archive, listener, room: roomOf } = this.#options;
    const { stay, live } = roomOf(jid);
    const name = facts.name === "" ? other.room : facts.name;
    if (!live) {
      await stay.found(name);
      const attributes = { from: listener, to: jid, type: "groupchat" };
      stream.send(xml("message", attributes, xml("subject", {}, facts.topic)));
    }
    const mark = stay.info.archive ? await archive.end(jid) : null;
    return { room: jid, facts: { name, topic: facts.topic, mark } };
  }

  /** His client offers to enter (XEP-0249). */
  #invite(person: string, room: NativeRoom): void {
    const { stream, listener: from } = this.#options;
    const invitation = xml("x", { xmlns: NS.invitation, jid: room });
    stream.send(xml("message", { from, to: person }, invitation));
  }
}

/** The portal of a room: its account, `_`, and the room, of which what may not stand there is `=` and two digits for each octet. */
export function portalJid({ account, room }: RoomReference, service: string): NativeRoom {
  let name = "";
  for (const octet of Buffer.from(room, "utf8")) {
    const character = String.fromCharCode(octet);
    name += PLAIN.test(character) ? character : `=${octet.toString(16).padStart(2, "0")}`;
  }
  return `mimi_${account}_${name}@${service}` as NativeRoom;
}
