/** Somebody in a MUC whose client is made with stanza, connected by WebSocket. */
import { type Agent, createClient, JID, type Stanzas } from "stanza";
import { type Answer, Waits } from "../../deploy/clients/waits.ts";
import type { ForeignPerson, Heard, HeardMessage, Said, SharedFile } from "./foreign-person.ts";
import { moreOfMessages } from "./stanza-protocol.ts";

const PATIENCE_MS = 30_000;

export class StanzaPerson implements ForeignPerson {
  readonly library = "stanza";
  readonly name: string;
  readonly heard: Heard[] = [];
  readonly #room: string;
  readonly #agent: Agent;
  readonly #waits: Waits;

  private constructor(name: string, muc: { jid: string; password: string; room: string; url: string }) {
    this.name = name;
    this.#room = muc.room;
    this.#waits = new Waits(`${name} at stanza`);
    const { jid, password, url } = muc;
    this.#agent = createClient({ jid, password, transports: { websocket: url, bosh: false } });
    this.#agent.stanzas.define(moreOfMessages);
    this.#listen();
  }

  /** In a new MUC, which is his; `owner` is made one, too. */
  static async inMuc(
    name: string,
    muc: { jid: string; password: string; room: string; url: string; owner: string },
  ): Promise<StanzaPerson> {
    const person = new StanzaPerson(name, muc);
    const agent = person.#agent;
    let started = false;
    agent.on("session:started", () => {
      started = true;
      person.#waits.check();
    });
    agent.on("disconnected", () => person.#waits.fail(new Error("stanza: the connection has ended")));
    agent.connect();
    await person.until("the session", () => started);
    agent.sendPresence();
    await agent.joinRoom(muc.room, name);
    await agent.setRoomAffiliation(muc.room, muc.owner, "owner");
    return person;
  }

  async say(text: string, { thread }: { readonly html?: string; readonly thread?: string } = {}) {
    return this.#put({ body: text, ...(thread === undefined ? {} : { thread }) });
  }

  async mention(whom: string, text: string) {
    return this.say(`${whom}: ${text}`);
  }

  async correct(of: Said, text: string) {
    return this.#put({ body: text, replace: of.own });
  }

  async retract(of: Said) {
    return this.#send({ retracts: of.id, processingHints: { store: true } });
  }

  async reply(to: HeardMessage, text: string) {
    return this.#put({ body: text, replyTo: to.id, replyAuthor: `${this.#room}/${to.by}` });
  }

  async react(to: Said, emoji: readonly string[]) {
    return this.#send({ reactions: { id: to.id, emoji: [...emoji] }, processingHints: { store: true } });
  }

  async type(on: boolean) {
    return this.#send({ chatState: on ? "composing" : "paused" });
  }

  async read(of: Said) {
    return this.#send({ marker: { type: "displayed", id: of.id } });
  }

  async share({ name, type, bytes }: SharedFile) {
    const service = await this.#agent.getUploadService();
    const request = { name, size: bytes.length, mediaType: type };
    const { upload, download } = await this.#agent.getUploadSlot(service.jid, request);
    const headers = (upload.headers ?? []).map(({ name: key, value }): [string, string] => [key, value]);
    const { status } = await fetch(upload.url, {
      method: "PUT",
      body: bytes,
      headers: [["content-type", type], ...headers],
    });
    if (status !== 201) throw new Error(`${upload.url} answered ${status} to the upload`);
    return this.#put({ body: download, links: [{ url: download }] });
  }

  async fetch(url: string) {
    return Buffer.from(await (await fetch(url)).arrayBuffer());
  }

  topic(text: string): Promise<void> {
    this.#agent.setSubject(this.#room, text);
    return Promise.resolve();
  }

  async until<T>(what: string, ask: () => Answer<T>): Promise<unknown> {
    return this.#waits.until(what, ask, PATIENCE_MS);
  }

  async leave(): Promise<void> {
    const ended = new Promise((resolve) => this.#agent.once("disconnected", resolve));
    this.#agent.disconnect();
    await ended;
  }

  /** Resolves when it is on its way. */
  async #send(message: Stanzas.Message): Promise<void> {
    await this.#agent.send("message", { ...message, to: this.#room, type: "groupchat" });
  }

  /** Resolves when the room has said it to everybody. */
  async #put(message: Stanzas.Message): Promise<Said> {
    const own = this.#agent.nextId();
    await this.#send({ ...message, id: own, originId: own });
    const find = (): HeardMessage | undefined =>
      this.heard.find((one): one is HeardMessage => one.what === "said" && one.own === own);
    await this.until(`the reflection of ${own}`, find);
    return { id: find()?.id ?? "", own };
  }

  #listen(): void {
    const agent = this.#agent;
    agent.on("message", (message) => {
      if (message.type === "groupchat") this.#hear(factOf(message));
    });
    agent.on("muc:topic", ({ from, topic = "" }) =>
      this.#hear({ what: "topic", by: nick(from), text: topic }),
    );
    agent.on("muc:available", ({ from }) => this.#hear({ what: "there", by: nick(from) }));
    agent.on("muc:unavailable", ({ from }) => this.#hear({ what: "left", by: nick(from) }));
  }

  #hear(fact: Heard | null): void {
    if (fact !== null) this.heard.push(fact);
    this.#waits.check();
  }
}

const nick = (from: string): string => JID.getResource(from) ?? "";

/** null: nothing that is written down. */
function factOf(message: Stanzas.ReceivedMessage): Heard | null {
  const by = nick(message.from);
  // These may have a text too, for clients that know nothing of them.
  if (message.retracts !== undefined) return { what: "gone", by, of: message.retracts };
  if (message.reactions !== undefined) {
    const { id = "", emoji = [] } = message.reactions;
    return { what: "reacted", by, of: id, emoji: emoji.toSorted(), id: null };
  }
  if (message.marker?.type === "displayed") return { what: "read", by, of: message.marker.id ?? "" };
  if (message.body !== undefined) return messageOf(message, by, message.body);
  return message.chatState === undefined
    ? null
    : { what: "typing", by, on: message.chatState === "composing" };
}

const messageOf = (message: Stanzas.ReceivedMessage, by: string, text: string): HeardMessage => ({
  what: "said",
  by,
  id: message.stanzaIds?.find((one) => JID.equalBare(one.by, message.from))?.id ?? "",
  own: message.id ?? "",
  text,
  quote: "",
  html: null,
  replyTo: message.replyTo ?? null,
  replaces: message.replace ?? null,
  thread: message.thread ?? null,
  mentions: null,
  url: message.links?.[0]?.url ?? null,
  old: message.delay !== undefined,
});
