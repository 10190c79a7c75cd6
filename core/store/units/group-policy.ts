/** What the owner of a group has laid down for it: who may come in, what a new guest sees, how long events are kept. */
import type { JoinPolicy } from "../../../mappings/room-policy/deed.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import type { HistoryPolicy } from "./guests.ts";

const setPolicy = statement<{
  group: GroupId;
  join: JoinPolicy;
  history: string;
  retentionDays: number | null;
}>("group-policy.set")((db, { p }) =>
  db
    .updateTable("grp")
    .set({ join_policy: p.join, history_policy: p.history, retention_days: p.retentionDays })
    .where("id", "=", p.group)
    .returning("uri"),
);
const policyRow = statement<{ group: GroupId }>("group-policy.of")((db, { p }) =>
  db
    .selectFrom("grp")
    .select(["join_policy as join", "history_policy as history", "retention_days as retentionDays"])
    .where("id", "=", p.group),
);

export interface GroupPolicy {
  readonly join: JoinPolicy;
  readonly history: HistoryPolicy;
  /** null: as the gateway keeps all groups. */
  readonly retentionDays: number | null;
}

/** Lays the policy down, for whoever comes from now on. Throws group_unknown. */
export function* setGroupPolicy(
  input: GroupPolicy & { group: GroupId; at: Milliseconds; actor: string },
): Unit<void> {
  const { group, join, retentionDays, at, actor } = input;
  const history = historyText(input.history);
  const row = yield* first(setPolicy, { group, join, history, retentionDays });
  if (!row) throw new GatewayError("group_unknown", `no group ${group} is known here`);
  const detail = `join ${join}, history ${history}, retention ${retentionDays ?? "as all groups"}`;
  yield* first(addAudit, { at, actor, act: "group policy", subject: row.uri, detail });
}

/** Undefined: there is no such group. */
export function* policyOf(group: GroupId): Unit<GroupPolicy | undefined> {
  const row = yield* first(policyRow, { group });
  if (!row) return undefined;
  return {
    join: row.join ?? "asserted",
    history: parseHistory(row.history ?? "none") ?? { kind: "none" },
    retentionDays: row.retentionDays,
  };
}

/** What a new guest sees of the group's past: as its own policy says, or `otherwise` where it has none. */
export function* historyFor(group: GroupId, otherwise: HistoryPolicy): Unit<HistoryPolicy> {
  const set = (yield* first(policyRow, { group }))?.history ?? null;
  return (set === null ? null : parseHistory(set)) ?? otherwise;
}

/** As the wire names it: `none`, `days:N`, `all`. */
export const historyText = (policy: HistoryPolicy): string =>
  policy.kind === "days" ? `days:${policy.days}` : policy.kind;

const MOST_DAYS = 3_650;

/** null: it is no policy (docs/mtp.md, History). */
export function parseHistory(text: string): HistoryPolicy | null {
  if (text === "none" || text === "all") return { kind: text };
  const days = Number(/^days:([1-9]\d{0,3})$/.exec(text)?.[1] ?? 0);
  return days >= 1 && days <= MOST_DAYS ? { kind: "days", days } : null;
}
