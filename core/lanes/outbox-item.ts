/** From rows to what a bridge delivers: an entry of the log (or a notice) as an event, its steps, and their keys. */
import { hash } from "node:crypto";
import { decodeContent } from "../../mappings/content/codec.ts";
import { decodeProperty } from "../../mappings/event-content.ts";
import type { Bridge, DeliveryContext, OutEvent, Plan, Receipt, Speaker, Step } from "../bridge.ts";
import type { ArchiveMark, BindingId, DeliveryKey } from "../ids.ts";
import type { LogEntry, OpenDelivery, OutboxBinding } from "../store/units/outbox.ts";
import type { Intent, Settled } from "../store/units/progress.ts";

/** One step of one event, on its way to one room. */
export interface OutboxItem {
  readonly seq: number;
  readonly part: number;
  readonly step: Step;
  readonly context: DeliveryContext;
  readonly argsHash: string;
  /** null: a notice. */
  readonly entry: LogEntry | null;
  readonly property: { readonly name: string; readonly value: string } | null;
  /** Tries so far, the one under way included. */
  readonly attempt: number;
}

/** The steps of an entry for a room, and what they lose. Nothing for what came from this very room. */
export function planEntry(
  bridge: Bridge,
  binding: OutboxBinding,
  entry: LogEntry,
): { items: readonly OutboxItem[]; plan: Plan } {
  const event = entry.originBinding === binding.id ? null : outEvent(entry);
  const plan = event ? bridge.plan(event, bridge.capabilities(binding.native)) : nothing;
  const property = event?.kind === "property" ? { name: event.name, value: event.value } : null;
  const origin = { group: binding.groupUri, event: entry.id };
  const items = plan.steps.map((step, part) => ({
    seq: entry.seq,
    part,
    step,
    context: { room: binding.native, key: deliveryKey(binding.id, entry, part), origin },
    argsHash: argsHash(step),
    entry,
    property,
    attempt: 1,
  }));
  return { items, plan };
}

/** The step of a notice, or null where its text is gone. */
export function planNotice(bridge: Bridge, binding: OutboxBinding, open: OpenDelivery): OutboxItem | null {
  if (open.noticeText === null) return null;
  const to =
    open.noticeToNative === null ? null : { native: open.noticeToNative, name: open.noticeToName ?? "" };
  const event: OutEvent = { kind: "notice", to, text: open.noticeText };
  const step = bridge.plan(event, bridge.capabilities(binding.native)).steps[0];
  if (!step) return null;
  const context = { room: binding.native, key: open.key, origin: null };
  return {
    seq: open.seq,
    part: 0,
    step,
    context,
    argsHash: argsHash(step),
    entry: null,
    property: null,
    attempt: 1,
  };
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
  id: item.entry?.id ?? null,
  native: receipt.native,
  attempts: item.attempt,
  at: receipt.at,
  property: item.property,
});

const nothing: Plan = { steps: [], losses: [] };

/** null: there is nothing to deliver, since the content was erased. */
function outEvent(entry: LogEntry): OutEvent | null {
  if (entry.content === null) return null;
  const speaker: Speaker | null =
    entry.senderUri === null ? null : { uri: entry.senderUri, name: entry.senderName ?? "" };
  switch (entry.kind) {
    case "message":
      return speaker && { kind: "message", id: entry.id, speaker, content: decodeContent(entry.content) };
    case "property":
      return { kind: "property", id: entry.id, speaker, ...decodeProperty(entry.content) };
    case "member":
      return { kind: "member", id: entry.id };
  }
}

/** The same for every attempt at the same step: what a platform is asked by whether it took the call. */
function deliveryKey(binding: BindingId, entry: LogEntry, part: number): DeliveryKey {
  return `${entry.id.slice(0, 32)}-${binding}-${part}` as DeliveryKey;
}

const argsHash = (step: Step): string =>
  hash("sha256", JSON.stringify([step.op, step.args]), "base64url").slice(0, 16);
