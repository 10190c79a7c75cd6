/**
 * The tables as the statements see them. Integers inside, URIs at the edges; times are milliseconds since 1970.
 * The same schema stands on SQLite and PostgreSQL; `migrations/` makes it.
 */
import type { Generated } from "kysely";
import type { EventKind, GroupPropertyName, RoomPropertyName } from "../../mappings/events.ts";
import type { EventId, GroupUri, ProviderDomain, SaidKey, UserUri } from "../../mappings/ids.ts";
import type { JoinPolicy } from "../../mappings/room-policy/deed.ts";
import type { Milliseconds } from "../time.ts";
import type { AlarmsTables } from "./alarms-schema.ts";
import type { FederationTables } from "./federation-schema.ts";
import type { InvitationsTables } from "./invitations-schema.ts";
import type { LatestValuesTables } from "./latest-values-schema.ts";
import type { MediaTables } from "./media-schema.ts";
import type { PollsTables } from "./polls-schema.ts";
import type { PolicyTables } from "./policy-schema.ts";
import type { RolesTables } from "./roles-schema.ts";
import type { SecretsTables } from "./secrets-schema.ts";
import type { WorkTables } from "./work-schema.ts";
import type {
  AccountId,
  ArchiveMark,
  BindingId,
  GroupId,
  InboxNumber,
  NativeId,
  NativeRoom,
  PeerId,
  ProviderId,
  Seq,
  UserId,
} from "../ids.ts";

/** `oldest_reader`: code older than this can't work on the schema any more and must stop itself. */
export interface SchemaTable {
  only: number;
  version: number;
  oldest_reader: number;
}

/** Facts of the whole gateway, made once: the key of derived public ids. */
export interface SettingTable {
  name: string;
  value: Uint8Array;
}

export interface AuditTable {
  n: Generated<number>;
  at: Milliseconds;
  actor: string;
  act: string;
  subject: string;
  detail: string;
}

export interface AccountTable {
  id: Generated<AccountId>;
  bridge: string;
  /** The name that the configuration gives to the account. */
  native: string;
  provider: ProviderId;
}

export interface ProviderTable {
  id: Generated<ProviderId>;
  domain: ProviderDomain;
  /** Who speaks for it. null: we, where it has an account; else nobody. */
  peer: PeerId | null;
}

export interface UserTable {
  id: Generated<UserId>;
  uri: UserUri;
  provider: ProviderId;
  native: string;
  name: string;
  /** Raised with every change of the name or the picture; -1: his gateway has told nothing of him yet. */
  profile_rev: number;
  /** Where his picture is; null: he has none, or it is not known. */
  avatar_url: string | null;
}

export interface GroupTable {
  id: Generated<GroupId>;
  uri: GroupUri;
  owner_provider: ProviderId;
  /** Last contiguous seq held. */
  head: Seq | 0;
  /** Raised when the owner was restored from a backup. */
  rev: number;
  accepted_at: Milliseconds;
  state: "open" | "closed";
  /** 1: its log has set roles or who may speak; null: the rules are those of every group. */
  policed: number | null;
  /** null: `asserted`. */
  join_policy: JoinPolicy | null;
  /** `none`, `days:N` or `all`; null: `none`. */
  history_policy: string | null;
  /** null: as the gateway's configuration has it. */
  retention_days: number | null;
}

export interface MemberTable {
  grp: GroupId;
  user_id: UserId;
  state: "joined" | "left" | "invited" | "banned";
  since_seq: Seq;
  /** null: what everybody has at first. */
  role: number | null;
  /** The seq of the last event that changed this; null: `since_seq`. */
  version: Seq | null;
  /** null: he is not muted. */
  muted_until: Milliseconds | null;
}

export interface PropertyTable {
  grp: GroupId;
  name: GroupPropertyName;
  item: string;
  value: string;
  seq: Seq;
  by_user: UserId | null;
}

export interface EventTable {
  grp: GroupId;
  seq: Seq;
  id: EventId;
  kind: EventKind;
  sender: UserId | null;
  accepted_at: Milliseconds;
  origin_at: Milliseconds;
  received_at: Milliseconds;
  content: Uint8Array | null;
  origin_binding: BindingId | null;
  /** The first version of what this one edits or deletes. null: it is a first version itself, or no message. */
  root_id: EventId | null;
  /** The signature of the sender's provider over the id. null: none was needed, or we make it when asked. */
  proof: Uint8Array | null;
  /** The gateways that it passed before it entered the log, with spaces between. */
  via: string | null;
  /** The gateway that it came from. */
  origin_peer: PeerId | null;
  /** The groups through which it came into the room where it was said, with spaces between. null: none. */
  passed: string | null;
  /** What its deliveries are asked for by; null: by its id. */
  said_key: SaidKey | null;
  erased_at: Milliseconds | null;
  /** Of a first version: the seq of what has deleted it. */
  deleted_seq: Seq | null;
}

/** A reaction as it stood in the log: from `seq` on, until `gone_seq`. `target` is the first version of a message. */
export interface ReactionTable {
  grp: GroupId;
  target: EventId;
  event_id: EventId;
  user_id: UserId;
  emoji: string;
  seq: Seq;
  gone_seq: Seq | null;
}

/** The first message of a thread, and when something was last said in the thread. */
export interface ThreadTable {
  grp: GroupId;
  root: EventId;
  at: Milliseconds;
}

export interface BindingTable {
  id: Generated<BindingId>;
  grp: GroupId;
  account: AccountId;
  native: NativeRoom;
  kind: "plumbed" | "portal";
  state: "live" | "leaving" | "ended";
  /** Ended rooms give their native id free: 0 while live or leaving, else the binding's own id. */
  ended: number;
  erase: number;
  /** Written for older versions alone: what is done is said by the room's policy, or its account. */
  unclear: "repeat" | "hold";
  /** Everything up to here is delivered, or was nothing to deliver. */
  delivered_seq: Seq | 0;
  /** Up to here deliveries are written down: where the next read begins. */
  intended_seq: Seq | 0;
  inbound_mark: ArchiveMark | null;
  last_inbound_at: Milliseconds | null;
  unclear_count: number;
  /** When the room was last told how far it is behind; null: it has caught up since. */
  lag_told_at: Milliseconds | null;
  /** Since when nothing is carried from or to it, and why; null: it is not paused. */
  paused_at: Milliseconds | null;
  paused_why: string | null;
  /** When it was last resumed, and up to which row of its inbox what waited until then goes; 1: repeats among it are set aside. */
  resumed_at: Milliseconds | null;
  resumed_up_to: InboxNumber | 0 | null;
  resumed_drop: number | null;
  created_at: Milliseconds;
  created_by: string;
}

/** A room's state as last seen there and as last set by us: what tells a change from an echo. */
export interface BindingPropertyTable {
  binding: BindingId;
  name: RoomPropertyName;
  item: string;
  last_set: string | null;
  last_seen: string | null;
  /** When that was; null: not noted. */
  seen_at: Milliseconds | null;
}

export interface LinkTable {
  binding: BindingId;
  native: NativeId;
  /** What else the platform refers to it by. */
  aux: string | null;
  event_id: EventId;
  part: number;
  state: "live" | "refused";
  attempts: number;
  at: Milliseconds;
}

export interface Tables
  extends
    AlarmsTables,
    FederationTables,
    InvitationsTables,
    LatestValuesTables,
    MediaTables,
    PolicyTables,
    PollsTables,
    RolesTables,
    SecretsTables,
    WorkTables {
  schema_version: SchemaTable;
  setting: SettingTable;
  audit: AuditTable;
  account: AccountTable;
  provider: ProviderTable;
  user: UserTable;
  grp: GroupTable;
  member: MemberTable;
  property: PropertyTable;
  event: EventTable;
  reaction: ReactionTable;
  thread: ThreadTable;
  binding: BindingTable;
  binding_property: BindingPropertyTable;
  link: LinkTable;
}
