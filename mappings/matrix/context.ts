/** What the mapping of Matrix looks up beyond what every platform does. All synchronous, found beforehand. */
import type { EventId, UserUri } from "../ids.ts";
import type { InboundContext, OutboundContext, PropertyValue } from "../mapping.ts";
import type { Message } from "../message.ts";
import type { MatrixContent } from "./calls.ts";

/** A member as the room's state had him before the event. */
export interface KnownMember {
  readonly membership: "join" | "leave" | "invite" | "ban" | "knock";
  readonly name: string;
  /** A mxc URL; empty: none. */
  readonly avatar: string;
}

export interface KnownReaction {
  readonly id: EventId;
  /** Matrix id of who reacted. */
  readonly author: string;
}

export interface KnownEdit {
  readonly root: EventId;
  /** Matrix id of who edited; null: a remote user. */
  readonly author: string | null;
  /** The message as it stood before this edit; null where a later edit hides this one, so that nothing changes. */
  readonly previous: Message | null;
}

export interface KnownPoll {
  readonly options: readonly string[];
  readonly most: number;
  readonly ended: boolean;
}

/** `message` knows messages by the ids of their first versions; edits are known by `edit`. */
export interface MatrixInbound extends InboundContext {
  /** Whether this Matrix id is the gateway's own user or one of its ghosts. */
  isOurs(user: string): boolean;
  /** Whether the content carries our mark: it went out by this gateway, perhaps under another name. */
  isMarked(content: MatrixContent): boolean;
  /** The reaction that an event was; null: it was none that is known. */
  reaction(eventId: string): KnownReaction | null;
  /** The edit that an event was; null: it was none that is known. */
  edit(eventId: string): KnownEdit | null;
  /** The latest edit of a message by the message's event id, to tell a late older one; null: never edited. */
  latestEdit(eventId: string): { readonly at: number; readonly eventId: string } | null;
  /** The poll that an event started; null: it was none that is known. */
  poll(eventId: string): KnownPoll | null;
  /** A member before this event; null: not known. */
  member(user: string): KnownMember | null;
  /** The content of m.room.power_levels before this event; null: none or not known. */
  readonly powerLevels: MatrixContent | null;
  /** Who created the room where that gives him all rights (room version 12 on). */
  readonly creators: readonly string[];
  /** The pinned events before this event. */
  readonly pinned: readonly string[];
  /** Who was typing before this event. */
  readonly typing: readonly string[];
}

/** The `aux` of a RoomMessage's `edits` is the event id of the part that was edited; null: the first. */
export interface MatrixOutbound extends OutboundContext {
  /**
   * Merged into every content that is sent: our origin key, and `external_url` where the origin has a permalink. It
   * counts against the size of the event: at most 2 KiB.
   */
  readonly mark: MatrixContent;
  /** Whether the user is of elsewhere, so that a ghost stands for him. */
  isRemote(user: UserUri): boolean;
  /** The content of m.room.power_levels as it stands; null: not known. */
  readonly powerLevels: MatrixContent | null;
  /** The pinned events as they stand. */
  readonly pinned: readonly string[];
}

/** What the room and its configuration let the gateway do. */
export interface MatrixCapabilities {
  /** Whether ghosts may notify everybody in the room. */
  readonly broadcasts: boolean;
  /** Whether the gateway's own user may redact the events of others. */
  readonly redact: boolean;
  /** Properties that the gateway's own user has the power to set. */
  readonly properties: readonly PropertyValue["name"][];
  /** Whether the gateway's own user may invite, kick and ban. */
  readonly moderate: boolean;
  /** Whether invitations, kicks and bans of other platforms act on native users here. */
  readonly mirrorModeration: boolean;
  /** Whether ghosts get the power of their roles. Native users' power is never changed. */
  readonly roles: boolean;
  readonly polls: boolean;
  readonly receipts: boolean;
  readonly typing: boolean;
  readonly presence: boolean;
}
