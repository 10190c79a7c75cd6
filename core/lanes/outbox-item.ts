/** From rows to what a bridge delivers: an entry of the log (or a notice) as an event, its steps, and their keys. */
import { hash } from "node:crypto";
import { decodeProperty } from "../../mappings/event-content.ts";
import { propertyNames } from "../../mappings/events.ts";
import type { EventId } from "../../mappings/ids.ts";
import type {
  Bridge,
  DeliveryContext,
  OutEvent,
  Plan,
  Receipt,
  RoomContext,
  Speaker,
  Step,
} from "../bridge.ts";
import type { MessageMemo } from "../groups/message-memo.ts";
import { emptyContext } from "../groups/room-context.ts";
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

/** An entry as it is to be delivered. null: nothing to deliver: it came from this very room, or was erased. */
export function outEvent(memo: MessageMemo, binding: OutboxBinding, entry: LogEntry): OutEvent | null {
  if (entry.content === null || entry.originBinding === binding.id) return null;
  const speaker: Speaker | null =
    entry.senderUri === null ? null : { uri: entry.senderUri, name: entry.senderName ?? "" };
  switch (entry.kind) {
    case "message":
      return (
        speaker && { kind: "message", id: entry.id, speaker, message: memo.read(entry.id, entry.content) }
      );
    case "property":
      return shownProperty(entry.id, speaker, entry.content);
    case "member":
      return { kind: "member", id: entry.id };
    case "role":
    case "moderate":
    case "erase":
    case "opaque":
      return null;
  }
}

/** null: the property is none that rooms show. */
function shownProperty(id: EventId, speaker: Speaker | null, content: Uint8Array): OutEvent | null {
  const { name, value } = decodeProperty(content);
  const shown = propertyNames.find((one) => one === name);
  return shown === undefined ? null : { kind: "property", id, speaker, name: shown, value };
}

/** The steps of an entry for a room, and what they lose. */
export function planEntry(
  bridge: Bridge,
  binding: OutboxBinding,
  entry: LogEntry,
  event: OutEvent | null,
  context: RoomContext,
): { items: readonly OutboxItem[]; plan: Plan } {
  const plan = event ? bridge.plan(binding.native, event, context) : nothing;
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
  const step = bridge.plan(binding.native, event, emptyContext).steps[0];
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
  aux: receipt.aux,
  part: item.step.part,
  attempts: item.attempt,
  at: receipt.at,
  property: item.property,
});

const nothing: Plan = { steps: [], losses: [] };

/** The same for every attempt at the same step: what a platform is asked by whether it took the call. */
function deliveryKey(binding: BindingId, entry: LogEntry, part: number): DeliveryKey {
  return `${entry.id.slice(0, 32)}-${binding}-${part}` as DeliveryKey;
}

const argsHash = (step: Step): string =>
  hash("sha256", JSON.stringify([step.op, step.args]), "base64url").slice(0, 16);
