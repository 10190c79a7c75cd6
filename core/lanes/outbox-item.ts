/** From rows to what a bridge delivers: what a room is told, its steps, and their keys. */
import { hash } from "node:crypto";
import type { Loss } from "../../mappings/loss.ts";
import type { DeliveryContext, OutEvent, Receipt, RoomContext, Step } from "../bridge/outbound.ts";
import type { Bridge } from "../bridge/bridge.ts";
import { deliveryKey } from "../delivery-key.ts";
import { emptyContext } from "../groups/context-finder.ts";
import type { ArchiveMark } from "../ids.ts";
import { asSeenIn, asWanted } from "../policy/outbound.ts";
import type { RoomPolicy } from "../policy/room-policy.ts";
import type { LogEntry, OpenDelivery, OutboxBinding } from "../store/units/outbox.ts";
import type { Intent, Settled } from "../store/units/progress.ts";
import type { Told } from "./outbox-told.ts";

/** One step of one event, on its way to one room. */
export interface OutboxItem {
  readonly seq: number;
  readonly part: number;
  readonly step: Step;
  readonly context: DeliveryContext;
  readonly argsHash: string;
  /** null: a line of the gateway's own, or what was queued out of turn. */
  readonly entry: LogEntry | null;
  readonly property: Settled["property"];
  /** Tries so far, the one under way included. */
  readonly attempt: number;
}

/** The steps of an entry for a room, and what they lose. `told`: what the room is told of it, if its policy wants it. */
export function planEntry(
  bridge: Bridge,
  binding: OutboxBinding,
  policy: RoomPolicy,
  entry: LogEntry,
  told: readonly Told[],
): { items: readonly OutboxItem[]; losses: readonly Loss[] } {
  // What is to be forgotten goes, whatever the room wants.
  const erased = { told: told.map((one) => asSeenIn(policy, one)), losses: [] };
  const wanted = entry.kind === "erase" ? erased : asWanted(policy, told);
  const plans = wanted.told.map(({ event, context }) => ({
    ...bridge.plan(binding.native, event, context),
    property: shownOf(event),
  }));
  const via = entry.passed === null ? {} : { via: entry.passed.split(" ") };
  const origin = { group: binding.groupUri, event: entry.id, ...via };
  const steps = plans.flatMap(({ steps: planned, property }) => planned.map((step) => ({ step, property })));
  const items = steps.map(({ step, property }, part) => ({
    seq: entry.seq,
    part,
    step,
    context: { room: binding.native, key: deliveryKey(binding.id, entry, part), origin },
    argsHash: argsHash(step),
    entry,
    property,
    attempt: 1,
  }));
  return { items, losses: [...wanted.losses, ...plans.flatMap(({ losses }) => losses)] };
}

/** What rooms themselves say, so that the echo is known for one. */
const shownOf = (event: OutEvent): OutboxItem["property"] =>
  event.kind === "property" && event.name !== "moderated"
    ? { name: event.name, item: event.item ?? "", value: event.value }
    : null;

/** The step of a line of the gateway's own, or null where its text is gone. `context`: of the thread that it is said in. */
export function planNotice(
  bridge: Bridge,
  binding: OutboxBinding,
  open: OpenDelivery,
  context: RoomContext,
): OutboxItem | null {
  if (open.noticeText === null) return null;
  const to =
    open.noticeToNative === null ? null : { native: open.noticeToNative, name: open.noticeToName ?? "" };
  const thread = open.noticeThread ?? new Uint8Array();
  return planQueued(bridge, binding, open, { kind: "notice", to, text: open.noticeText, thread }, context);
}

/** The step of what was queued out of turn, or null where the room can't show it. */
export function planQueued(
  bridge: Bridge,
  binding: OutboxBinding,
  { seq, key }: OpenDelivery,
  event: OutEvent,
  around: RoomContext = emptyContext,
): OutboxItem | null {
  const step = bridge.plan(binding.native, event, around).steps[0];
  if (!step) return null;
  const context = { room: binding.native, key, origin: null };
  const property = shownOf(event);
  return { seq, part: 0, step, context, argsHash: argsHash(step), entry: null, property, attempt: 1 };
}

/** The row that is written before the call. */
export const intentOf = (item: OutboxItem, mark: ArchiveMark | null): Intent => ({
  seq: item.seq,
  step: item.part,
  op: item.step.op,
  key: item.context.key,
  argsHash: item.argsHash,
  mark,
});

/** The row that is written after it. */
export const settledOf = (item: OutboxItem, receipt: Receipt): Settled => ({
  seq: item.seq,
  step: item.part,
  // Nothing is said in answer to what is no message.
  id: item.entry?.kind === "message" ? item.entry.id : null,
  native: receipt.native,
  aux: receipt.aux,
  part: item.step.part,
  attempts: item.attempt,
  at: receipt.at,
  property: item.property && { ...item.property, value: receipt.shown ?? item.property.value },
});

const argsHash = (step: Step): string =>
  hash("sha256", JSON.stringify([step.op, step.args]), "base64url").slice(0, 16);
