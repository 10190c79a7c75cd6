/** What the work of a peer's lane needs, all of it made once for the gateway. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { Announcer } from "../../groups/announce.ts";
import type { GroupId } from "../../ids.ts";
import type { HeldLane } from "../../lanes/held-lane.ts";
import type { Limits } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Wake } from "../../lanes/waker.ts";
import type { Store } from "../../store/store.ts";
import type { PeerRow } from "../../store/units/peers.ts";
import type { Hints } from "../peers/hints.ts";
import type { LatestValues } from "./latest-values.ts";
import type { News } from "../news.ts";
import type { PeerClient, PeerEndpoint } from "../peers/peer-client.ts";
import type { PeerPaceOptions } from "../peers/peer-pace.ts";
import type { ProofCheckOptions } from "../peers/proof-check.ts";
import type { RequestSigner } from "../wire/signature.ts";

export interface SyncOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly limits: Pick<Limits, "holdMs" | "pageEvents" | "pageBytes" | "subscriptions" | "leaseMs">;
  readonly now: () => Milliseconds;
  readonly client: PeerClient;
  readonly signer: () => RequestSigner;
  /** Our own base domain, in whose name all is asked. */
  readonly base: ProviderDomain;
  readonly proofs: ProofCheckOptions;
  readonly news: Pick<News, "tell" | "listen">;
  readonly announcer: Pick<Announcer, "rooms">;
  readonly wake: Wake;
  readonly values: Pick<LatestValues, "take" | "states" | "since">;
  /** Tells peers that we are back; left out: they are not told. */
  readonly hints?: Pick<Hints, "send">;
  /** Nobody can ask us: what is ours to say is posted. */
  readonly unreachable: boolean;
  /** How many events of one guest a group of ours takes in a minute. */
  readonly perMinute: number;
  /** Where the operator has said that a gateway is; undefined: where its well-known says. */
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  readonly pace: Pick<PeerPaceOptions, "random" | "pause">;
  /** When this process began: what is asked for first is spread from then on. */
  readonly startedAt: Milliseconds;
  /** As `readRevision` gives it. */
  readonly revision: number;
}

/** One peer's lane, held. */
export interface PeerLane {
  readonly options: SyncOptions;
  readonly peer: PeerRow;
  readonly endpoint: PeerEndpoint;
  readonly held: HeldLane;
  /** When groups were last recovered by their snapshots. */
  readonly recovered: Map<GroupId, Milliseconds>;
}

/** How long over its own wait a held request may take before it counts as failed (M139). */
const ANSWER_OVER: Milliseconds = 10_000;

/** How long the answer to a request that is held is waited for. */
export const heldTimeout = ({ limits }: SyncOptions): Milliseconds => limits.holdMs + ANSWER_OVER;

/** Seconds, as requests name them. */
export const waitSeconds = ({ limits }: SyncOptions): number => Math.floor(limits.holdMs / 1_000);
