/** What a workspace holds. Records change in place; what the API and the events show is made from them at that moment. */
import type { types, webApi } from "@slack/bolt";
import type { Milliseconds } from "../../../core/time.ts";

/** A message as history, replies and events show it. */
export type PublishedMessage = NonNullable<webApi.ConversationsHistoryResponse["messages"]>[number];
export type PublishedFile = NonNullable<PublishedMessage["files"]>[number];
export type PublishedChannel = NonNullable<webApi.ConversationsInfoResponse["channel"]>;
export type PublishedUser = NonNullable<webApi.UsersInfoResponse["user"]>;
export type Block = types.KnownBlock | types.Block;
/** The published type leaves out what Slack adds to previews of links. */
export type Attachment = types.MessageAttachment & { readonly from_url?: string };

export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

export interface ReactionRecord {
  readonly name: string;
  readonly users: string[];
}

export interface SlackMessageRecord {
  readonly channel: string;
  readonly ts: string;
  /** Null: posted under another name. */
  user: string | null;
  readonly botId: string | null;
  readonly username: string | null;
  readonly icon: string | null;
  subtype: string | null;
  text: string;
  blocks: readonly Block[];
  attachments: readonly Attachment[];
  files: readonly string[];
  metadata: Metadata | null;
  /** The `ts` of the thread's first message, which bears its own once it has replies. */
  threadTs: string | null;
  readonly clientMsgId: string | null;
  edited: { readonly user: string; readonly ts: string } | null;
  reactions: ReactionRecord[];
  /** Of a system message: what it is about, as `topic`. */
  readonly about: Readonly<Record<string, string>>;
  /** Before this nobody sees it. */
  readonly visibleAt: Milliseconds;
}

export interface PinRecord {
  readonly ts: string;
  readonly by: string;
  readonly created: number;
}

export interface ChannelRecord {
  readonly id: string;
  name: string;
  topic: { readonly value: string; readonly creator: string; readonly last_set: number };
  purpose: { readonly value: string; readonly creator: string; readonly last_set: number };
  readonly isPrivate: boolean;
  readonly isGeneral: boolean;
  /** Two people, or one and the bot. */
  readonly isDirect: boolean;
  isArchived: boolean;
  readonly creator: string;
  readonly created: number;
  readonly members: Set<string>;
  readonly messages: Map<string, SlackMessageRecord>;
  readonly pins: Map<string, PinRecord>;
}

export interface UserRecord {
  readonly id: string;
  readonly name: string;
  realName: string;
  displayName: string;
  image: string;
  readonly isAdmin: boolean;
  readonly isOwner: boolean;
  readonly isPrimaryOwner: boolean;
  readonly isRestricted: boolean;
  readonly isBot: boolean;
  updated: number;
  isDeleted: boolean;
}

export interface FileRecord {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly altText: string;
  readonly mimetype: string;
  readonly user: string;
  readonly created: number;
  readonly size: number;
  /** Null: not yet uploaded. */
  bytes: Uint8Array | null;
  readonly shares: { readonly channel: string; readonly ts: string }[];
  isComplete: boolean;
  isDeleted: boolean;
}

/** What one person alone was shown. */
export interface Ephemeral {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  /** The thread that it is shown in; left out: none. */
  readonly threadTs?: string;
}
