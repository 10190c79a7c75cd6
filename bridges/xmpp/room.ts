/**
 * One MUC that the gateway takes part in: one listener reads it, ghosts speak in it. After every (re)connection:
 * enter, read what was missed from the archive while what comes live waits, then live.
 */
import type {
  BridgeHost,
  Capabilities,
  Milliseconds,
  Receipt,
  RoomFacts,
  Speaker,
} from "../../core/bridge.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { nickCandidates } from "../../mappings/xmpp/nick.ts";
import type { Archive } from "./archive.ts";
import type { Echoes } from "./echoes.ts";
import {
  hasText,
  isOwn,
  isSubject,
  nameOf,
  occupant,
  rawMessage,
  rawState,
  stanzaId,
  type Vouched,
} from "./inbound.ts";
import { ghostJid, NS, resource } from "./names.ts";
import { type Entry, Occupancy } from "./occupancy.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

export interface RoomContext {
  readonly stream: ComponentStream;
  readonly archive: Archive;
  readonly echoes: Echoes;
  readonly log: Logger;
  readonly host: BridgeHost;
  readonly domain: string;
  readonly listener: string;
  readonly nick: string;
  readonly label: string;
  readonly now: () => Milliseconds;
  /** Called with +1 for something handed to the core, with -1 when it is written. */
  readonly pending: (change: 1 | -1) => void;
}

type State = "out" | "entering" | "live";

/** How long the subject that ends a room's greeting is waited for. */
const GREETED_WITHIN_MS = 3_000;
const TRY_AGAIN_MS = 5_000;
/** How often the mark is written where only our own messages move it. */
const MARK_EVERY_MS = 1_000;

export class Room {
  readonly jid: NativeRoom;
  readonly #context: RoomContext;
  readonly #listener: Occupancy;
  readonly #ghosts = new Map<string, Occupancy>();
  readonly #nickOf = new Map<string, string>();
  #state: State = "out";
  #joined = false;
  #waiting: Element[] | null = null;
  #vouched: Vouched = { stanzaId: false, occupantId: false };
  #hasArchive = false;
  #subjectOpen = false;
  #name = "";
  #subject: string | null = null;
  #mark: ArchiveMark | null = null;
  #written: ArchiveMark | null = null;
  #markTimer: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #greeted: (() => void) | null = null;
  heardAt = 0;

  constructor(jid: NativeRoom, context: RoomContext) {
    this.jid = jid;
    this.#context = context;
    this.#listener = new Occupancy(context.stream, jid, context.listener);
  }

  get live(): boolean {
    return this.#state === "live";
  }

  get name(): string {
    return this.#name;
  }

  get subject(): string {
    return this.#subject ?? "";
  }

  get mark(): ArchiveMark | null {
    return this.#mark;
  }

  get listenerNick(): string | null {
    return this.#listener.nick;
  }

  capabilities(): Capabilities {
    const { affiliation, role } = this.#listener;
    return {
      name: affiliation === "owner" ? "full" : "none",
      topic: role === "moderator" || this.#subjectOpen ? "full" : "none",
      archive: this.#hasArchive,
      textBytes: 256 * 1024,
    };
  }

  /** Enters without taking part. Throws room_unreachable. */
  async inspect(): Promise<RoomFacts> {
    await this.#enter();
    const mark = this.#hasArchive ? await this.#context.archive.end(this.jid) : null;
    return { name: this.#name, topic: this.subject, mark };
  }

  /** Takes part from the mark on, and keeps trying. */
  join(since: ArchiveMark | null): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#mark ??= since;
    this.#written ??= since;
    this.#start();
  }

  /** The room has lost us without a word. */
  enterAgain(): void {
    if (!this.#joined) return;
    this.#listener.lost();
    this.#state = "out";
    this.#mark = this.#written;
    this.#start();
  }

  leave(): void {
    this.#joined = false;
    for (const ghost of this.#ghosts.values()) ghost.leave();
    this.#listener.leave();
    this.streamLost();
  }

  /** The stream ended: everybody is out, and what was heard but not written is read again from the archive. */
  streamLost(): void {
    this.#state = "out";
    this.#joined = false;
    this.#waiting = null;
    this.#mark = this.#written;
    if (this.#retry) clearTimeout(this.#retry);
    if (this.#markTimer) clearTimeout(this.#markTimer);
    this.#markTimer = null;
    this.#listener.lost();
    for (const ghost of this.#ghosts.values()) ghost.lost();
  }

  /** The occupant who speaks for a user, entering first if need be; the reason where he can't. */
  async speaker(speaker: Speaker): Promise<{ readonly ghost: Occupancy; readonly entry: Entry }> {
    const jid = ghostJid(this.#context.domain, speaker.uri);
    let ghost = this.#ghosts.get(jid);
    if (!ghost) {
      ghost = new Occupancy(this.#context.stream, this.jid, jid);
      this.#ghosts.set(jid, ghost);
    }
    return { ghost, entry: await ghost.enter(nickCandidates(speaker.name, this.#context.label)) };
  }

  /** The ghost of a user if he is in the room now, under his present name. */
  present(speaker: Speaker): Occupancy | null {
    const ghost = this.#ghosts.get(ghostJid(this.#context.domain, speaker.uri));
    return ghost && ghost.nick !== null && ghost.isCalled(speaker.name) ? ghost : null;
  }

  /** The nick that an occupant has now, by the id or the nick under which he spoke. */
  nickFor(native: string, name: string): string {
    return this.#nickOf.get(native.slice(this.jid.length + 1)) ?? name;
  }

  presence(stanza: Element, to: string): void {
    this.heardAt = performance.now();
    if (to !== this.#context.listener) {
      this.#ghosts.get(to)?.presence(stanza);
      return;
    }
    const id = occupant(stanza);
    if (id !== null) this.#nickOf.set(id, resource(attribute(stanza, "from") ?? ""));
    const out = this.#listener.presence(stanza);
    if (out === null || !this.#joined) return;
    this.#context.log.warn({ room: this.jid, out }, "the gateway was put out of a room");
    this.#state = "out";
    this.#tryAgain();
  }

  /** A groupchat message to the listener. */
  groupchat(message: Element): void {
    this.heardAt = performance.now();
    // The greeting ends with the subject; state is never replayed, so it need not wait for the archive.
    if (isSubject(message)) return this.#heardSubject(message);
    if (this.#waiting) this.#waiting.push(message);
    else if (this.#joined && this.#state === "live") this.#heard(message);
  }

  /** Asks the room for its name and features again (XEP-0045, section 10.2.1: status 104). */
  async configured(): Promise<void> {
    const info = await this.#info();
    if (info && this.#joined) this.#accept(rawState(info, this.#context.now()));
  }

  #heard(message: Element): void {
    const { host, echoes, now } = this.#context;
    const id = stanzaId(message, this.jid);
    const trusted = this.#vouched.stanzaId ? id : null;
    if (trusted !== null) this.#mark = trusted as ArchiveMark;
    if (isOwn(message, host.gateway)) {
      echoes.reflected(attribute(message, "id") ?? "", message, this.jid, now());
      this.#writeMarkSoon();
      return;
    }
    const statuses = message.getChild("x", NS.mucUser)?.getChildren("status") ?? [];
    if (statuses.some((status) => attribute(status, "code") === "104")) void this.#safely(this.configured());
    if (!hasText(message) || resource(attribute(message, "from") ?? "") === "") return;
    // History that the server sent although none was asked for; without an id it can't be told from new ones.
    if (trusted === null && message.getChild("delay", NS.delay)) return;
    this.#accept(rawMessage(this.jid, message, trusted, now(), this.#vouched));
  }

  #heardSubject(message: Element): void {
    this.#subject = message.getChildText("subject") ?? "";
    this.#greeted?.();
    const from = resource(attribute(message, "from") ?? "");
    if (from === this.#listener.nick)
      this.#context.echoes.confirmed(`subject ${this.jid}`, this.#context.now());
    else if (this.#joined) this.#accept(rawState(message, this.#context.now()));
  }

  #accept(raw: ReturnType<typeof rawMessage>): void {
    const { host, pending } = this.#context;
    const mark = this.#mark;
    pending(1);
    const written = host.accept({ room: this.jid, raws: [raw], mark }).then(() => {
      this.#written = mark;
    });
    void this.#safely(written.finally(() => pending(-1)));
  }

  #writeMarkSoon(): void {
    this.#markTimer ??= setTimeout(() => {
      this.#markTimer = null;
      const mark = this.#mark;
      if (mark === this.#written || this.#state !== "live") return;
      void this.#safely(
        this.#context.host.accept({ room: this.jid, raws: [], mark }).then(() => {
          this.#written = mark;
        }),
      );
    }, MARK_EVERY_MS);
  }

  #start(): void {
    void this.#takePart().catch((thrown: unknown) => {
      if (!this.#joined) return;
      this.#state = "out";
      this.#context.log.warn({ room: this.jid, err: asGatewayError(thrown) }, "a room could not be entered");
      this.#tryAgain();
    });
  }

  #tryAgain(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#joined && this.#state === "out" && this.#context.stream.online) this.#start();
    }, TRY_AGAIN_MS);
  }

  async #takePart(): Promise<void> {
    const { host, archive } = this.#context;
    this.#state = "entering";
    this.#waiting = [];
    await this.#enter();
    if (this.#hasArchive && this.#mark === null) {
      this.#mark = await archive.end(this.jid);
      await host.accept({ room: this.jid, raws: [], mark: this.#mark });
    } else if (this.#hasArchive && this.#mark !== null) {
      for await (const batch of this.catchUp(this.#mark)) {
        await host.accept(batch);
        this.#mark = this.#written = batch.mark;
      }
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#state = "live";
    for (const message of waiting) this.#heard(message);
    host.ready(this.jid);
  }

  /** What the archive holds after the mark, less our own. */
  async *catchUp(since: ArchiveMark) {
    const { host, archive } = this.#context;
    for await (const page of archive.after(this.jid, since, null)) {
      const raws = page.items
        .filter(({ message }) => !isOwn(message, host.gateway) && !isSubject(message) && hasText(message))
        .filter(({ message }) => resource(attribute(message, "from") ?? "") !== "")
        .map(({ id, at, message }) => rawMessage(this.jid, message, id, at, this.#vouched));
      yield { room: this.jid, raws, mark: page.last };
    }
  }

  /** Our own messages that the archive holds since then, by their ids. */
  async ownSince(mark: ArchiveMark | null, at: Milliseconds): Promise<ReadonlyMap<string, Receipt>> {
    const found = new Map<string, Receipt>();
    for await (const page of this.#context.archive.after(this.jid, mark, at))
      for (const item of page.items)
        if (isOwn(item.message, this.#context.host.gateway))
          found.set(attribute(item.message, "id") ?? "", { native: item.id as never, at: item.at });
    return found;
  }

  async #enter(): Promise<void> {
    const { promise: greeted, resolve } = Promise.withResolvers<void>();
    this.#greeted = resolve;
    const { nick, label } = this.#context;
    const entry = await this.#listener.enter(nickCandidates(nick, label));
    if (!entry.entered) throw unreachable(this.jid, entry);
    const timer = setTimeout(resolve, GREETED_WITHIN_MS);
    await Promise.all([this.#info(), this.#subject === null ? greeted : null]);
    clearTimeout(timer);
  }

  async #info(): Promise<Element | null> {
    const query = xml("query", { xmlns: NS.discoInfo });
    const answer = await this.#context.stream.request(
      xml("iq", { type: "get", from: this.#context.listener, to: this.jid }, query),
    );
    const info = answer.getChild("query", NS.discoInfo);
    const features = new Set(info?.getChildren("feature").map((child) => attribute(child, "var")));
    this.#hasArchive = features.has(NS.mam);
    this.#vouched = {
      stanzaId: features.has(NS.stanzaId) || this.#hasArchive,
      occupantId: features.has(NS.occupantId),
    };
    this.#name = nameOf(info) ?? "";
    const fields = info?.getChild("x", NS.dataForm)?.getChildren("field") ?? [];
    const open = fields.find((field) => attribute(field, "var") === "muc#roominfo_changesubject");
    this.#subjectOpen = ["1", "true"].includes(open?.getChildText("value") ?? "");
    return answer;
  }

  async #safely(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (thrown) {
      // The account is being let go: whoever holds it next reads this again from the archive.
      const error = asGatewayError(thrown);
      if (error.code !== "lane_lost" && error.code !== "account_down")
        this.#context.log.error({ room: this.jid, err: error }, "a room's stanza was not taken in");
    }
  }
}

function unreachable(room: NativeRoom, entry: Extract<Entry, { entered: false }>): GatewayError {
  const remedies: Partial<Record<string, string>> = {
    forbidden: "the gateway is banned there: lift the ban",
    "registration-required": "members only: make the gateway's address a member",
    "not-authorized": "it has a password: rooms with one can't be linked yet",
    conflict: "every nick that the gateway would take is taken",
    "item-not-found": "there is no such room",
    "remote-server-not-found": "its server can't be found",
    "service-unavailable": "it is full, or there is no such service",
  };
  const remedy = remedies[entry.condition] ?? entry.detail;
  return new GatewayError("room_unreachable", `${room} can't be entered: ${entry.condition}; ${remedy}`);
}
