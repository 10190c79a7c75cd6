/**
 * The contract between the core and a bridge. The core never asks which platform it talks to: it asks what a
 * room can do. A bridge never touches the store, a lane or another bridge.
 */
import type { RoomPropertyName } from "../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../mappings/ids.ts";
import type { Loss } from "../mappings/loss.ts";
import type { KnownMessage, OutboundContext, StandingReaction } from "../mappings/mapping.ts";
import type { Message } from "../mappings/message.ts";
import type { ErrorCode } from "./errors.ts";
import { GatewayError } from "./errors.ts";
import type { ArchiveMark, AvatarToken, DeliveryKey, NativeId, NativeKey, NativeRoom } from "./ids.ts";
import type { Avatar } from "./media/picture-type.ts";
import type { FileAccess } from "./media/platform-file.ts";

/** Milliseconds, as a length or since 1970-01-01 UTC. */
export type Milliseconds = number;

/** How far a room carries a feature. `none` with a reason is a loss that the plan names. */
export type Level = "full" | "partial" | "none";

/** What a room can do now: data at hand, made without I/O. */
export interface Capabilities {
  readonly name: Level;
  readonly topic: Level;
  /** Whether the platform archives the room, so that what was missed can be read and a delivery be probed. */
  readonly archive: boolean;
  /** Longest text of one native message, in bytes of UTF-8. */
  readonly textBytes: number;
}

/** Somebody on the platform, as the platform identifies and shows them. */
export interface NativeUser {
  readonly native: string;
  readonly name: string;
  /** Where his picture is, by https and for everybody; null: he has none; left out: not known. */
  readonly avatar?: string | null;
}

/** One thing that came from a platform, before it is understood. */
export interface Raw {
  /** null: the thing is state without an identity of its own; it is compared with what was seen last. */
  readonly nativeKey: NativeKey | null;
  /** When the platform says that it happened. */
  readonly at: Milliseconds;
  /** The platform's own form, whole, so that it can be read again by a later version. */
  readonly raw: string;
}

/** What a bridge hands over at once. The mark moves only together with everything before it. */
export interface AcceptBatch {
  readonly room: NativeRoom;
  readonly raws: readonly Raw[];
  readonly mark: ArchiveMark | null;
}

/** What a raw turned out to be. Look-ups are done, nothing is written. */
export type Translated =
  | {
      readonly kind: "message";
      readonly sender: NativeUser;
      readonly message: Message;
      /** The sources of its files that other gateways can't fetch for themselves: they get them from this one. */
      readonly served?: readonly string[];
      /** What the room calls the message, so that it can be referred to; null: nothing there refers to it. */
      readonly native: NativeId | null;
      /** What else the platform refers to it by; null: nothing. */
      readonly aux: string | null;
    }
  | {
      /** A property as the room holds it now; the core drops what it knows already. */
      readonly kind: "property";
      /** null: the platform does not say who. */
      readonly sender: NativeUser | null;
      readonly name: RoomPropertyName;
      /** Which of several: of the pins, the message's event id; left out where there is one only. */
      readonly item?: string;
      /** Of what is so or not: `true`, or empty. */
      readonly value: string;
    }
  /** Nothing for the log: a line of the gateway's own for whoever said it. */
  | { readonly kind: "reply"; readonly to: NativeUser; readonly text: string };

/** A name by which something from a platform may refer to a message: what links are made under, or the other one. */
export interface MessageName {
  readonly by: "native" | "aux";
  readonly name: string;
}

/** A message that bears such a name, and when it was said. */
export interface KnownInRoom extends KnownMessage {
  readonly called: MessageName;
  /** What bears the name: the message's first version, another one, or a reaction. */
  readonly event: EventId;
  readonly isReaction: boolean;
  /** What else the platform refers to it by; null: nothing. */
  readonly aux: string | null;
  /** The ids of its options, in order, where it is a poll. */
  readonly pollOptions: readonly string[] | null;
  readonly at: Milliseconds;
  /** Whether it was deleted. */
  readonly deleted: boolean;
}

/** A reaction that was given in the room by a user of its platform and stands. */
export interface GivenReaction extends StandingReaction {
  /** The platform's id of whoever gave it. */
  readonly user: string;
  readonly at: Milliseconds;
}

/** A message that the log has and nobody has deleted, by one of the names that the room has for it. */
export interface StandingMessage {
  readonly name: string;
  /** Its first version. */
  readonly root: EventId;
  /** Which part of the message bears the name, from 0. */
  readonly part: number;
  /** Whether it was said in the room; else the gateway has made it there. */
  readonly saidHere: boolean;
  readonly reactions: readonly GivenReaction[];
}

/**
 * What a bridge may look up to understand something said in a room. While a call to the room is under way that may be
 * the very thing referred to, looking for what is not known rejects with target_under_way, and the row waits.
 */
export interface Lookups {
  /** Whether what bots and other apps say is carried from the room; null: as the account is configured. */
  readonly bots: boolean | null;
  /** The messages of the room with any of these names, in the names' order; of one name the newest first. */
  messages(names: readonly MessageName[]): Promise<readonly KnownInRoom[]>;
  /** The reactions of a user of this platform that he gave in the room and that stand on a message (its first version). */
  reactions(target: EventId, user: string): Promise<readonly StandingReaction[]>;
  /** Whether the room calls a message by this name already. Waits for nothing that is under way. */
  knows(native: string): Promise<boolean>;
  /**
   * The messages of the room that stand and whose names lie from the one on and before the other, in the order of texts: for
   * platforms whose names have one form and an order.
   */
  standing(from: string, before: string): Promise<readonly StandingMessage[]>;
  /** The messages that the room was last seen to have pinned. */
  pins(): Promise<readonly EventId[]>;
  /** The options that a user of this platform has chosen in a poll (its first version), in the order of choosing. */
  votes(poll: EventId, user: string): Promise<readonly string[]>;
  /** The group of another room of this account; null: it is not linked. */
  group(room: NativeRoom): Promise<GroupUri | null>;
  /** Who elsewhere alone bears one of these names in the group, exactly; others are left out. */
  named(names: readonly string[]): Promise<readonly { readonly name: string; readonly uri: UserUri }[]>;
  /** The public URI of a user of the platform. */
  user(native: string): UserUri;
}

/** What is known of the messages that an event refers to, as they are in the room that it goes to. */
export interface RoomContext extends OutboundContext {
  /** Who said a message, where that was a remote user. */
  author(message: EventId): Speaker | null;
  readonly manners: Manners;
}

/** How a room wants remote people to appear in it, as far as its policy says that. */
export interface Manners {
  /** Speakers' names are as the room wants them: nothing is added to them. */
  readonly named: boolean;
  /** Whether they may notify everybody in the room; null: as the account is configured. */
  readonly massMentions: boolean | null;
}

/** What is shown as it happens and never stored. */
export interface Transient {
  readonly kind: "typing";
  readonly typing: boolean;
}

/** What a bridge is given to show, and may leave out. `read`: the speaker has read up to this event. */
export type Shown =
  | Transient
  | { readonly kind: "read"; readonly upTo: EventId; readonly context: RoomContext };

/** The remote user in whose name something is delivered. */
export interface Speaker {
  readonly uri: UserUri;
  readonly name: string;
  /** Where this gateway gives his picture to everybody (see `showsAvatars`); left out: he has none, or the gateway has no public address. */
  readonly avatar?: string;
}

/** An entry of the log as a delivery sees it. */
export type OutEvent =
  | {
      readonly kind: "message";
      readonly id: EventId;
      readonly speaker: Speaker;
      readonly message: Message;
    }
  | {
      readonly kind: "property";
      readonly id: EventId;
      readonly speaker: Speaker | null;
      /** `moderated`: whether not everybody may speak. */
      readonly name: RoomPropertyName | "moderated";
      /** Which of several: of the pins, the message's event id; left out where there is one only. */
      readonly item?: string;
      /** Of what is so or not: `true`, or empty. */
      readonly value: string;
    }
  | { readonly kind: "member"; readonly id: EventId }
  /** A poll of the room stands otherwise than before; its context says how. Told at intervals, the last state always. */
  | { readonly kind: "tally"; readonly poll: EventId }
  | {
      /** A line of the gateway itself, for the room or for one person in it; never bridged onward. */
      readonly kind: "notice";
      readonly to: NativeUser | null;
      readonly text: string;
      /** The thread in which it is said, as the room's messages name it; empty: none. */
      readonly thread: Uint8Array;
    };

/** One native effect. `args` is the bridge's own, plain data, equal whenever the same event is planned again. */
export interface Step {
  readonly op: string;
  /** Which part of its event the result is, from 0; null: nothing refers to it by its place. */
  readonly part: number | null;
  readonly speaker: Speaker | null;
  readonly args: Readonly<Record<string, Plain>>;
}

/** An argument that is a text; empty where it is none. */
export function textArg(step: Step, name: string): string {
  const value = step.args[name];
  return typeof value === "string" ? value : "";
}

/** JSON: what can be compared and hashed. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

export interface Plan {
  readonly steps: readonly Step[];
  readonly losses: readonly Loss[];
}

/** Says that a native call took effect, and what the room calls the result (null: it has no id of its own). */
export interface Receipt {
  readonly native: NativeId | null;
  /** What else the platform refers to it by; null: nothing. */
  readonly aux: string | null;
  readonly at: Milliseconds;
  /** What the room now says of a property that was set, where that is not the very value. */
  readonly shown?: string;
}

/** What names a delivery to the platform and to whoever looks at the message there. */
export interface DeliveryContext {
  readonly room: NativeRoom;
  readonly key: DeliveryKey;
  /** The mark that loop checks look for: which group and event this is a copy of. Notices have none. */
  readonly origin: { readonly group: GroupUri; readonly event: EventId } | null;
}

/** What was found out about a room at entering it. */
export interface RoomFacts {
  readonly name: string;
  readonly topic: string;
  /** Where the archive stood at the time; null where there is none. */
  readonly mark: ArchiveMark | null;
}

export type Health =
  | { readonly state: "up"; readonly since: Milliseconds }
  | { readonly state: "connecting" | "down"; readonly since: Milliseconds; readonly reason: string | null };

/** What somebody asks of the gateway itself, so that nobody else reads the answer. */
export interface Asked {
  readonly from: NativeUser;
  /** Whether rooms of the platform know him by the same id, as the sender of what he says. */
  readonly speaksAsSuch: boolean;
  readonly text: string;
  /** The room in which he asks; null: in none, so that rooms have to be named. */
  readonly here: NativeRoom | null;
  /** Whether he is one who says what becomes of a room. */
  readonly manages: (room: NativeRoom) => Promise<boolean>;
}

/** What an account keeps in the store that nobody may read: it is encrypted there, and no log shows it. */
export interface SecretBox {
  /** null: there is none. Rejects with secret_unreadable. */
  get(kind: string): Promise<string | null>;
  /** Puts it in the place of what was kept. Resolves when that is on the disk. Rejects with secrets_key_missing. */
  set(kind: string, value: string): Promise<void>;
  /** Takes it out if it meets the test: one caller gets it, in whichever process. null: there is none, or not that one. */
  take(kind: string, wanted: (value: string) => boolean): Promise<string | null>;
}

/** A way for whoever has it, once, to let the gateway into the platform. */
export interface InstallLink {
  readonly url: string;
  readonly until: Milliseconds;
}

/** What the core gives to a bridge. */
export interface BridgeHost {
  /** This gateway's base domain: what its marks on messages are made of and recognised by. */
  readonly gateway: string;
  /**
   * Resolves after the durable write; only then may the platform get its acknowledgement. Known native keys
   * are dropped. While the store is full or away it waits, so callers must let that slow the platform down.
   */
  accept(batch: AcceptBatch): Promise<void>;
  /** Rooms that are to be taken part in, with the mark to catch up from. */
  rooms(): Promise<readonly { readonly room: NativeRoom; readonly mark: ArchiveMark | null }[]>;
  /** The names of the room's messages below which others have stood in a thread since then; the latest thread first. */
  threads(room: NativeRoom, since: Milliseconds, most: number): Promise<readonly NativeId[]>;
  /** Somebody begins or ceases to type: shown at once where it can be, or never. */
  transient(room: NativeRoom, user: NativeUser, what: Transient): void;
  /** Somebody has read up to a message, by the names that the room may have for it. Only the latest counts; some get lost. */
  read(room: NativeRoom, user: NativeUser, upTo: readonly MessageName[]): void;
  /** Somebody looks otherwise than before, without having said anything; told to whoever has met him. Rejects as the store does. */
  profile(user: NativeUser): Promise<void>;
  /** A picture that everybody may have; null: there is none of that name, or it can't be had. For `avatarRoute`. */
  avatar(token: AvatarToken): Promise<Avatar | null>;
  /** A room became able to take deliveries again: its lanes are tried at once. */
  ready(room: NativeRoom): void;
  /**
   * The platform calls a room otherwise from now on: everything of it goes on under the new name, and native keys that begin
   * with the old one and a colon begin with the new one. Nothing more is handed over under the old name. Resolves when that is
   * written and the room is joined under the new one.
   */
  moved(from: NativeRoom, to: NativeRoom): Promise<void>;
  /**
   * A second copy of an event stands in the room, beside the one of the receipt: it was made again when nobody could see the
   * first. Counted with what is unclear, and traced; what people do to it they do to the event. Resolves when that is written.
   */
  doubled(room: NativeRoom, event: EventId, native: NativeId): Promise<void>;
  readonly secrets: SecretBox;
  /**
   * Runs work that only one process may do at a time for this account, within one lease. null: another one is at it, and
   * nothing was done.
   */
  alone<T>(work: () => Promise<T>): Promise<T | null>;
  /** Resolves with the answer for him, in lines of plain text. A code in it is a secret: it is shown to him and kept nowhere. */
  command(asked: Asked): Promise<string>;
}

/** A failed native call. The lane decides by `certainty` and `retry`, never by the code. */
export class DeliveryError extends GatewayError {
  readonly certainty: "certain" | "unknown";
  readonly retry: "never" | "backoff" | "after";
  /** With `after`: how long the platform asked to wait. */
  readonly afterMs: Milliseconds;

  constructor(
    code: ErrorCode,
    detail: string,
    verdict: {
      certainty: "certain" | "unknown";
      retry: "never" | "backoff" | "after";
      afterMs?: Milliseconds;
    },
    options?: ErrorOptions,
  ) {
    super(code, detail, options);
    this.certainty = verdict.certainty;
    this.retry = verdict.retry;
    this.afterMs = verdict.afterMs ?? 0;
  }
}

/** One thing that was looked at in an account, in the words of whoever runs the gateway. */
export interface Finding {
  /** What was looked at: a word, or two with a colon where it is one of several (`room:C0123`). */
  readonly check: string;
  readonly state: "ok" | "warning" | "fault";
  readonly detail: string;
  /** What to do; null: nothing. */
  readonly remedy: string | null;
}

/** One account's bridge. Every method may be called as soon as `start` has resolved. */
export interface Bridge {
  /** True: the account has a connection, which one process holds; it alone runs the account's lanes. */
  readonly connected: boolean;
  /** True: the platform fetches pictures by their addresses, so that speakers come with theirs. */
  readonly showsAvatars?: boolean;
  /** Where everybody reaches the bridge's own HTTP server, which has `avatarRoute` then; null or left out: nowhere. */
  readonly publicUrl?: string | null;
  /**
   * True: for what refers to nothing `toEvents` looks nothing up and takes no time, so it is asked before the durable
   * write, which then goes straight into the log where nothing of the room waits.
   */
  readonly translatesAtOnce: boolean;
  /** How many steps may be under way at once in one room. More than 1 only where calls leave in order. */
  readonly window: number;
  /** After a call without an answer: how long until "absent" may be believed. */
  readonly settleMs: Milliseconds;
  /** What rooms whose policy does not say it do with a delivery of which nobody can say whether it was made. */
  readonly unclear: "repeat" | "hold";

  /** Connects. Rejects only for what waiting cannot cure; later faults go to `health`. */
  start(host: BridgeHost): Promise<void>;
  /** Ends the connection in order. Calls under way reject as unknown. */
  stop(): Promise<void>;
  health(): Health;
  /** A new link that installs the account; the one of before is good no more. Left out where accounts have fixed credentials. */
  installLink?(): Promise<InstallLink>;
  /** Why the account does not take part in a room that it should be in, with the remedy; null: it does. No I/O. */
  fault(room: NativeRoom): string | null;

  /**
   * Looks at the account from all sides, asking the platform. Changes nothing there and never rejects: what can't be looked
   * at is a finding. Left out where there is nothing to look at.
   */
  examine?(): Promise<readonly Finding[]>;

  /** The room's address in the form that the store keeps. Throws GatewayError room_invalid. */
  parseRoom(text: string): NativeRoom;
  /** Enters a room to see whether it can be linked. Throws room_unreachable with the cause and the remedy. */
  inspect(room: NativeRoom): Promise<RoomFacts>;
  /**
   * Takes part in a linked room from the mark on: hands over what was missed, then what is said, in the room's order.
   * Without a mark from now on. Keeps trying by itself; a room that it takes part in already stays as it is.
   */
  join(room: NativeRoom, since: ArchiveMark | null): void;
  /**
   * Takes the gateway out, and the ghosts of these speakers, who may stand there since before a restart. Resolves also
   * where it was not in.
   */
  leave(room: NativeRoom, speakers: readonly Speaker[]): Promise<void>;
  /** Cached, no I/O. */
  capabilities(room: NativeRoom): Capabilities;
  /** Where the room's archive stands as far as this connection has seen, own messages included. */
  mark(room: NativeRoom): ArchiveMark | null;
  /** What came after the mark, oldest first, with the same native keys as live. */
  catchUp(room: NativeRoom, since: ArchiveMark): AsyncIterable<AcceptBatch>;

  /**
   * How a file is asked for that a room of this account's has named, where that takes the account's credentials; null: like any
   * other. Left out where no file does. May be asked of an account that another process serves.
   */
  fileAccess?(source: string): Promise<FileAccess | null>;

  /** Whether a raw names something said before, which must be in the log when it is translated. A cheap look. */
  refers(raw: Raw): boolean;
  /** May fetch, never writes. An empty list: nothing to bridge. Throws GatewayError event_malformed. */
  toEvents(room: NativeRoom, raw: Raw, lookups: Lookups): Promise<readonly Translated[]>;
  /** Does no I/O: the same steps for the same event and context, as long as the room can do the same. */
  plan(room: NativeRoom, event: OutEvent, context: RoomContext): Plan;
  /** Shows something that is not in the log, if that costs nothing; otherwise does nothing. */
  show(room: NativeRoom, speaker: Speaker, what: Shown): void;
  /**
   * Makes the effect. Calls on one room leave in the order in which they were made. Rejects with DeliveryError.
   */
  perform(step: Step, context: DeliveryContext): Promise<Receipt>;
  /** Whether a step that was under way has taken effect since the mark. */
  probe(
    step: Step,
    context: DeliveryContext,
    since: { mark: ArchiveMark | null; at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown">;
}
