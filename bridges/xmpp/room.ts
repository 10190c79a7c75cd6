/**
 * One MUC that the gateway takes part in: one listener reads it, ghosts speak in it. After every (re)connection:
 * enter, read what was missed from the archive while what comes live waits, then live.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { Receipt, Speaker } from "../../core/bridge/outbound.ts";
import type { RoomFacts } from "../../core/bridge/room.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import { RetryTimer, type RetryTimes } from "../../core/retry-timer.ts";
import { isOfGroup } from "./group-copies.ts";
import { isConfigured, isKept, isOwn, isSubject, rawMessage, rawSubject, stanzaId } from "./kept-stanza.ts";
import { passOn } from "./markers.ts";
import { warningsOf } from "./missing-rights.ts";
import { isModeratedBy } from "./moderation.ts";
import { NS, resource } from "./names.ts";
import { RoomPeople } from "./people.ts";
import { ownSince, saidSince } from "./room-archive.ts";
import type { RoomContext } from "./room-context.ts";
import { Intake } from "./room-intake.ts";
import { RoomTold } from "./room-told.ts";
import { Stay } from "./stay.ts";
import { attribute, type Element } from "./xml.ts";

const TRY_AGAIN: RetryTimes = { first: 500, most: 30_000 };

export class Room {
  readonly jid: NativeRoom;
  readonly #context: RoomContext;
  /** Its own stay there, and what it knows of the room by that. */
  readonly stay: Stay;
  readonly #intake: Intake;
  readonly people: RoomPeople;
  /** What it tells of itself. */
  readonly told: RoomTold;
  #state: "out" | "entering" | "live" = "out";
  #joined = false;
  /** The number of the last way in; what an earlier one still waits for is nothing to the room any more. */
  #entries = 0;
  /** Whether it is to be tried again without a wait should the way in that is under way fail. */
  #hurried = false;
  /** Heard while the archive is being read. */
  #waiting: Element[] | null = null;
  /** The last subject that was heard while it was out: no archive tells it again. */
  #unheard: Element | null = null;
  #fault: string | null = null;
  readonly #retry = new RetryTimer(() => this.tryNow(), TRY_AGAIN);
  /** When the room was last heard, on the clock of `performance.now`. */
  heardAt = 0;

  constructor(jid: NativeRoom, context: RoomContext) {
    this.jid = jid;
    this.#context = context;
    this.stay = new Stay(jid, context);
    this.#intake = new Intake({ ...context, room: jid });
    const vouched = () => this.stay.info.vouched.occupantId;
    this.people = new RoomPeople({ ...context, room: jid, door: this.stay, vouched });
    const live = () => this.live;
    this.told = new RoomTold({ ...context, stay: this.stay, intake: this.#intake, live });
  }

  get live(): boolean {
    return this.#state === "live";
  }

  get mark(): ArchiveMark | null {
    return this.#intake.mark;
  }

  /** Why the gateway is not in the room, if it should be. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Enters without taking part. Throws room_unreachable. */
  async inspect(): Promise<RoomFacts> {
    await this.stay.enter();
    const { info, subject } = this.stay;
    const mark = info.archive ? await this.#context.archive.end(this.jid) : null;
    return { name: info.name, topic: subject, mark, warnings: warningsOf(this.stay.missing()) };
  }

  /** Takes part from the mark on, and keeps trying. */
  join(since: ArchiveMark | null): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#intake.begin(since);
    this.#start();
  }

  /** Where it takes part and is out, it enters now, and not only when its time has come; a way in that fails is tried once more. */
  tryNow(): void {
    this.#retry.stop();
    this.#hurried = this.#state === "entering";
    if (this.#joined && this.#state === "out" && this.#context.stream.online) this.#start();
  }

  /** The room has lost us without a word; heard while the room is entered anyway, that is of before. */
  enterAgain(): void {
    if (!this.live) return;
    this.stay.lost();
    this.people.unseen();
    this.#out();
    this.#unheard = null;
    this.#intake.stop();
    this.#start();
  }

  /** The room has refused something of somebody's since he is not in it. */
  hasLost(jid: string): void {
    if (jid === this.#context.listener) this.enterAgain();
    else this.people.hasLost(jid);
  }

  /** Also takes out ghosts that a server has kept from an earlier stream. */
  leave(speakers: readonly Speaker[] = []): void {
    this.people.leave(speakers);
    this.stay.leave();
    this.streamLost();
  }

  /** The stream ended: everybody is out, and what was heard but not written is read again from the archive. */
  streamLost(): void {
    this.#out();
    this.#unheard = null;
    this.#joined = false;
    this.#intake.stop();
    this.#retry.stop();
    this.stay.lost();
    this.people.lost();
  }

  presence(stanza: Element, to: string): void {
    this.heardAt = performance.now();
    const listener = to === this.#context.listener;
    if (listener && this.told.picture.tells(stanza, this.live)) return;
    this.people.presence(stanza, listener ? null : to, this.#context.now());
    if (!listener) return;
    const out = this.stay.presence(stanza);
    if (out === null || !this.#joined) return;
    this.#fault = `the gateway was put out of the room: ${out.detail}`;
    this.#context.log.warn({ room: this.jid }, this.#fault);
    this.people.unseen();
    this.#out();
    this.#retry.failed();
  }

  /** A groupchat message to the listener. */
  groupchat(message: Element): void {
    this.heardAt = performance.now();
    if (isSubject(message)) this.stay.heardSubject(message.getChildText("subject") ?? "");
    if (this.#waiting) this.#waiting.push(message);
    else if (this.live) this.#heard(message);
    else if (isSubject(message)) this.#unheard = message;
  }

  /** What others said after the mark, as the archive has it. */
  catchUp(since: ArchiveMark): AsyncIterable<AcceptBatch> {
    const { archive, host } = this.#context;
    const { vouched } = this.stay.info;
    const us = { gateway: host.gateway, group: host.group(this.jid), nick: this.stay.nick };
    return saidSince(archive, this.jid, since, { ...us, vouched });
  }

  /** What we said since then, by the ids that we gave. */
  ownSince(since: { mark: ArchiveMark | null; at: Milliseconds }): Promise<ReadonlyMap<string, Receipt>> {
    return ownSince(this.#context.archive, this.jid, since, this.#context.host.gateway);
  }

  #heard(message: Element): void {
    if (isSubject(message)) return this.#heardSubject(message);
    const { host, echoes, now } = this.#context;
    const { vouched } = this.stay.info;
    const id = vouched.stanzaId ? stanzaId(message, this.jid) : null;
    if (id !== null) this.#intake.mark = id as ArchiveMark;
    if (isOwn(message, host.gateway)) {
      echoes.reflected(attribute(message, "id") ?? "", message, this.jid, now());
      return this.#intake.heardOwn();
    }
    if (isOfGroup(message, host.group(this.jid)) || isModeratedBy(message, this.jid, this.stay.nick))
      return this.#intake.heardOwn();
    if (isConfigured(message)) void this.told.configured();
    if (!isKept(message)) return passOn(message, this.jid, this.people, host);
    // History that the server sent although none was asked for; without an id it can't be told from new ones.
    if (id === null && message.getChild("delay", NS.delay)) return;
    const nick = resource(attribute(message, "from") ?? "");
    const said = { id, at: now(), since: vouched.occupantId ? null : this.people.since(nick) };
    this.#intake.heard(rawMessage(this.jid, message, said, vouched));
  }

  #heardSubject(message: Element): void {
    const { echoes, now } = this.#context;
    const nick = resource(attribute(message, "from") ?? "");
    if (nick !== "" && nick === this.stay.nick) echoes.confirmed(`subject ${this.jid}`, now());
    else this.#intake.heard(rawSubject(this.jid, message, now(), this.stay.info.vouched));
  }

  /** Whatever way in is under way leads nowhere any more. */
  #out(): void {
    this.#entries += 1;
    this.#state = "out";
    this.#unheard = this.#waiting?.findLast(isSubject) ?? this.#unheard;
    this.#waiting = null;
  }

  #start(): void {
    this.#hurried = false;
    this.#entries += 1;
    const entry = this.#entries;
    const stands = () => entry === this.#entries;
    void this.#takePart(stands).catch((thrown: unknown) => {
      if (!stands()) return;
      const error = asGatewayError(thrown);
      this.#out();
      this.#fault = error.detail;
      this.#context.log.warn({ room: this.jid, err: error }, "a room could not be entered");
      if (this.#hurried) this.tryNow();
      else this.#retry.failed();
    });
  }

  /** `stands`: whether this is still the way in that counts. */
  async #takePart(stands: () => boolean): Promise<void> {
    this.#state = "entering";
    const waiting: Element[] = this.#unheard === null ? [] : [this.#unheard];
    this.#unheard = null;
    this.#waiting = waiting;
    await this.stay.enter();
    if (stands() && this.stay.info.archive) await this.#readMissed(stands);
    if (!stands()) return;
    this.#waiting = null;
    this.#state = "live";
    this.#fault = null;
    this.#retry.worked();
    this.told.entered();
    for (const message of waiting) this.#heard(message);
    this.#context.host.ready(this.jid);
  }

  async #readMissed(stands: () => boolean): Promise<void> {
    const { mark } = this.#intake;
    if (mark === null) {
      const end = await this.#context.archive.end(this.jid);
      if (stands()) await this.#intake.page([], end);
      return;
    }
    for await (const batch of this.catchUp(mark)) {
      if (!stands()) return;
      await this.#intake.page(batch.raws, batch.mark);
    }
  }
}
