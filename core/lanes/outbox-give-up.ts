import { threadOf } from "../../mappings/event-content.ts";
import type { DeliveryError } from "../bridge/outbound.ts";
import type { OutboxBinding } from "../store/units/outbox.ts";
import { outLane } from "./lane-key.ts";
import type { LaneRun } from "./lane-run.ts";
import type { OutboxItem } from "./outbox-item.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";

/** Takes a delivery off the lane for good, visibly: set aside with its cause, and its author told. */
export async function giveUp(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  item: OutboxItem,
  error: DeliveryError,
  unclear: boolean,
): Promise<void> {
  const { entry } = item;
  const author =
    entry?.kind === "message" && entry.originBinding !== null && entry.senderNative !== null
      ? { binding: entry.originBinding, native: entry.senderNative, name: entry.senderName ?? "" }
      : null;
  options.log.warn(
    { room: binding.native, event: entry?.id, seq: item.seq, err: error },
    "a delivery is set aside",
  );
  const origin = await options.store.write("giveUp", {
    fence: run.held.fence,
    binding: binding.id,
    seq: item.seq,
    step: item.part,
    event: entry?.id ?? null,
    code: error.code,
    cause: error.detail,
    attempts: item.attempt,
    at: options.now(),
    unclear,
    author,
    thread: entry?.content ? threadOf({ kind: entry.kind, content: entry.content }) : null,
    notice: unclear
      ? `Your message may not have reached ${binding.native}: its server did not answer.`
      : `Your message was not delivered to ${binding.native}: ${error.detail}`,
  });
  if (origin) options.wake(outLane(origin.id), origin.account, "queued");
}
