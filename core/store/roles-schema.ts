/** The tables about roles and blocks, as the statements see them; migration 4 makes them. */
import type { Milliseconds } from "../time.ts";
import type { GroupId } from "../ids.ts";

/** A role that the group's log has set; `json`: as snapshots give it. */
export interface GroupRoleTable {
  grp: GroupId;
  idx: number;
  json: string;
}

/** Whom rooms of this gateway are not given. `scope`: `gateway`, or `binding:N`. `subject`: a user's URI, or a domain. */
export interface BlockTable {
  scope: string;
  subject: string;
  at: Milliseconds;
  actor: string;
}

export interface RolesTables {
  group_role: GroupRoleTable;
  block: BlockTable;
}
