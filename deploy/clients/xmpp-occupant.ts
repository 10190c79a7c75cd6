/** Somebody in rooms: comes and goes, sees who is there, and does what owners and moderators may. */
import { randomUUID } from "node:crypto";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { XmppConnection, type XmppLogin } from "./xmpp-connection.ts";
import { attribute, splitJid } from "./xmpp-messages.ts";

export type Affiliation = "owner" | "admin" | "member" | "none" | "outcast";

export const MUC = "http://jabber.org/protocol/muc";
const DISCO_INFO = "http://jabber.org/protocol/disco#info";

export abstract class XmppOccupant extends XmppConnection {
  /** Our nick in each room. */
  readonly #nicks = new Map<string, string>();
  /** The last presence of whom we see in each room, by nick. */
  readonly #occupants = new Map<string, Map<string, Element>>();

  protected constructor(login: XmppLogin) {
    super(login);
    this.onStanza((stanza) => {
      if (stanza.is("presence")) this.#receivePresence(stanza);
    });
  }

  /** Resolves when the room has let us in (status 110). `history`: how many older messages to ask for. */
  async join(room: string, nick: string, history = 0): Promise<void> {
    const id = randomUUID();
    this.#nicks.set(room, nick);
    this.#occupants.set(room, new Map());
    const x = xml("x", { xmlns: MUC }, xml("history", { maxstanzas: String(history) }));
    await this.transmit(xml("presence", { to: `${room}/${nick}`, id }, x));
    await this.waitFor(`being in ${room}`, () => this.refusalOf(id) ?? this.#isIn(room));
  }

  /** Takes part under another nick. Resolves when the room has confirmed it; rejects where it is taken. */
  async rename(room: string, nick: string): Promise<void> {
    const id = randomUUID();
    const before = this.#nicks.get(room);
    this.#nicks.set(room, nick);
    await this.transmit(xml("presence", { to: `${room}/${nick}`, id }));
    try {
      await this.waitFor(`being ${nick} in ${room}`, () => this.refusalOf(id) ?? this.#isIn(room));
    } catch (error) {
      if (before !== undefined) this.#nicks.set(room, before);
      throw error;
    }
  }

  /** Tells something in the presence in a room, beside being there. Resolves when it was sent. */
  async tell(room: string, beside: Element): Promise<void> {
    await this.transmit(xml("presence", { to: `${room}/${this.nickIn(room) ?? ""}` }, beside));
  }

  /** Resolves when the room has confirmed it. */
  async leave(room: string): Promise<void> {
    const nick = this.#nicks.get(room);
    if (nick === undefined) return;
    await this.transmit(xml("presence", { to: `${room}/${nick}`, type: "unavailable" }));
    await this.waitFor(`leaving ${room}`, () => !this.#isIn(room));
    this.#nicks.delete(room);
  }

  /** Our nick in a room; undefined: we have not joined it. */
  nickIn(room: string): string | undefined {
    return this.#nicks.get(room);
  }

  /** Nicks that we see in the room, our own included. */
  occupants(room: string): string[] {
    return [...(this.#occupants.get(room)?.keys() ?? [])];
  }

  /** The last presence of an occupant; null: we see nobody of that nick. */
  presenceOf(room: string, nick: string): Element | null {
    return this.#occupants.get(room)?.get(nick) ?? null;
  }

  /** The bare JID behind a nick, as the room shows it to its moderators; null where it does not. */
  occupantJid(room: string, nick: string): string | null {
    const item = this.presenceOf(room, nick)?.getChild("x", `${MUC}#user`)?.getChild("item");
    const jid = item && attribute(item, "jid");
    return jid ? splitJid(jid)[0] : null;
  }

  /** The room's name as it is now; empty where it has none. */
  async roomName(room: string): Promise<string> {
    const answer = await this.request("get", room, xml("query", { xmlns: DISCO_INFO }));
    const identity = answer.getChild("query", DISCO_INFO)?.getChild("identity");
    return (identity && attribute(identity, "name")) ?? "";
  }

  /** Gives the room a name, as its owner. Resolves with the room's answer. */
  async setRoomName(room: string, name: string): Promise<void> {
    await this.configure(room, { "muc#roomconfig_roomname": name });
  }

  /** Changes these fields of the room's configuration and no others, as its owner. */
  async configure(room: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries({ FORM_TYPE: `${MUC}#roomconfig`, ...fields });
    const form = xml(
      "x",
      { xmlns: "jabber:x:data", type: "submit" },
      ...all.map(([name, value]) => xml("field", { var: name }, xml("value", {}, value))),
    );
    await this.request("set", room, xml("query", { xmlns: `${MUC}#owner` }, form));
  }

  /** Ends a room for everybody, as its owner. Resolves with the room's answer. */
  async destroy(room: string): Promise<void> {
    await this.request("set", room, xml("query", { xmlns: `${MUC}#owner` }, xml("destroy")));
  }

  /** Resolves with the room's answer. */
  async grant(room: string, jid: string, affiliation: Affiliation): Promise<void> {
    await this.#administer(room, xml("item", { jid, affiliation }));
  }

  /** Puts an occupant out of a room, as its moderator. Resolves with the room's answer. */
  async kick(room: string, nick: string): Promise<void> {
    await this.#administer(room, xml("item", { nick, role: "none" }));
  }

  /** Takes back what somebody has said, as a moderator, in the version of Prosody's module (XEP-0425). Resolves with the room's answer. */
  async takeBack(room: string, stanzaId: string, reason: string): Promise<void> {
    const retract = xml("retract", { xmlns: "urn:xmpp:message-retract:0" });
    const moderate = xml(
      "moderate",
      { xmlns: "urn:xmpp:message-moderate:0" },
      retract,
      xml("reason", {}, reason),
    );
    await this.request("set", room, xml("apply-to", { xmlns: "urn:xmpp:fasten:0", id: stanzaId }, moderate));
  }

  async #administer(room: string, item: Element): Promise<void> {
    await this.request("set", room, xml("query", { xmlns: `${MUC}#admin` }, item));
  }

  #isIn(room: string): boolean {
    const presence = this.presenceOf(room, this.nickIn(room) ?? "");
    const codes = presence?.getChild("x", `${MUC}#user`)?.getChildren("status") ?? [];
    return codes.some((status) => attribute(status, "code") === "110");
  }

  #receivePresence(stanza: Element): void {
    const [room, nick] = splitJid(attribute(stanza, "from") ?? "");
    const occupants = this.#occupants.get(room);
    if (nick === null || !occupants) return;
    if (attribute(stanza, "type") === "unavailable") occupants.delete(nick);
    else occupants.set(nick, stanza);
  }
}
