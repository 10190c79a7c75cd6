/** Rows about other gateways as reports. */
import type { Milliseconds } from "../time.ts";
import type { CodeReport, ConnectionReport, GroupReport, PeerReport } from "../federation-operations.ts";
import type { CodeRow } from "../store/units/codes.ts";
import type { ConnectionRow } from "../store/units/connections.ts";
import type { GroupRow } from "../store/units/group-reports.ts";
import type { PeerStatus } from "../store/units/peer-reports.ts";

export function peerReport(peer: PeerStatus): PeerReport {
  const { id: _id, createdAt: _createdAt, ...report } = peer;
  return report;
}

export function codeReport(row: CodeRow, now: Milliseconds): CodeReport {
  const { kind, revoked, ...code } = row;
  const over = row.expires <= now ? "expired" : row.usesLeft <= 0 ? "used-up" : "good";
  return { ...code, scope: kind, state: revoked ? "revoked" : over };
}

export function connectionReport(row: ConnectionRow): ConnectionReport {
  const { id, base, provider, issuer, scope, group, state, createdAt, expires, endedAt } = row;
  return { id, base, provider, issuer, scope, group, state, createdAt, expires, endedAt };
}

export function groupReport(row: GroupRow): GroupReport {
  const { uri, owner, name, state, following, cause, head, members, rooms, guests } = row;
  return { uri, owner, name, state, following, cause, head, members, rooms, guests };
}
