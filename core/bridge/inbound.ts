/** What a bridge hands over, what that turns out to be, and what it may look up to understand it. */
import type { ArchiveMark, NativeId, NativeKey, NativeRoom } from "../ids.ts";
import type { Milliseconds } from "../time.ts";
import type { RoomPropertyName } from "../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../mappings/ids.ts";
import type { KnownMessage, StandingReaction } from "../../mappings/mapping.ts";
import type { Message } from "../../mappings/message.ts";

/** Somebody on the platform, as the platform identifies and shows them. */
export interface NativeUser {
  readonly native: string;
  readonly name: string;
  /**
   * Where his picture is: by http(s), for everybody or as `fileAccess` opens it, or in words of the bridge's own, which `picture`
   * understands; null: he has none; left out: not known.
   */
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

/** What says that another gateway has carried something into the room. */
export interface CopyOf {
  readonly gateway: string;
  /** The groups through which it has come, as the mark names them, the latest last. */
  readonly groups: readonly string[];
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
      /** By the mark on it; left out: the sender has said it himself. */
      readonly copy?: CopyOf;
    }
  | {
      /** A property as the room holds it now; the core drops what it knows already. */
      readonly kind: "property";
      /** null: the platform does not say who. */
      readonly sender: NativeUser | null;
      readonly name: RoomPropertyName;
      /** Which of several: of the pins, the message's event id; left out where there is one only. */
      readonly item?: string;
      /**
       * Of what is so or not: `true`, or empty. Of the avatar: where the platform has the picture, which all others get from this
       * gateway, or empty.
       */
      readonly value: string;
      /** What the room calls the value, where that tells better whether it is another one; left out: as it is. */
      readonly shown?: string;
      /** It was looked up: what the room is first seen to hold so is no change. Left out: the room has told that it is so now. */
      readonly read?: true;
      /** By the mark on it; left out: it bears none. */
      readonly copy?: CopyOf;
    }
  | {
      /** Somebody is in the room no more, by himself or by others: he leaves the group, if it has met him. */
      readonly kind: "leave";
      readonly sender: NativeUser;
      readonly reason: string;
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
   * Whether what was said in the room at that moment may be in other rooms already, as it stood then: the store is a backup from
   * before. What was changed since is then news also where the platform shows it as if it had been said so.
   */
  carriedBefore(at: Milliseconds): boolean;
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
  /** The other rooms of this account that are linked with the room. */
  beside(): Promise<readonly NativeRoom[]>;
  /** Who elsewhere alone bears one of these names in the group, exactly; others are left out. */
  named(names: readonly string[]): Promise<readonly { readonly name: string; readonly uri: UserUri }[]>;
  /** The public URI of a user of the platform. */
  user(native: string): UserUri;
}
