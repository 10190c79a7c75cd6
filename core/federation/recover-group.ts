/** As guest: where the owner's cursor is gone, its snapshot says where the log goes on (docs/mtp.md, M66). */
import { GatewayError } from "../errors.ts";
import type { Seq } from "../ids.ts";
import type { FollowedGroup } from "../store/units/following.ts";
import { FederationError } from "./federation-error.ts";
import { checkProperty } from "../../mappings/property-value.ts";
import { ContentError } from "../../mappings/content/content-error.ts";
import { peerTopic } from "./news.ts";
import { type Snapshot, snapshotForm, snapshotPropertyForm } from "./sync-answer.ts";
import { ANSWER_WITHIN, type PeerLane } from "./sync-options.ts";
import type { RestartInput } from "../store/units/restart-following.ts";

/** Reads the snapshot and goes on from it. Rejects with FederationError where it can't be had: the cursor then is as gone as before. */
export async function recoverGroup(lane: PeerLane, row: FollowedGroup, signal: AbortSignal): Promise<void> {
  const { options, peer, endpoint, held } = lane;
  const { store, client, log, now } = options;
  const snapshot = await client.request({
    endpoint,
    method: "GET",
    path: pathOf(row.uri),
    as: options.base,
    timeoutMs: ANSWER_WITHIN,
    signal,
    answer: snapshotForm,
  });
  if (snapshot.group !== row.uri)
    throw new FederationError("peer_answer_invalid", `${peer.base} gives the snapshot of another group`, {
      status: 200,
      certainty: "certain",
    });
  if (!(await held.hold()))
    throw new GatewayError("lane_lost", `lane ${held.fence.lane} is another process's`);
  const { seq, rev, cursor } = snapshot;
  await store.write("restartFollowing", {
    fence: held.fence,
    group: row.group,
    after: seq as Seq | 0,
    cursor,
    rev,
    properties: propertiesOf(snapshot),
    now: now(),
  });
  // What is said again waits for the peer.
  options.news.tell([peerTopic(peer.id)]);
  log.warn(
    { peer: peer.base, group: row.uri, held: row.head, goesOnBehind: seq, before: row.rev, rev },
    "the owner keeps no more what comes next of a group: it goes on from the snapshot",
  );
}

/** `mimi://AUTHORITY/r/ID` is found at `/groups/AUTHORITY/ID`. */
export function pathOf(uri: string): string {
  const [, , authority = "", , id = ""] = uri.split("/");
  return `/groups/${authority}/${id}`;
}

/** Those that can be read, and have been set. */
function propertiesOf({ properties }: Snapshot): RestartInput["properties"] {
  return properties.flatMap((given) => {
    const read = snapshotPropertyForm.safeParse(given);
    if (!read.success || read.data.version === 0) return [];
    const { name, item, value, version } = read.data;
    try {
      return [{ ...checkProperty(name, item, value), version: version as Seq }];
    } catch (thrown) {
      if (thrown instanceof ContentError) return [];
      throw thrown;
    }
  });
}
