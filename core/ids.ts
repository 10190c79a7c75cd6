/** Row ids of our store and opaque ids of platforms. What a bridge made, only that bridge takes apart. */
import type { Branded } from "../mappings/ids.ts";

export type AccountId = Branded<number, "AccountId">;
export type ProviderId = Branded<number, "ProviderId">;
/** A gateway that this one exchanges events with. */
export type PeerId = Branded<number, "PeerId">;
/** Names a connection with another gateway; it travels. */
export type ConnectionId = Branded<string, "ConnectionId">;
/** The number by which an operator names a code. */
export type CodeId = Branded<number, "CodeId">;
/** The number by which an operator names an invitation of another gateway's, and a knock at a group of ours. */
export type InvitationId = Branded<number, "InvitationId">;
export type KnockId = Branded<number, "KnockId">;
export type UserId = Branded<number, "UserId">;
/** Names a file that this gateway gives out; nobody can guess it, and it travels. */
export type MediaId = Branded<string, "MediaId">;
/** Names a picture that this gateway gives to everybody; nobody can guess it. */
export type AvatarToken = Branded<string, "AvatarToken">;
export type GroupId = Branded<number, "GroupId">;
export type BindingId = Branded<number, "BindingId">;
/** A place in a group's log, given by its owner: 1, 2, 3, ... without holes. */
export type Seq = Branded<number, "Seq">;
/** Number of an inbox row: grows in the order of acceptance within an account. */
export type InboxNumber = Branded<number, "InboxNumber">;

/** A platform room, as the bridge of its account names it (XMPP: the bare JID). */
export type NativeRoom = Branded<string, "NativeRoom">;
/** What identifies something that came from a platform, the same live, by retry and from history. */
export type NativeKey = Branded<string, "NativeKey">;
/** What the platform calls a thing that stands in a room (XMPP: the room's stanza-id). */
export type NativeId = Branded<string, "NativeId">;
/** Where a room's archive stands: opaque, taken from the bridge, given back for catch-up and probe. */
export type ArchiveMark = Branded<string, "ArchiveMark">;
/** Names one native call of one event on one binding, and is seen by the platform where it keeps such a mark. */
export type DeliveryKey = Branded<string, "DeliveryKey">;
