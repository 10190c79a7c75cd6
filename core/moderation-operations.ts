/** What an operator can do in the groups of his own gateway; plain data, see operations.ts. */
import type { GroupPropertyName } from "../mappings/events.ts";
import type { JoinPolicy } from "../mappings/room-policy/deed.ts";
import type { Milliseconds } from "./time.ts";

/** Properties that an operator sets. */
export const settableProperties = [
  "name",
  "topic",
  "isModerated",
  "isReadOnly",
] as const satisfies readonly GroupPropertyName[];
export type SettableProperty = (typeof settableProperties)[number];

/** `user`: the URI of a user. */
export type GroupDeed =
  | { readonly act: "kick" | "ban" | "unban"; readonly user: string; readonly reason: string }
  /** `forMs` null: until it is taken away. */
  | { readonly act: "mute"; readonly user: string; readonly forMs: Milliseconds | null }
  | { readonly act: "unmute"; readonly user: string }
  | { readonly act: "role"; readonly user: string; readonly role: number }
  /** `value` empty: taken away. */
  | { readonly act: "set"; readonly name: SettableProperty; readonly value: string }
  /** `events`: ids, or how they begin. */
  | { readonly act: "erase-events"; readonly events: readonly string[] }
  | { readonly act: "erase-user"; readonly user: string };

export interface DeedReport {
  readonly uri: string;
  readonly act: GroupDeed["act"];
  /** The place of the event in the group's log; null: it was so already. */
  readonly seq: number | null;
  readonly event: string | null;
}

export interface PolicyReport {
  readonly uri: string;
  /** What a new guest sees of the past: `none`, `days:N` or `all`. */
  readonly history: string;
  readonly join: JoinPolicy;
  /** null: as this gateway keeps all groups. */
  readonly retentionDays: number | null;
}

/** null: it stays. */
export interface PolicyChange {
  readonly history: string | null;
  readonly join: string | null;
}

/** All throw group_unknown, and group_foreign for a group of another gateway's. */
export interface ModerationOperations {
  /**
   * Writes it into the group's log, as an event of the group's owner himself. Throws member_unknown, role_unknown,
   * event_unknown.
   */
  moderate(uri: string, deed: GroupDeed): Promise<DeedReport>;
  /** Lays down what is for whoever comes from now on. The policy from then on. */
  policy(uri: string, change: PolicyChange): Promise<PolicyReport>;
}
