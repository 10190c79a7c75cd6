/** As owner: submissions of a guest, checked and taken into the log of the group (docs/mtp.md, Submissions). */
import type { EventId, GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import type { Announcer } from "../../groups/announce.ts";
import { step } from "../../steps.ts";
import type { Store } from "../../store/store.ts";
import type { SubmittedEvent, SubmittedInput } from "../../store/units/submitted.ts";
import type { Verdict } from "../../store/units/verdicts.ts";
import { groupTopic, type News } from "../news.ts";
import type { ProofCheck } from "../peers/proof-check.ts";
import { proofOctets, submittedEvent } from "../wire/read-carried.ts";
import type { Names } from "../wire/value-rows.ts";
import { providerOf, type SubmittedWireEvent } from "../wire/wire-event.ts";

export interface JudgeOptions {
  readonly store: Store;
  readonly base: ProviderDomain;
  readonly news: Pick<News, "tell">;
  readonly announcer: Pick<Announcer, "rooms">;
  /** How many events of one guest a group takes in a minute. */
  readonly perMinute: number;
  readonly now: () => number;
}

/** A group of ours that a peer submits to. */
export interface GuestGroup {
  readonly group: GroupId;
  readonly uri: GroupUri;
  readonly peer: { readonly id: PeerId; readonly base: ProviderDomain };
}

/** Where the events came from, and what is kept with them. */
export type Taking = Pick<SubmittedInput, "fence" | "verdicts" | "pulled">;

/**
 * The events as the store takes them. null: a proof can't be checked now, and everything behind it waits, so that the order
 * stays (M88).
 */
export async function readSubmissions(
  { base }: Pick<JudgeOptions, "base">,
  { uri, peer }: GuestGroup,
  events: readonly SubmittedWireEvent[],
  names: Names,
  check: ProofCheck,
): Promise<readonly SubmittedEvent[] | null> {
  const read: SubmittedEvent[] = [];
  for (const event of events) {
    const provider = providerOf(event);
    const speaks = await check.speaksFor(peer.id, provider);
    const claim = { id: event.id, provider, via: [peer.base, base], proof: proofOctets(event) };
    const proven = speaks ? await check.ofSubmission(claim) : "wrong";
    if (proven === "unknown") return null;
    read.push(
      submittedEvent(event, { group: uri, bases: [base, peer.base], vouched: proven === "good", names }),
    );
  }
  return read;
}

/** Judges and appends in one transaction, then tells rooms and guests. Throws as appendSubmitted does. */
export async function takeSubmissions(
  { store, news, announcer, perMinute, now }: JudgeOptions,
  { group, peer }: GuestGroup,
  events: readonly SubmittedEvent[],
  taking: Taking,
): Promise<readonly Verdict[]> {
  const input = { ...taking, group, peer: peer.id, events, perMinute, now: now() };
  step("judge.begin");
  const { verdicts, rooms } = await store.write("appendSubmitted", input);
  step("judge.done");
  news.tell([groupTopic(group)]);
  announcer.rooms(rooms);
  return verdicts;
}

/** A verdict as it travels; `seq`: its place in the log, where it has one. */
export function verdictJson(
  { id, code, detail }: Verdict,
  seq: number | null,
): Readonly<Record<string, unknown>> & { readonly id: EventId } {
  return {
    id,
    code: code ?? "accepted",
    ...(seq === null || code !== null ? {} : { seq }),
    ...(detail === "" ? {} : { detail: detail.slice(0, LONGEST_DETAIL) }),
  };
}

const LONGEST_DETAIL = 512;
