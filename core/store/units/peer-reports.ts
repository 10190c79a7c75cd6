/** Other gateways as an operator looks at them. */
import type { KeyId } from "../../federation/wire/public-key.ts";
import type { PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";
import { listConnections } from "./connections.ts";
import { keysOfPeer } from "./peer-facts.ts";
import { peersAll } from "./peers.ts";

type KnownPeer = ReturnType<typeof peersAll> extends Unit<readonly (infer Peer)[]> ? Peer : never;

export type PeerStatus = KnownPeer & {
  readonly keys: readonly KeyId[];
  /** Connections that are active. */
  readonly connections: number;
  /** Why its lane waits. */
  readonly lastError: string | null;
};

const laneOf = statement<{ peer: PeerId }>("peer-reports.lane")((db, { p }) =>
  db.selectFrom("lane").select("last_error as lastError").where("peer", "=", p.peer).orderBy("key"),
);

/** Every peer with what it may do, and how the exchange with it goes. */
export function* peerStatuses(): Unit<readonly PeerStatus[]> {
  const statuses: PeerStatus[] = [];
  const connections = yield* listConnections(null);
  for (const peer of yield* peersAll()) {
    const lanes = yield* all(laneOf, { peer: peer.id });
    statuses.push({
      ...peer,
      keys: (yield* keysOfPeer(peer.id)).map(({ kid }) => kid),
      connections: connections.filter((one) => one.peer === peer.id && one.state === "active").length,
      lastError: lanes.find(({ lastError }) => lastError !== null)?.lastError ?? null,
    });
  }
  return statuses;
}
