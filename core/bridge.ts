/**
 * The contract between the core and a bridge. The core never asks which platform it talks to: it asks what a
 * room can do. A bridge never touches the store, a lane or another bridge.
 */
import type { PropertyName } from "../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../mappings/ids.ts";
import type { Loss } from "../mappings/loss.ts";
import type { KnownMessage, OutboundContext, StandingReaction } from "../mappings/mapping.ts";
import type { Message } from "../mappings/message.ts";
import type { ErrorCode } from "./errors.ts";
import { GatewayError } from "./errors.ts";
import type { ArchiveMark, DeliveryKey, NativeId, NativeKey, NativeRoom } from "./ids.ts";

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
      readonly name: PropertyName;
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
  /** The ids of its options, in order, where it is a poll. */
  readonly pollOptions: readonly string[] | null;
  readonly at: Milliseconds;
}

/**
 * What a bridge may look up to understand something said in a room. While a call to the room is under way that may be
 * the very thing referred to, looking for what is not known rejects with target_under_way, and the row waits.
 */
export interface Lookups {
  /** The messages of the room with any of these names, in the names' order; of one name the newest first. */
  messages(names: readonly MessageName[]): Promise<readonly KnownInRoom[]>;
  /** The reactions of a user of this platform that stand on a message (its first version). */
  reactions(target: EventId, user: string): Promise<readonly StandingReaction[]>;
  /** The public URI of a user of the platform. */
  user(native: string): UserUri;
}

/** What is known of the messages that an event refers to, as they are in the room that it goes to. */
export interface RoomContext extends OutboundContext {
  /** Who said a message, where that was a remote user. */
  author(message: EventId): Speaker | null;
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
      readonly name: PropertyName | "moderated";
      /** Of what is so or not: `true`, or empty. */
      readonly value: string;
    }
  | { readonly kind: "member"; readonly id: EventId }
  | {
      /** A line of the gateway itself, for the room or for one person in it; never bridged onward. */
      readonly kind: "notice";
      readonly to: NativeUser | null;
      readonly text: string;
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
  /** Somebody begins or ceases to type: shown at once where it can be, or never. */
  transient(room: NativeRoom, user: NativeUser, what: Transient): void;
  /** Somebody has read up to a message, by the names that the room may have for it. Only the latest counts; some get lost. */
  read(room: NativeRoom, user: NativeUser, upTo: readonly MessageName[]): void;
  /** A room became able to take deliveries again: its lanes are tried at once. */
  ready(room: NativeRoom): void;
  /**
   * Somebody wrote to the gateway itself, where nobody else reads it. Resolves with the answer for him. `manages`: whether he
   * is one who says what becomes of a room.
   */
  command(from: NativeUser, text: string, manages: (room: NativeRoom) => Promise<boolean>): Promise<string>;
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

/** One account's bridge. Every method may be called as soon as `start` has resolved. */
export interface Bridge {
  /** True: the account has a connection, which one process holds; it alone runs the account's lanes. */
  readonly connected: boolean;
  /**
   * True: for what refers to nothing `toEvents` looks nothing up and takes no time, so it is asked before the durable
   * write, which then goes straight into the log where nothing of the room waits.
   */
  readonly translatesAtOnce: boolean;
  /** How many steps may be under way at once in one room. More than 1 only where calls leave in order. */
  readonly window: number;
  /** After a call without an answer: how long until "absent" may be believed. */
  readonly settleMs: Milliseconds;
  /** What new bindings do with a delivery of which nobody can say whether it was made. */
  readonly unclear: "repeat" | "hold";

  /** Connects. Rejects only for what waiting cannot cure; later faults go to `health`. */
  start(host: BridgeHost): Promise<void>;
  /** Ends the connection in order. Calls under way reject as unknown. */
  stop(): Promise<void>;
  health(): Health;
  /** Why the account does not take part in a room that it should be in, with the remedy; null: it does. No I/O. */
  fault(room: NativeRoom): string | null;

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
