/**
 * The outbox lane of a room: what its group's log holds after the room's cursor, delivered in order (way of a message,
 * steps 8 to 10). What may have been made before is decided first.
 */
import type { BindingId } from "../ids.ts";
import type { Milliseconds } from "../time.ts";
import { openDeliveries, type OutboxBinding, outboxBinding, speakersFor } from "../store/units/outbox.ts";
import { caughtUp, type LaneOutcome, type LaneRun } from "./lane-run.ts";
import { recoverDeliveries } from "./outbox-recovery.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";
import { OutboxStream } from "./outbox-stream.ts";

/** Delivers until the room is caught up. */
export async function runOutbox(
  options: OutboxLaneOptions,
  run: LaneRun,
  id: BindingId,
): Promise<LaneOutcome> {
  for (;;) {
    const binding = await options.store.read(outboxBinding(id));
    if (!binding || binding.state === "ended") return caughtUp;
    run.takeQueued();
    const recovered = await recoverDeliveries(options, run, binding);
    if (binding.state === "leaving") return takeLeave(options, run, binding, recovered);
    if (recovered.kind !== "caught-up") return recovered;
    // What is in the log waits; what was under way, and lines to the room, went before.
    if (binding.pausedAt !== null) return caughtUp;
    const outcome = await new OutboxStream(options, run, binding).run();
    // Something was queued out of turn: it goes before what is still in the log.
    if (outcome === "queued") continue;
    return outcome;
  }
}

/** How often the last line to a room is tried before the gateway leaves without it. */
const LAST_LINE_TRIES = 20;
/** And how long it waits for a room that can't be entered. */
const LAST_LINE_MS: Milliseconds = 60_000;

/** The last line to the room has been said, or could not be for long: the ghosts leave, and the binding ends. */
async function takeLeave(
  options: OutboxLaneOptions,
  run: LaneRun,
  { id, native }: OutboxBinding,
  recovered: LaneOutcome,
): Promise<LaneOutcome> {
  if (recovered.kind === "left") return recovered;
  if (recovered.kind === "put-off") {
    // Without a connection nobody could be taken out: a server keeps occupants whose connection is lost.
    if (options.bridge.health().state !== "up") return recovered;
    const [line] = await options.store.read(openDeliveries({ binding: id, limit: 1 }));
    const shut = line && options.bridge.fault(native) !== null && options.now() - line.at >= LAST_LINE_MS;
    if (line && line.attempt < LAST_LINE_TRIES && !shut) return recovered;
  }
  const binding = await options.store.read(outboxBinding(id));
  if (!binding) return caughtUp;
  await options.bridge.leave(binding.native, await options.store.read(speakersFor(binding)));
  await options.store.write("endBinding", { fence: run.held.fence, binding: id });
  await options.ended(id);
  return caughtUp;
}
