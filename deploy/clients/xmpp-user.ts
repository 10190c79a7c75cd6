/** Somebody at an XMPP client: connects, joins rooms, says things, and keeps what was received. */
import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import { client, xml } from "@xmpp/client";
import type { Client } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { Milliseconds } from "../../core/time.ts";
import type { Answer } from "./waits.ts";
import { Waits } from "./waits.ts";
import type { ArchivedMessage, GroupMessage, PrivateMessage } from "./xmpp-messages.ts";
import {
  archiveComplete,
  archiveQuery,
  archiveResult,
  attribute,
  readGroupMessage,
  readPrivateMessage,
  splitJid,
  stanzaError,
} from "./xmpp-messages.ts";

export interface XmppLogin {
  readonly domain: string;
  /** The server's port for clients on 127.0.0.1. */
  readonly port: number;
  readonly name: string;
  readonly password: string;
  /** Tells several connections of one account apart. By default the server chooses. */
  readonly resource?: string;
}

export type Affiliation = "owner" | "admin" | "member" | "none" | "outcast";

const MUC = "http://jabber.org/protocol/muc";
const UPLOAD = "urn:xmpp:http:upload:0";
const VCARD = "vcard-temp";
const DISCO_INFO = "http://jabber.org/protocol/disco#info";

export class XmppUser {
  /** Bare JID. */
  readonly jid: string;
  /** Messages with a text that were for us alone, from occupants of rooms and from others. */
  readonly privateMessages: PrivateMessage[] = [];
  /** Faults of the connection. */
  readonly errors: Error[] = [];
  readonly #client: Client;
  readonly #waits: Waits;
  readonly #messages = new Map<string, GroupMessage[]>();
  /** Our nick in each room. */
  readonly #nicks = new Map<string, string>();
  /** The last presence of whom we see in each room, by nick. */
  readonly #occupants = new Map<string, Map<string, Element>>();
  /** Ids of what we said, until it came back. */
  readonly #reflections = new Map<string, GroupMessage | null>();
  /** Ids of what we asked, until the answer came. */
  readonly #answers = new Map<string, Element | null>();
  /** Answers of type error by the id of what was refused. */
  readonly #refusals = new Map<string, Error>();
  readonly #results = new Map<string, ArchivedMessage[]>();

  private constructor(login: XmppLogin) {
    this.jid = `${login.name}@${login.domain}`;
    this.#waits = new Waits(this.jid);
    this.#client = client({
      service: `xmpp://127.0.0.1:${login.port}`,
      domain: login.domain,
      ...(login.resource === undefined ? {} : { resource: login.resource }),
      // The library keeps PLAIN for encrypted streams, and its SCRAM takes most of a second.
      credentials: async (authenticate) =>
        authenticate({ username: login.name, password: login.password }, "PLAIN", xml("user-agent", {})),
    });
    this.#client.reconnect.stop();
    this.#client.on("stanza", (stanza) => this.#receive(stanza));
    this.#client.on("error", (error) => {
      this.errors.push(error);
    });
    this.#client.on("disconnect", () => this.#waits.fail(new Error(`${this.jid}: the connection has ended`)));
  }

  /** Resolves when logged in. */
  static async connect(login: XmppLogin): Promise<XmppUser> {
    const user = new XmppUser(login);
    await user.#client.start();
    user.#mendSocket();
    await user.#client.send(xml("presence"));
    return user;
  }

  /** Resolves when the room has let us in (status 110). `history`: how many older messages to ask for. */
  async join(room: string, nick: string, history = 0): Promise<void> {
    const id = randomUUID();
    this.#nicks.set(room, nick);
    this.#occupants.set(room, new Map());
    const x = xml("x", { xmlns: MUC }, xml("history", { maxstanzas: String(history) }));
    await this.#client.send(xml("presence", { to: `${room}/${nick}`, id }, x));
    await this.waitFor(`being in ${room}`, () => this.#refusals.get(id) ?? this.#isIn(room));
  }

  /** Resolves with the room's reflection. */
  async say(room: string, text: string): Promise<GroupMessage> {
    return this.send(room, xml("body", {}, text));
  }

  /** Sends a groupchat message with these elements in it and resolves with the room's reflection. */
  async send(room: string, ...children: Element[]): Promise<GroupMessage> {
    const id = randomUUID();
    this.#reflections.set(id, null);
    const origin = xml("origin-id", { xmlns: "urn:xmpp:sid:0", id });
    try {
      await this.#client.send(xml("message", { to: room, type: "groupchat", id }, ...children, origin));
      return await this.waitFor(
        `the reflection of ${id}`,
        () => this.#refusals.get(id) ?? this.#reflections.get(id),
      );
    } finally {
      this.#reflections.delete(id);
    }
  }

  /** Sends a groupchat message that the room need not keep, such as a chat state. Resolves when it was sent. */
  async signal(room: string, ...children: Element[]): Promise<void> {
    await this.#client.send(xml("message", { to: room, type: "groupchat" }, ...children));
  }

  /** Puts a file onto a service that stores files (XEP-0363). Resolves with the URL to get it from. */
  async upload(service: string, filename: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
    const request = xml("request", { xmlns: UPLOAD, filename, size: String(content.length) });
    const slot = (await this.#ask("get", service, request)).getChild("slot", UPLOAD);
    const [put, get] = [slot?.getChild("put"), slot?.getChild("get")];
    const headers = (put?.getChildren("header") ?? []).map((header): [string, string] => [
      attribute(header, "name") ?? "",
      header.getText(),
    ]);
    const to = (put && attribute(put, "url")) ?? "";
    const { status } = await fetch(to, { method: "PUT", body: content, headers });
    if (status !== 201) throw new Error(`${to} answered ${status} to the upload`);
    return (get && attribute(get, "url")) ?? "";
  }

  /** Sends a groupchat message with this XML in it, as it stands. Resolves when it was sent. */
  async sendText(room: string, children: string): Promise<void> {
    await this.#client.write(
      `<message to="${room}" type="groupchat" id="${randomUUID()}">${children}</message>`,
    );
  }

  /** Says something to one occupant of a room. Resolves when it was sent. */
  async whisper(room: string, nick: string, text: string): Promise<void> {
    const to = `${room}/${nick}`;
    const x = xml("x", { xmlns: `${MUC}#user` });
    await this.#client.send(xml("message", { to, type: "chat", id: randomUUID() }, xml("body", {}, text), x));
  }

  /** Says something to somebody outside of rooms. Resolves with the next thing that he says to us. */
  async ask(jid: string, text: string): Promise<string> {
    const before = this.privateMessages.length;
    const body = xml("body", {}, text);
    await this.#client.send(xml("message", { to: jid, type: "chat", id: randomUUID() }, body));
    const answer = await this.waitFor(`the answer of ${jid}`, () =>
      this.privateMessages.find(({ from }, at) => at >= before && splitJid(from)[0] === jid),
    );
    return answer.body;
  }

  /** Resolves with the room's reflection, which has no id to know it by: the text and the nick must do. */
  async setSubject(room: string, subject: string): Promise<GroupMessage> {
    const id = randomUUID();
    const before = this.messages(room).length;
    const nick = this.#nicks.get(room);
    await this.#client.send(xml("message", { to: room, type: "groupchat", id }, xml("subject", {}, subject)));
    return this.waitFor(
      `the subject of ${room}`,
      () =>
        this.#refusals.get(id) ??
        this.messages(room).find((one, at) => at >= before && one.subject === subject && one.nick === nick),
    );
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
    await this.#ask("set", room, xml("query", { xmlns: `${MUC}#owner` }, form));
  }

  /** Takes part under another nick. Resolves when the room has confirmed it; rejects where it is taken. */
  async rename(room: string, nick: string): Promise<void> {
    const id = randomUUID();
    const before = this.#nicks.get(room);
    this.#nicks.set(room, nick);
    await this.#client.send(xml("presence", { to: `${room}/${nick}`, id }));
    try {
      await this.waitFor(`being ${nick} in ${room}`, () => this.#refusals.get(id) ?? this.#isIn(room));
    } catch (error) {
      if (before !== undefined) this.#nicks.set(room, before);
      throw error;
    }
  }

  /** Puts an occupant out of a room, as its moderator. Resolves with the room's answer. */
  async kick(room: string, nick: string): Promise<void> {
    const item = xml("item", { nick, role: "none" });
    await this.#ask("set", room, xml("query", { xmlns: `${MUC}#admin` }, item));
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
    await this.#ask("set", room, xml("apply-to", { xmlns: "urn:xmpp:fasten:0", id: stanzaId }, moderate));
  }

  /** Ends a room for everybody, as its owner. Resolves with the room's answer. */
  async destroy(room: string): Promise<void> {
    await this.#ask("set", room, xml("query", { xmlns: `${MUC}#owner` }, xml("destroy")));
  }

  /** The room's name as it is now; empty where it has none. */
  async roomName(room: string): Promise<string> {
    const answer = await this.#ask("get", room, xml("query", { xmlns: DISCO_INFO }));
    const identity = answer.getChild("query", DISCO_INFO)?.getChild("identity");
    return (identity && attribute(identity, "name")) ?? "";
  }

  /** Resolves with the room's answer. */
  async grant(room: string, jid: string, affiliation: Affiliation): Promise<void> {
    const item = xml("item", { jid, affiliation });
    await this.#ask("set", room, xml("query", { xmlns: `${MUC}#admin` }, item));
  }

  /** Tells something in the presence in a room, beside being there. Resolves when it was sent. */
  async tell(room: string, beside: Element): Promise<void> {
    await this.#client.send(xml("presence", { to: `${room}/${this.#nicks.get(room) ?? ""}` }, beside));
  }

  /** The vCard at an address (XEP-0054): an occupant's, or our own. */
  async vcard(jid: string): Promise<Element | null> {
    const answer = await this.#ask("get", jid, xml("vCard", { xmlns: VCARD }));
    return answer.getChild("vCard", VCARD) ?? null;
  }

  /** Puts what is in our own vCard in the place of what was there. */
  async setVcard(...children: Element[]): Promise<void> {
    await this.#ask("set", this.jid, xml("vCard", { xmlns: VCARD }, ...children));
  }

  /** Groupchat messages of the room in the order in which they came, own reflections and subjects included. */
  messages(room: string): readonly GroupMessage[] {
    return this.#messages.get(room) ?? [];
  }

  /** The texts said in the room, without what was said before we came. */
  bodies(room: string): string[] {
    return this.messages(room).flatMap(({ body, delayed }) => (body === null || delayed ? [] : [body]));
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
    const item = this.#occupants.get(room)?.get(nick)?.getChild("x", `${MUC}#user`)?.getChild("item");
    const jid = item && attribute(item, "jid");
    return jid ? splitJid(jid)[0] : null;
  }

  /**
   * Asks again after everything that comes in, and resolves with the first answer that is none of undefined, null
   * and false. `what` is what the error says was waited for when the time (30 s by default) is over.
   */
  async waitFor<T>(
    what: string,
    ask: () => Answer<T>,
    within?: Milliseconds,
  ): Promise<Exclude<T, Error | undefined | null | false>> {
    return this.#waits.until(what, ask, within);
  }

  /** The room's whole archive, oldest first, read page by page (XEP-0313). */
  async queryArchive(room: string): Promise<ArchivedMessage[]> {
    const all: ArchivedMessage[] = [];
    for (;;) {
      const { id, query } = archiveQuery(all.at(-1)?.stanzaId ?? null);
      const page: ArchivedMessage[] = [];
      this.#results.set(id, page);
      const answer = await this.#ask("set", room, query);
      this.#results.delete(id);
      all.push(...page);
      if (page.length === 0 || archiveComplete(answer)) return all;
    }
  }

  /** Resolves when the room has confirmed it. */
  async leave(room: string): Promise<void> {
    const nick = this.#nicks.get(room);
    if (nick === undefined) return;
    await this.#client.send(xml("presence", { to: `${room}/${nick}`, type: "unavailable" }));
    await this.waitFor(`leaving ${room}`, () => !this.#isIn(room));
    this.#nicks.delete(room);
  }

  /** Ends the connection. Resolves also where the server has ended it before. */
  async disconnect(): Promise<void> {
    if (this.#client.status === "online") await this.#client.stop();
  }

  /** Sends an iq and resolves with its answer. The library has this too, in types that it breaks. */
  async #ask(type: "get" | "set", to: string, query: Element): Promise<Element> {
    const id = randomUUID();
    this.#answers.set(id, null);
    try {
      await this.#client.send(xml("iq", { type, to, id }, query));
      return await this.waitFor(
        `an answer from ${to}`,
        () => this.#refusals.get(id) ?? this.#answers.get(id),
      );
    } finally {
      this.#answers.delete(id);
    }
  }

  #isIn(room: string): boolean {
    const presence = this.#occupants.get(room)?.get(this.#nicks.get(room) ?? "");
    const codes = presence?.getChild("x", `${MUC}#user`)?.getChildren("status") ?? [];
    return codes.some((status) => attribute(status, "code") === "110");
  }

  /**
   * What follows within 40 ms on a stream in both directions waits for a delayed TCP acknowledgement when the
   * server leaves Nagle's algorithm on: a blank after each read carries it, and is nothing to XMPP.
   */
  #mendSocket(): void {
    const { socket } = this.#client;
    if (!(socket instanceof Socket)) throw new Error("an XMPP client on plain TCP has a socket");
    socket.setNoDelay(true);
    // The library reads each packet by itself, and so breaks a character that two packets share.
    socket.setEncoding("utf8");
    socket.on("data", () => {
      if (this.#client.status === "online" && socket.writable) socket.write(" ");
    });
  }

  #receive(stanza: Element): void {
    const id = attribute(stanza, "id");
    if (attribute(stanza, "type") === "error") {
      if (id !== null) this.#refusals.set(id, stanzaError(stanza, this.jid));
    } else if (stanza.is("message")) this.#receiveMessage(stanza);
    else if (stanza.is("presence")) this.#receivePresence(stanza);
    else if (id !== null && this.#answers.has(id)) this.#answers.set(id, stanza);
    this.#waits.check();
  }

  #receiveMessage(stanza: Element): void {
    const archived = archiveResult(stanza);
    if (archived) {
      this.#results.get(archived.query)?.push(archived.message);
    } else if (attribute(stanza, "type") === "groupchat") {
      const message = readGroupMessage(stanza);
      const list = this.#messages.get(message.room) ?? [];
      this.#messages.set(message.room, list);
      list.push(message);
      const { id } = message;
      if (id !== null && this.#reflections.has(id) && message.nick === this.#nicks.get(message.room)) {
        this.#reflections.set(id, message);
      }
    } else {
      const message = readPrivateMessage(stanza);
      if (message) this.privateMessages.push(message);
    }
  }

  #receivePresence(stanza: Element): void {
    const [room, nick] = splitJid(attribute(stanza, "from") ?? "");
    const occupants = this.#occupants.get(room);
    if (nick === null || !occupants) return;
    if (attribute(stanza, "type") === "unavailable") occupants.delete(nick);
    else occupants.set(nick, stanza);
  }
}
