/**
 * One JID's presence in one MUC (XEP-0045, section 7): entering under the first nick that the room takes, staying,
 * leaving. The listener and every ghost have one each.
 */
import { randomBytes } from "node:crypto";
import type { NativeRoom } from "../../core/ids.ts";
import { attribute, type Element, xml } from "./xml.ts";
import { NS, resource } from "./names.ts";
import { nickCandidates } from "../../mappings/xmpp/nick.ts";
import { putOut, type PutOut } from "./put-out.ts";
import { StanzaError, type ComponentStream } from "./stream.ts";

const ENTERED_WITHIN_MS = 15_000;

/** The room's word on entering it. */
export type Entry =
  /** `created`: there was no such room before, and now we own one (status 201). */
  | { readonly entered: true; readonly nick: string; readonly created: boolean }
  | { readonly entered: false; readonly condition: string; readonly detail: string };

export class Occupancy {
  readonly jid: string;
  readonly room: NativeRoom;
  readonly #stream: Pick<ComponentStream, "online" | "send">;
  readonly #password: () => string | null;
  /** The person's name when it entered, from which its nick was made. */
  #name: string | null = null;
  #nick: string | null = null;
  #entering: {
    readonly nick: string;
    readonly before: string | null;
    /** Of the presence that asks for it. */
    readonly id: string;
    settle: (entry: Entry) => void;
  } | null = null;
  #entry: Promise<Entry> | null = null;
  /** What its presences tell beside where it is. */
  #beside: Element | null = null;
  /** Of that, what the room has last taken. */
  #besideShown: Element | null = null;
  affiliation = "none";
  role = "none";

  /** `password`: what the room asks for at the door; null: nothing. */
  constructor(
    stream: Pick<ComponentStream, "online" | "send">,
    room: NativeRoom,
    jid: string,
    password: () => string | null,
  ) {
    this.#stream = stream;
    this.#password = password;
    this.room = room;
    this.jid = jid;
  }

  /** The nick under which it is in the room; null: it is not. */
  get nick(): string | null {
    return this.#nick;
  }

  isCalled(name: string): boolean {
    return this.#name === name;
  }

  /**
   * Enters the room unless it is in, with the first nick of the name that is free; one that is in under another name
   * changes its nick, and keeps the old one where no new one is free.
   */
  enter(name: string, label: string): Promise<Entry> {
    if (this.#nick !== null && this.#name === name)
      return Promise.resolve({ entered: true, nick: this.#nick, created: false });
    this.#entry ??= this.#enter(nickCandidates(name, label)).finally(() => {
      this.#entry = null;
      this.#name = name;
      this.#showBeside();
    });
    return this.#entry;
  }

  /** Tells something in its presence from now on, in this stay and in later ones. */
  update(beside: Element): void {
    this.#beside = beside;
    // A presence under the old nick while a new one is asked for would ask for the old one again.
    if (this.#entry === null) this.#showBeside();
  }

  /** Says good-bye also where the room may only have kept us from an earlier stream: it goes by the JID. */
  leave(): void {
    if (this.#stream.online)
      this.#stream.send(
        xml("presence", { from: this.jid, to: `${this.room}/${this.#nick ?? "gone"}`, type: "unavailable" }),
      );
    this.lost();
  }

  /** The stream ended, and with it the stay as far as we can tell. */
  lost(): void {
    this.#nick = null;
    this.#entering?.settle({ entered: false, condition: "stream-lost", detail: "the stream ended" });
  }

  /** A presence from the room to this JID. Returns why it is out, if this one says so. */
  presence(stanza: Element): PutOut | null {
    const nick = resource(attribute(stanza, "from") ?? "");
    const type = attribute(stanza, "type");
    const user = stanza.getChild("x", NS.mucUser);
    const statuses = new Set(user?.getChildren("status").map((status) => attribute(status, "code")) ?? []);
    if (type === "error") {
      const { condition, text } = new StanzaError(stanza);
      this.#entering?.settle({ entered: false, condition, detail: text });
      return null;
    }
    if (!statuses.has("110") && nick !== this.#nick) return null;
    if (type === "unavailable") {
      if (statuses.has("303")) {
        this.#nick = attribute(user?.getChild("item") ?? stanza, "nick") ?? this.#nick;
        return null;
      }
      this.lost();
      return putOut(user);
    }
    const item = user?.getChild("item");
    this.affiliation = (item && attribute(item, "affiliation")) ?? this.affiliation;
    this.role = (item && attribute(item, "role")) ?? this.role;
    // The room may have given another nick than the one that was asked for (status 210).
    if (statuses.has("110")) {
      this.#nick = nick;
      if (this.#answers(stanza, nick, statuses))
        this.#entering?.settle({ entered: true, nick, created: statuses.has("201") });
    }
    return null;
  }

  /**
   * Under the nick of before, its own presence tells of something else, unless the room says that it gives that one, or it is the
   * very presence that asked: to the room the two nicks are the same then.
   */
  #answers(stanza: Element, nick: string, statuses: ReadonlySet<string | undefined>): boolean {
    const entering = this.#entering;
    if (entering === null || entering.nick === nick || entering.before !== nick) return true;
    return statuses.has("210") || attribute(stanza, "id") === entering.id;
  }

  #showBeside(): void {
    const beside = this.#beside;
    if (beside === null || beside === this.#besideShown) return;
    if (this.#nick === null || !this.#stream.online) return;
    this.#besideShown = beside;
    this.#stream.send(xml("presence", { from: this.jid, to: `${this.room}/${this.#nick}` }, beside));
  }

  async #enter(nicks: readonly string[]): Promise<Entry> {
    let last: Entry = { entered: false, condition: "conflict", detail: "every nick is taken" };
    for (const nick of nicks) {
      if (nick === this.#nick) return { entered: true, nick, created: false };
      last = await this.#tryNick(nick);
      if (last.entered || last.condition !== "conflict") break;
    }
    if (!last.entered && this.#nick !== null) return { entered: true, nick: this.#nick, created: false };
    return last;
  }

  #tryNick(nick: string): Promise<Entry> {
    const { promise, resolve } = Promise.withResolvers<Entry>();
    const timer = setTimeout(
      () => resolve({ entered: false, condition: "timeout", detail: "the room does not answer" }),
      ENTERED_WITHIN_MS,
    );
    const beside = this.#beside;
    const settle = (entry: Entry) => {
      if (entry.entered) this.#besideShown = beside;
      resolve(entry);
    };
    const id = randomBytes(16).toString("hex");
    this.#entering = { nick, before: this.#nick, id, settle };
    if (this.#stream.online) {
      const history = xml("history", { maxstanzas: "0", maxchars: "0" });
      const password = this.#password();
      const join = xml("x", { xmlns: NS.muc }, history);
      if (password !== null) join.append(xml("password", {}, password));
      this.#stream.send(
        xml("presence", { id, from: this.jid, to: `${this.room}/${nick}` }, join, beside ?? undefined),
      );
    } else resolve({ entered: false, condition: "stream-lost", detail: "the stream is down" });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#entering = null;
    });
  }
}
