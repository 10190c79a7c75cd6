/**
 * A MUC service with one room, on a component's stream: it answers as a room does that has nothing against anything,
 * unless a test says otherwise. The bridge on its other side is the real one, over TCP.
 */
import { pino } from "pino";
import { XmppAccount } from "../../bridges/xmpp/account.ts";
import { xmppConfig, xmppConfigSchema } from "../../bridges/xmpp/config.ts";
import { streamLimits } from "../../bridges/xmpp/stream-limits.ts";
import { attribute, type Element, parseXml, serializeXml } from "../../bridges/xmpp/xml.ts";
import { StanzaParser } from "../../bridges/xmpp/xml-parser.ts";
import type { GatewayError } from "../../core/errors.ts";
import type { Receipt, Speaker, Step } from "../../core/bridge/outbound.ts";
import type { DeliveryKey } from "../../core/ids.ts";
import type { EventId, GroupUri, UserUri } from "../../mappings/ids.ts";
import { eventually } from "./harness-eventually.ts";

import { NotingHost } from "./noting-host.ts";
import { DISCO, ids, isEntering, listener, MUC, presence, room, said } from "./muc-stanzas.ts";
import { ScriptedComponentServer, type ScriptedConnection } from "./scripted-component-server.ts";

/** What ends with a test. */
interface Ending {
  after(end: () => Promise<void>): void;
}

/** Of the account. */
type Settings = Readonly<Record<string, string | number | readonly string[]>>;

export class ScriptedMuc {
  readonly account: XmppAccount;
  readonly host = new NotingHost();
  /** All that the gateway has sent, on whichever connection. */
  readonly sent: Element[] = [];
  /** What the account's log warns of. */
  readonly warned: string[] = [];
  /** What is at every address that is on no host. */
  picture = Buffer.alloc(0);
  /** Why that can't be had; null: it can. */
  pictureFault: GatewayError | null = null;
  /** What the room says to a stanza; undefined: what such a room says. */
  answer: (stanza: Element) => string | undefined = () => undefined;
  features: readonly string[] = [MUC, "urn:xmpp:mam:2", "urn:xmpp:sid:0", "urn:xmpp:occupant-id:0"];
  /** What the room says of itself beside its features: fields by name. */
  fields: Readonly<Record<string, string>> = {};
  /** What the listener is in the room. */
  standing = "affiliation='admin' role='moderator'";
  /** The subject with which it is greeted; null: it is not. */
  subject: string | null = "";
  readonly #server: ScriptedComponentServer;
  #connection: ScriptedConnection | null = null;
  /** By JID. */
  readonly #nicks = new Map<string, string>();
  #numbers = 0;

  private constructor(server: ScriptedComponentServer, settings: Settings) {
    this.#server = server;
    const { service } = server;
    const config = xmppConfigSchema.parse({ service, domain: "gw.test", secret: "secret", ...settings });
    const write = (line: string) => this.warned.push((JSON.parse(line) as { readonly msg: string }).msg);
    const log = pino({ level: "warn" }, { write });
    const picture = () =>
      this.pictureFault ? Promise.reject(this.pictureFault) : Promise.resolve(this.picture);
    const media = { maxBytes: 100_000, allow: [], picture };
    this.account = new XmppAccount(xmppConfig({ ...config, name: "xmpp" }), log, media);
  }

  /** With the account connected, and in no room. Ends with the test. */
  static async open(t: Ending, settings: Settings = {}): Promise<ScriptedMuc> {
    const server = await ScriptedComponentServer.listen();
    const muc = new ScriptedMuc(server, settings);
    t.after(async () => {
      await muc.account.stop();
      await server.close();
    });
    await muc.account.start(muc.host);
    await muc.connected();
    return muc;
  }

  /** With the listener in the room. */
  static async entered(
    t: Ending,
    script: Partial<Pick<ScriptedMuc, "answer" | "features" | "fields" | "standing" | "subject">> = {},
    settings: Settings = {},
  ): Promise<ScriptedMuc> {
    const muc = Object.assign(await ScriptedMuc.open(t, settings), script);
    muc.account.join(room, null);
    await muc.ready(1);
    return muc;
  }

  /** The account's next connection is taken up. */
  async connected(): Promise<void> {
    const connection = await this.#server.next();
    this.#connection = connection;
    const parser = new StanzaParser(streamLimits);
    parser.write(
      "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>",
    );
    parser.on("element", (stanza: Element) => this.#take(stanza));
    parser.write(connection.received);
    connection.socket.on("data", (text: string) => {
      if (text !== "</stream:stream>") parser.write(text);
    });
  }

  /** The connection ends without a word, and the next one is taken up. */
  async dropped(): Promise<void> {
    this.#connection?.drop();
    await this.connected();
  }

  /** Resolves when the room has been entered for the nth time. */
  async ready(times: number): Promise<void> {
    await eventually(`the room entered ${times} times`, () => this.host.readied.length >= times, 20_000);
  }

  write(...stanzas: readonly string[]): void {
    this.#connection?.write(stanzas.join(""));
  }

  /** Resolves when all that was written has been read, and what it says has been handed over. */
  async settled(): Promise<void> {
    const id = `settled-${(this.#numbers += 1)}`;
    this.write(
      `<iq type='get' id='${id}' from='muc.test' to='${listener}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    await this.find("an answer to a ping", (stanza) => attribute(stanza, "id") === id);
  }

  /** Resolves with the first stanza of that kind that the gateway has sent, or sends. */
  find(what: string, matches: (stanza: Element) => boolean): Promise<Element> {
    return eventually(what, () => this.sent.find(matches), 20_000);
  }

  /** The bodies and authors' JIDs of what the gateway has said to the room, as `LOCALPART: BODY`. */
  get lines(): readonly string[] {
    return this.sent
      .filter((stanza) => stanza.name === "message" && attribute(stanza, "type") === "groupchat")
      .flatMap((stanza) => {
        const body = stanza.getChildText("body");
        return body === null ? [] : [`${attribute(stanza, "from")?.split("@", 1)[0]}: ${body}`];
      });
  }

  /** What the gateway has written to single people, as `JID: BODY`. */
  get whispers(): readonly string[] {
    return this.sent
      .filter((stanza) => stanza.name === "message" && attribute(stanza, "type") === "chat")
      .map((stanza) => `${attribute(stanza, "to") ?? ""}: ${stanza.getChildText("body") ?? ""}`);
  }

  /** The nicks under which somebody has asked to enter, in order. */
  asked(jid: string): readonly string[] {
    return this.sent
      .filter((stanza) => isEntering(stanza) && attribute(stanza, "from") === jid)
      .map((stanza) => (attribute(stanza, "to") ?? "").slice(room.length + 1));
  }

  /** Delivers a text in somebody's name. */
  speak(name: string, text: string): Promise<Receipt> {
    return this.speakAs({ uri: `mimi://a.test/u/${name.toLowerCase()}`, name }, text);
  }
  speakAs(person: Omit<Speaker, "uri"> & { readonly uri: string }, text: string): Promise<Receipt> {
    const payload = [{ name: "body", attrs: {}, children: [text] }];
    const speaker = { ...person, uri: person.uri as UserUri };
    return this.perform({ op: "message", part: 0, speaker, args: { payload } });
  }

  perform(step: Step): Promise<Receipt> {
    return this.account.perform(step, this.#context());
  }

  /** Delivers that somebody is out of the group. */
  putOut(user: string): Promise<Receipt> {
    return this.perform({ op: "out", part: null, speaker: null, args: { user } });
  }

  /** Delivers a topic. */
  setTopic(text: string): Promise<Receipt> {
    return this.perform({ op: "topic", part: null, speaker: null, args: { text } });
  }

  #context() {
    const origin = { group: "mimi://a.test/r/g" as GroupUri, event: "01".repeat(32) as EventId };
    return { room, key: `key-${(this.#numbers += 1)}` as DeliveryKey, origin };
  }

  #take(stanza: Element): void {
    this.sent.push(stanza);
    this.write(this.answer(stanza) ?? this.#usual(stanza));
  }

  #usual(stanza: Element): string {
    switch (stanza.name) {
      case "presence":
        return this.#attends(stanza);
      case "iq":
        return this.#replies(stanza);
      default:
        return this.#reflects(stanza);
    }
  }

  #attends(stanza: Element): string {
    const from = attribute(stanza, "from") ?? "";
    const nick = (attribute(stanza, "to") ?? "").slice(room.length + 1);
    if (attribute(stanza, "type") === "unavailable") {
      this.#nicks.delete(from);
      return presence(nick, from, { statuses: [110], type: "unavailable" });
    }
    return this.admits(from, nick);
  }

  /** Lets somebody in: the others see him, he gets the subject last. */
  admits(jid: string, nick: string, statuses: readonly number[] = [110]): string {
    const others = jid === listener || !this.#nicks.has(listener) ? "" : presence(nick, listener);
    this.#nicks.set(jid, nick);
    const item = jid === listener ? this.standing : undefined;
    const subject = this.subject === null ? "" : said("", `<subject>${this.subject}</subject>`, { to: jid });
    return others + presence(nick, jid, { statuses, ...(item !== undefined && { item }) }) + subject;
  }

  #replies(stanza: Element): string {
    if (!["get", "set"].includes(attribute(stanza, "type") ?? "")) return "";
    const id = attribute(stanza, "id") ?? "";
    const question = stanza.getChildElements()[0];
    const answer = (children: string) =>
      `<iq type='result' id='${id}' from='${attribute(stanza, "to") ?? ""}' to='${attribute(stanza, "from") ?? ""}'>` +
      `${children}</iq>`;
    if (question?.getNS() === "urn:xmpp:mam:2")
      return answer(
        "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'/></fin>",
      );
    if (question?.getNS() !== DISCO) return answer("");
    const features = this.features.map((name) => `<feature var='${name}'/>`).join("");
    const fields = Object.entries(this.fields).map(
      ([name, value]) => `<field var='${name}'><value>${value}</value></field>`,
    );
    return answer(
      `<query xmlns='${DISCO}'><identity category='conference' type='text' name='Tea'/>${features}` +
        `<x xmlns='jabber:x:data' type='result'>${fields.join("")}</x></query>`,
    );
  }

  /** What is said comes back to the listener under the speaker's nick, with the room's ids. */
  #reflects(stanza: Element): string {
    const nick = this.#nicks.get(attribute(stanza, "from") ?? "");
    if (nick === undefined || attribute(stanza, "type") !== "groupchat") return "";
    const copy = parseXml(serializeXml(stanza));
    copy.attrs["from"] = `${room}/${nick}`;
    copy.attrs["to"] = listener;
    const vouched = stanza.getChild("body") ? ids(`S${(this.#numbers += 1)}`, `occ-${nick}`) : "";
    return serializeXml(copy).replace(/<\/message>$/, `${vouched}</message>`);
  }
}
