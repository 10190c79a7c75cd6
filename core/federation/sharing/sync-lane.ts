/**
 * The work of a peer's lane, while it is held: follows the groups of the peer, pulls what its users say in ours, and posts what ours say
 * in its groups where it can't pull. Everything that it writes is fenced by the lane.
 */
import type { Milliseconds } from "../../time.ts";
import { asGatewayError } from "../../errors.ts";
import type { PeerId } from "../../ids.ts";
import { caughtUp, type LaneOutcome, type LaneRun, left } from "../../lanes/lane-run.ts";
import { peerById, type PeerRow } from "../../store/units/peers.ts";
import type { FederationError } from "../wire/federation-error.ts";
import { followedGroups, type Part, planFollowing } from "./follow-groups.ts";
import { mayHearInvitations } from "./heard-invitations.ts";
import { type ArmOptions, LaneArm } from "./lane-arm.ts";
import { peerTopic } from "../news.ts";
import { PeerPace } from "../peers/peer-pace.ts";
import { UNREACHABLE_FEATURE } from "../wire/features.ts";
import { planPosting } from "./post-submissions.ts";
import { guestGroups, planPulling } from "./pull-submissions.ts";
import { Resting } from "./resting.ts";
import type { PeerLane, SyncOptions } from "./sync-options.ts";

/** First requests of this process to different peers are spread over this (M138). */
const SPREAD: Milliseconds = 5_000;
/** Groups that were left out for a while are looked for this often. */
const LOOK_EVERY: Milliseconds = 15_000;
/** A lease is renewed this often within its time. */
const RENEWALS = 3;
/** What every gateway takes in one request (M132). */
const LEAST_SUBSCRIPTIONS = 100;

/** Runs until there is nothing shared with the peer, the lane is lost, or the run is stopped. */
export async function runSync(options: SyncOptions, run: LaneRun, peer: PeerId): Promise<LaneOutcome> {
  const row = await options.store.read(peerById(peer));
  if (!row || row.state === "blocked") return caughtUp;
  const endpoint = options.placeOf(row.base) ?? { url: row.endpoint, trusted: false };
  const lane = { options, peer: row, endpoint, held: run.held, recovered: new Map() };
  return new SyncRun(lane, run).toEnd();
}

class SyncRun {
  readonly #lane: PeerLane;
  readonly #run: LaneRun;
  readonly #pace: PeerPace;
  readonly #ending = new AbortController();
  readonly #arms: LaneArm[] = [];
  readonly #resting: Resting;
  readonly #pulling: boolean;
  #size: number;
  #heard = false;
  #following = 0;
  #pulled = 0;
  #broken: { readonly thrown: unknown } | null = null;

  constructor(lane: PeerLane, run: LaneRun) {
    const { options, peer } = lane;
    this.#lane = lane;
    this.#run = run;
    const { now, startedAt, pace, limits } = options;
    const spreadMs = Math.max(0, startedAt + SPREAD - now());
    this.#pace = new PeerPace({ ...pace, now, spreadMs });
    this.#resting = new Resting(now, (wait) => {
      setTimeout(() => run.signal(), wait).unref();
    });
    this.#size = limits.subscriptions;
    this.#pulling = !peer.features.includes(UNREACHABLE_FEATURE);
  }

  async toEnd(): Promise<LaneOutcome> {
    const { options, peer, held } = this.#lane;
    const run = this.#run;
    // What is new here is no reason to ask a peer sooner that does not answer.
    const stopListening = options.news.listen([peerTopic(peer.id)], () => this.#hear());
    const look = setInterval(() => run.signal(), LOOK_EVERY);
    const renewal = setInterval(() => void this.#renew(), options.limits.leaseMs / RENEWALS);
    const arms: Promise<void>[] = [];
    const begin = (plan: ArmOptions["plan"]): void => {
      const failed: ArmOptions["failed"] = (error, begun) => this.#failed(error, begun);
      const arm = new LaneArm({ pace: this.#pace, plan, failed, signal: this.#ending.signal });
      this.#arms.push(arm);
      arms.push(arm.run().catch((thrown: unknown) => this.#break(thrown)));
    };
    // It may have given us up for a while.
    if (this.#pulling)
      void options.hints?.send({ id: peer.id, endpoint: this.#lane.endpoint }, { reason: "back" });
    try {
      if (options.unreachable) begin(() => planPosting(this.#lane));
      for (;;) {
        const waiting = run.changed();
        if (run.stopping || held.lost || this.#broken !== null) break;
        this.#heard = false;
        if (run.takeMore()) this.#pace.hurry();
        if (await this.#hasMoved()) return left;
        if (!(await this.#grow(begin))) return caughtUp;
        for (const arm of this.#arms) await arm.look();
        if (!run.poked && !this.#heard) await waiting;
      }
      if (this.#broken !== null) throw this.#broken.thrown;
      return left;
    } finally {
      clearInterval(look);
      clearInterval(renewal);
      stopListening();
      this.#ending.abort();
      await Promise.all(arms);
    }
  }

  /** As many arms as there are requests' worth of groups. False: nothing is shared with the peer. */
  async #grow(begin: (plan: ArmOptions["plan"]) => void): Promise<boolean> {
    const lane = this.#lane;
    const followed = (await followedGroups(lane)).length;
    const guests = (await guestGroups(lane)).length;
    const hears = await mayHearInvitations(lane);
    const parts = (count: number): number => Math.ceil(count / this.#size);
    for (; this.#following < Math.max(parts(followed), hears ? 1 : 0); this.#following++) {
      const at = this.#following;
      begin(() => planFollowing(lane, this.#part(at)));
    }
    for (; this.#pulling && this.#pulled < parts(guests); this.#pulled++) {
      const at = this.#pulled;
      begin(() => planPulling(lane, this.#part(at), this.#resting));
    }
    return followed + guests > 0 || hears;
  }

  /** What is known of the peer has changed: the lane begins anew. */
  async #hasMoved(): Promise<boolean> {
    const { options, peer } = this.#lane;
    const now = await options.store.read(peerById(peer.id));
    return now === undefined || factsOf(now) !== factsOf(peer);
  }

  #hear(): void {
    this.#heard = true;
    this.#run.signal();
  }

  #part(at: number): Part {
    return { at, size: this.#size };
  }

  #failed(error: FederationError, begun: Milliseconds): void {
    const { options, peer } = this.#lane;
    const wait = this.#pace.failed(error, begun);
    // A peer may take fewer groups in one request than we do, and none takes fewer than this.
    if (
      (error.problem === "malformed" || error.problem === "too_large") &&
      this.#size > LEAST_SUBSCRIPTIONS
    ) {
      this.#size = LEAST_SUBSCRIPTIONS;
      this.#pace.hurry();
      this.#run.signal();
    }
    const facts = { peer: peer.base, wait, failures: this.#pace.failures, err: error };
    if (error.status === 403) options.log.error(facts, "another gateway wants nothing of this one");
    else options.log.warn(facts, "a request to another gateway failed");
  }

  async #renew(): Promise<void> {
    try {
      if (!(await this.#lane.held.hold())) this.#end();
    } catch (thrown) {
      // The store may be back before the lease is over; if not, whatever is written then is refused.
      this.#lane.options.log.warn({ err: asGatewayError(thrown) }, "a peer's lane cannot be renewed");
    }
  }

  #break(thrown: unknown): void {
    this.#broken ??= { thrown };
    this.#end();
  }

  #end(): void {
    this.#ending.abort();
    this.#run.signal();
  }
}

const factsOf = ({ state, endpoint, features }: PeerRow): string =>
  JSON.stringify([state, endpoint, features]);
