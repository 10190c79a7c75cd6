/**
 * What every platform's mapping promises: `toMimi` reads an event of the platform, `fromMimi` says what is to be
 * called there. Both are pure and total: they never throw, and what could not be carried is named as a loss. What has
 * to be looked up is in the context, found beforehand.
 */
import type { EventId, GroupUri, UserUri } from "./ids.ts";
import type { Loss } from "./loss.ts";
import type { Message } from "./message.ts";
import type { PollTally } from "./message/poll-tally.ts";

/** Somebody on the platform, as the platform identifies and shows him. */
export interface PlatformUser {
  readonly native: string;
  readonly name: string;
}

/** What the gateway knows of a message that an event refers to. */
export interface KnownMessage {
  /** Its first version. */
  readonly root: EventId;
  /** Its latest version. */
  readonly version: EventId;
  readonly thread: Uint8Array;
  readonly replyTo: EventId | null;
  /** The platform's id of its author where he is of this platform; null: a remote user. */
  readonly author: string | null;
}

/** Look-ups for reading an event. All synchronous: the bridge has fetched what the event names. */
export interface InboundContext {
  /** What the room calls `native`; null: not known (any more). */
  message(native: string): KnownMessage | null;
  /** A user of the platform, by the platform's id of him. Ghosts are the remote users that they stand for. */
  user(native: string): { readonly uri: UserUri; readonly name: string } | null;
  /** A room of the platform, by the platform's id of it; null: not linked. */
  room(native: string): { readonly uri: GroupUri; readonly name: string } | null;
  /** Where the picture of a custom emoji is; null: not known. */
  emoji(name: string): string | null;
  /** This user's reactions to a message that the gateway knows of, for platforms that send the whole set. */
  reactions(native: string, user: string): readonly StandingReaction[];
}

/** A reaction that stands: what a later removal names. */
export interface StandingReaction {
  readonly id: EventId;
  /** The emoji, or the short name of a custom one between colons. */
  readonly emoji: string;
}

export type MemberAction = "join" | "leave" | "invite" | "kick" | "ban" | "unban" | "knock";
export type Role = "owner" | "admin" | "moderator" | "member" | "visitor" | "banned";

/** A property's value as text; the avatar's and the pins' are references. */
export interface PropertyValue {
  readonly name: "name" | "topic" | "avatar" | "moderated" | "read-only" | "pins";
  /** Which of several: the pinned message; empty for properties that have one value only. */
  readonly item: string;
  /** `true` and `false` for switches; empty: unset, or taken away. */
  readonly value: string;
}

/** What an event of a platform means, and who caused it. */
export type Mapped =
  | {
      readonly kind: "message";
      readonly sender: PlatformUser;
      /** What the platform calls it, so that it can be referred to; null: nothing refers to it. */
      readonly native: string | null;
      readonly message: Message;
    }
  | { readonly kind: "property"; readonly sender: PlatformUser | null; readonly property: PropertyValue }
  | {
      readonly kind: "member";
      readonly user: PlatformUser;
      readonly action: MemberAction;
      /** null: the user himself, or the platform does not say. */
      readonly by: PlatformUser | null;
      readonly reason: string;
    }
  | {
      readonly kind: "role";
      readonly user: PlatformUser;
      readonly role: Role;
      readonly by: PlatformUser | null;
    }
  /** null: unchanged or unknown. */
  | { readonly kind: "profile"; readonly user: PlatformUser; readonly avatar: string | null }
  | {
      readonly kind: "marker";
      readonly user: PlatformUser;
      readonly upTo: EventId;
      readonly status: "read" | "delivered";
    }
  | { readonly kind: "typing"; readonly user: PlatformUser; readonly typing: boolean }
  | {
      readonly kind: "presence";
      readonly user: PlatformUser;
      readonly state: "online" | "away" | "offline";
      readonly text: string;
    }
  /** The room itself; `to`: where it goes on, in the platform's words. */
  | {
      readonly kind: "room";
      readonly change: "archived" | "restored" | "moved" | "destroyed";
      readonly to: string | null;
      readonly reason: string;
    }
  /** Said to one person or encrypted: never relayed; the author is told once. */
  | { readonly kind: "private"; readonly sender: PlatformUser; readonly encrypted: boolean };

export interface MappedEvent {
  readonly events: readonly Mapped[];
  readonly losses: readonly Loss[];
}

/** Whoever something is delivered in the name of. */
export interface Author {
  readonly uri: UserUri;
  readonly name: string;
}

/** An entry of the log that is to be shown in a room of a platform; `null` authors: nobody is named. */
export type Outgoing =
  | { readonly kind: "message"; readonly id: EventId; readonly author: Author; readonly message: Message }
  | { readonly kind: "property"; readonly author: Author | null; readonly property: PropertyValue }
  | {
      readonly kind: "member";
      readonly user: Author;
      readonly action: MemberAction;
      readonly by: Author | null;
      readonly reason: string;
    }
  | { readonly kind: "role"; readonly user: Author; readonly role: Role; readonly by: Author | null }
  | { readonly kind: "profile"; readonly user: Author; readonly avatar: string | null }
  | {
      readonly kind: "marker";
      readonly user: Author;
      readonly upTo: EventId;
      readonly status: "read" | "delivered";
    }
  | { readonly kind: "typing"; readonly user: Author; readonly typing: boolean }
  | {
      readonly kind: "presence";
      readonly user: Author;
      readonly state: "online" | "away" | "offline";
      readonly text: string;
    }
  | {
      readonly kind: "room";
      readonly change: "archived" | "restored" | "moved" | "destroyed";
      readonly to: string | null;
      readonly reason: string;
    }
  /** A line of the gateway itself. */
  | { readonly kind: "notice"; readonly text: string };

/** One native message that carries (a part of) an event in this room. */
export interface NativePart {
  /** What the room calls it. */
  readonly native: string;
  /** What else the platform needs to name it: XMPP the `id` attribute, Slack the file's id; null: nothing. */
  readonly aux: string | null;
}

/** A message as this room holds it. */
export interface RoomMessage {
  readonly root: EventId;
  /** In order; all parts of a message that was split or carries several files. */
  readonly parts: readonly NativePart[];
  /** Native messages that carried edits of it, for platforms where each is a message of its own (Matrix). */
  readonly edits: readonly NativePart[];
  /** How the author is called in this room. */
  readonly author: { readonly name: string; readonly native: string | null };
  /** Whether the gateway itself posted it here (and can change it). */
  readonly ours: boolean;
  /** Its text, plain, at most 200 characters: what a quotation shows. */
  readonly excerpt: string;
  /** Its thread's root in this room; null: in no thread, or not known here. */
  readonly threadRoot: NativePart | null;
}

/** Look-ups for writing an event. All synchronous and the same whenever the same event is planned again. */
export interface OutboundContext {
  /** The message, by the id of any of its versions; null: not in this room. */
  message(id: EventId): RoomMessage | null;
  /** The message that a thread began with, by the thread's id, and the latest one in the thread. */
  thread(id: Uint8Array): { readonly root: RoomMessage; readonly latest: RoomMessage } | null;
  /** The reaction (with its target) that an unreaction takes away. */
  reaction(
    id: EventId,
  ): { readonly target: RoomMessage; readonly emoji: string; readonly part: NativePart | null } | null;
  /** All reactions of one author to a message that shall stand once this event is through, for platforms that send whole sets. */
  reactionsOf(author: UserUri, target: EventId): readonly string[];
  /** How many remote users' same reactions stand for, once this event is through, for platforms where one account stands for all. */
  reactionCount(target: EventId, emoji: string): number;
  /** A poll, by any of its versions, as it stands once this event is through; null: not known. */
  poll(id: EventId): PollTally | null;
  /** A user by his URI: his id on this platform (null: not of it), and the name by which the room knows him. */
  user(uri: UserUri): { readonly native: string | null; readonly name: string };
  /** The room of this platform that a group is linked to; null: none. */
  room(uri: GroupUri): { readonly native: string; readonly name: string } | null;
  /** What a custom emoji of this name is here: the platform's own reference; null: not known here. */
  emoji(name: string): string | null;
  /** A URL under which people of this platform can open the file, and the platform's own copy of it where there is one. */
  media(source: string): { readonly url: string; readonly native: string | null };
}

/** What is to be called, in order, and what it leaves out. */
export interface Written<Call> {
  readonly calls: readonly Call[];
  readonly losses: readonly Loss[];
}
