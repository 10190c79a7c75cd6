/** Other gateways, codes and connections for people. */
import type { Milliseconds } from "../time.ts";
import type {
  BlockReport,
  CodeReport,
  ConnectionReport,
  EndedConnectionReport,
  MadeCodeReport,
  PeerReport,
  RedeemReport,
} from "../federation-operations.ts";
import { plain } from "./plain-text.ts";
import { renderLinked } from "./render-links.ts";
import { table } from "./table.ts";
import { agoText, lengthText } from "./times.ts";

export function renderPeers(peers: readonly PeerReport[], now: Milliseconds): string {
  if (peers.length === 0)
    return "No other gateway is known. One is by a code: mimi-gateway code create, or redeem CODE\n";
  const rows = peers.map((peer) => [
    peer.base,
    peer.endpoint,
    peer.state === "blocked" ? "blocked" : peer.connections > 0 ? "connected" : "known",
    String(peer.connections),
    peer.hosts.join(" "),
    agoText(peer.readAt, now),
    peer.lastError ?? "-",
  ]);
  const heads = ["BASE", "ENDPOINT", "STATE", "CONNECTIONS", "PROVIDERS", "READ", "LAST ERROR"];
  return table([heads, ...rows]);
}

export function renderPeerAdded({ base, endpoint }: PeerReport): string {
  return (
    `${plain(base)} at ${plain(endpoint)} is known now. Nothing is exchanged before a code connects the two: ` +
    "mimi-gateway code create, or redeem CODE\n"
  );
}

export function renderPeerBlocked({ base, state }: PeerReport): string {
  return state === "blocked"
    ? `${plain(base)} is blocked: whatever it asks is refused.\n`
    : `${plain(base)} is not blocked.\n`;
}

export function renderBlocks(blocks: readonly BlockReport[], now: Milliseconds): string {
  if (blocks.length === 0) return "Nobody is blocked.\n";
  const rows = blocks.map(({ subject, scope, at, actor }) => [
    subject,
    scope === "gateway" ? "all rooms" : scope,
    agoText(at, now),
    actor,
  ]);
  return table([["BLOCKED", "FOR", "SINCE", "BY"], ...rows]);
}

export function renderMadeCode({ id, code, group, uses, confirm, expires }: MadeCodeReport): string {
  const opens = group === null ? "connects the two gateways" : `opens ${plain(group)}`;
  const often = uses === 1 ? "once" : `${uses} times`;
  const asked = confirm ? "\nWhoever redeems it waits for: mimi-gateway connection confirm ID" : "";
  return (
    `${code}\n\nCode ${id} ${opens}, ${often}, until ${new Date(expires).toISOString()}. It is not shown again.\n` +
    `To be run at the other gateway: mimi-gateway redeem CODE${asked}\n`
  );
}

export function renderCodes(codes: readonly CodeReport[], now: Milliseconds): string {
  if (codes.length === 0) return "There are no codes. To make one: mimi-gateway code create\n";
  const rows = codes.map((code) => [
    String(code.id),
    code.group ?? "the gateway",
    code.state,
    String(code.usesLeft),
    code.state === "good" ? lengthText(code.expires - now) : "-",
    code.confirm ? "yes" : "no",
    code.usedBy.length === 0 ? "-" : code.usedBy.join(" "),
  ]);
  return table([["NUMBER", "OPENS", "STATE", "USES LEFT", "EXPIRES IN", "CONFIRM", "USED BY"], ...rows]);
}

export function renderRevoked({ id, usedBy }: CodeReport): string {
  const stay = usedBy.length === 0 ? "" : ` Connections that it made stay: ${plain(usedBy.join(", "))}.`;
  return `Code ${id} is good for nobody any more.${stay}\n`;
}

export function renderRedeemed({ connection, base, provider, group, linked }: RedeemReport): string {
  const begun = `${plain(provider)} is connected with ${plain(base)} (connection ${plain(connection)}).\n`;
  if (linked !== null) return begun + renderLinked(linked);
  if (group === null) return begun;
  return `${begun}group ${plain(group)}\nTo link a room to it: mimi-gateway link ACCOUNT:ADDRESS --group ${plain(group)}\n`;
}

export function renderConnections(connections: readonly ConnectionReport[], now: Milliseconds): string {
  if (connections.length === 0) return "There are no connections. One is made by a code.\n";
  const waiting = connections.filter(({ state, issuer }) => state === "waiting" && issuer === "we");
  const others = connections.filter((one) => !waiting.includes(one));
  const rows = [...waiting, ...others].map((one) => [
    one.id,
    one.state,
    one.base,
    one.provider,
    one.issuer === "we" ? "ours" : "theirs",
    one.group ?? "the gateways",
    agoText(one.createdAt, now),
  ]);
  const advice =
    waiting.length === 0
      ? ""
      : "To let one in that waits: mimi-gateway connection confirm ID. To refuse it: mimi-gateway connection end ID\n";
  return table([["ID", "STATE", "GATEWAY", "PROVIDER", "CODE", "FOR", "SINCE"], ...rows]) + advice;
}

export function renderConfirmed({ id, provider, group }: ConnectionReport): string {
  const what = group === null ? "is connected" : `reads ${plain(group)}`;
  return `${plain(provider)} ${what} by connection ${plain(id)}.\n`;
}

export function renderEnded({ id, base, told }: EndedConnectionReport): string {
  const them = told
    ? `${plain(base)} has been told.`
    : `${plain(base)} could not be told; it finds out when it asks for what it may not have any more.`;
  return `Connection ${plain(id)} has ended. ${them}\n`;
}
