/** Somebody at an XMPP client: says things in rooms and outside of them, and keeps what was received. */
import { randomUUID } from "node:crypto";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { XmppLogin } from "./xmpp-connection.ts";
import type { GroupMessage, PrivateMessage } from "./xmpp-messages.ts";
import { attribute, readGroupMessage, readPrivateMessage, splitJid } from "./xmpp-messages.ts";
import { MUC, XmppOccupant } from "./xmpp-occupant.ts";

const UPLOAD = "urn:xmpp:http:upload:0";

export class XmppUser extends XmppOccupant {
  /** Messages with a text that were for us alone, from occupants of rooms and from others. */
  readonly privateMessages: PrivateMessage[] = [];
  readonly #messages = new Map<string, GroupMessage[]>();
  /** Ids of what we said, until it came back. */
  readonly #reflections = new Map<string, GroupMessage | null>();

  private constructor(login: XmppLogin) {
    super(login);
    this.onStanza((stanza) => {
      if (stanza.is("message")) this.#receiveMessage(stanza);
    });
  }

  /** Resolves when logged in. */
  static async connect(login: XmppLogin): Promise<XmppUser> {
    const user = new XmppUser(login);
    await user.logIn();
    return user;
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
      await this.transmit(xml("message", { to: room, type: "groupchat", id }, ...children, origin));
      return await this.waitFor(
        `the reflection of ${id}`,
        () => this.refusalOf(id) ?? this.#reflections.get(id),
      );
    } finally {
      this.#reflections.delete(id);
    }
  }

  /** Sends a groupchat message that the room need not keep, such as a chat state. Resolves when it was sent. */
  async signal(room: string, ...children: Element[]): Promise<void> {
    await this.transmit(xml("message", { to: room, type: "groupchat" }, ...children));
  }

  /** Sends a groupchat message with this XML in it, as it stands. Resolves when it was sent. */
  async sendText(room: string, children: string): Promise<void> {
    await this.transmitText(
      `<message to="${room}" type="groupchat" id="${randomUUID()}">${children}</message>`,
    );
  }

  /** Puts a file onto a service that stores files (XEP-0363). Resolves with the URL to get it from. */
  async upload(service: string, filename: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
    const request = xml("request", { xmlns: UPLOAD, filename, size: String(content.length) });
    const slot = (await this.request("get", service, request)).getChild("slot", UPLOAD);
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

  /** Says something to one occupant of a room. Resolves when it was sent. */
  async whisper(room: string, nick: string, text: string): Promise<void> {
    const to = `${room}/${nick}`;
    const x = xml("x", { xmlns: `${MUC}#user` });
    await this.transmit(xml("message", { to, type: "chat", id: randomUUID() }, xml("body", {}, text), x));
  }

  /** Says something to somebody outside of rooms. Resolves with the next thing that he says to us. */
  async ask(jid: string, text: string): Promise<string> {
    const before = this.privateMessages.length;
    const body = xml("body", {}, text);
    await this.transmit(xml("message", { to: jid, type: "chat", id: randomUUID() }, body));
    const answer = await this.waitFor(`the answer of ${jid}`, () =>
      this.privateMessages.find(({ from }, at) => at >= before && splitJid(from)[0] === jid),
    );
    return answer.body;
  }

  /** Resolves with the room's reflection, which has no id to know it by: the text and the nick must do. */
  async setSubject(room: string, subject: string): Promise<GroupMessage> {
    const id = randomUUID();
    const before = this.messages(room).length;
    const nick = this.nickIn(room);
    await this.transmit(xml("message", { to: room, type: "groupchat", id }, xml("subject", {}, subject)));
    return this.waitFor(
      `the subject of ${room}`,
      () =>
        this.refusalOf(id) ??
        this.messages(room).find((one, at) => at >= before && one.subject === subject && one.nick === nick),
    );
  }

  /** Groupchat messages of the room in the order in which they came, own reflections and subjects included. */
  messages(room: string): readonly GroupMessage[] {
    return this.#messages.get(room) ?? [];
  }

  /** The texts said in the room, without what was said before we came. */
  bodies(room: string): string[] {
    return this.messages(room).flatMap(({ body, delayed }) => (body === null || delayed ? [] : [body]));
  }

  #receiveMessage(stanza: Element): void {
    if (attribute(stanza, "type") === "groupchat") {
      const message = readGroupMessage(stanza);
      const list = this.#messages.get(message.room) ?? [];
      this.#messages.set(message.room, list);
      list.push(message);
      const { id } = message;
      if (id !== null && this.#reflections.has(id) && message.nick === this.nickIn(message.room)) {
        this.#reflections.set(id, message);
      }
    } else {
      const message = readPrivateMessage(stanza);
      if (message) this.privateMessages.push(message);
    }
  }
}
