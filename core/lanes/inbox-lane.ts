/**
 * The inbox lane of a room: what the platform said, translated and appended to its group's log in the order in which
 * it was accepted (way of a message, steps 3 and 4).
 */
import { asGatewayError, GatewayError } from "../errors.ts";
import type { Milliseconds } from "../time.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { BindingId } from "../ids.ts";
import type { Limits } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Announcer } from "../groups/announce.ts";
import type { EventWriter } from "../groups/event-writer.ts";
import type { LoopBreaker, LoopFound } from "../loops/loop-breaker.ts";
import { heed } from "../policy/inbound.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import { step } from "../steps.ts";
import type { Store } from "../store/store.ts";
import type { AppendInput } from "../store/units/append.ts";
import { type InboxBinding, inboxBinding, inboxPage, type InboxRow } from "../store/units/inbox.ts";
import { caughtUp, type LaneOutcome, type LaneRun, left } from "./lane-run.ts";
import { RoomLookups } from "./room-lookups.ts";

export interface InboxLaneOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly limits: Limits;
  readonly bridge: Bridge;
  readonly writer: EventWriter;
  /** What is laid down for rooms. */
  readonly policies: Pick<PolicyBook, "rulesOf">;
  /** Hears where something goes round. */
  readonly loops: Pick<LoopBreaker, "hears" | "repeats" | "pause">;
  readonly now: () => Milliseconds;
  readonly announcer: Announcer;
}

type AppendRow = AppendInput["rows"][number];

/** Takes the inbox to its end. */
export async function runInbox(
  options: InboxLaneOptions,
  run: LaneRun,
  binding: BindingId,
): Promise<LaneOutcome> {
  const { store, limits } = options;
  for (;;) {
    if (run.stopping) return left;
    run.takeMore();
    const room = await store.read(inboxBinding(binding));
    // In a room that is paused what was said waits until somebody resumes it.
    if (!room || room.pausedAt !== null) return caughtUp;
    const rows = await store.read(inboxPage({ binding, limit: limits.lanePage }));
    if (rows.length === 0) return caughtUp;
    step("append.begin");
    const { ready, failed, loop } = await translate(options, room, rows);
    if (!(await run.held.hold())) return left;
    if (ready.length > 0) await append(options, run, room, ready);
    if (loop !== null) await options.loops.pause(room, loop);
    if (!failed) continue;
    const { message: error } = failed.error;
    if (failed.error.code === "target_under_way")
      return { kind: "put-off", wait: TARGET_WAIT_MS, error, failure: false };
    if (isOfAccount(failed.error, failed.row, options))
      return { kind: "put-off", wait: ACCOUNT_WAIT_MS, error, failure: false };
    await store.write("noteAttempt", { fence: run.held.fence, n: failed.row.n });
    return { kind: "put-off", wait: 0, error, failure: true };
  }
}

/** How long a row waits at a time for the call that it may refer to. */
const TARGET_WAIT_MS = 200;
/** And for its account; a room that becomes ready wakes its lanes sooner. */
const ACCOUNT_WAIT_MS = 5_000;

/** Whether it is the account that fails, and would at any row: no number of tries makes it the row's own fault. */
function isOfAccount(
  { code }: GatewayError,
  { at }: InboxRow,
  { bridge, limits, now }: Pick<InboxLaneOptions, "bridge" | "limits" | "now">,
): boolean {
  if (code === "request_timeout") return bridge.health().state !== "up" || now() - at < limits.unansweredMs;
  return code === "account_down" || code === "account_refused" || code === "delivery_throttled";
}

interface TranslatedRows {
  readonly ready: AppendRow[];
  readonly failed: { readonly row: InboxRow; readonly error: GatewayError } | null;
  /** Why the room is to be paused before the next row; null: it is not. */
  readonly loop: LoopFound | null;
}

/**
 * The rows up to the first that failed for a reason that may pass, that shows that something goes round, or that refers to
 * something: what it refers to may be among the rows before it, and must be in the log.
 */
async function translate(
  options: InboxLaneOptions,
  room: InboxBinding,
  rows: readonly InboxRow[],
): Promise<TranslatedRows> {
  const ready: AppendRow[] = [];
  const rules = await options.policies.rulesOf(room, options.writer);
  for (const row of rows) {
    const raw = { nativeKey: row.nativeKey, at: row.originAt, raw: row.raw };
    if (ready.length > 0 && options.bridge.refers(raw)) return { ready, failed: null, loop: null };
    try {
      const lookups = new RoomLookups(
        options.store,
        options.writer,
        room,
        { age: options.now() - row.at, n: row.n },
        rules.policy,
      );
      const translated = await options.bridge.toEvents(room.native, raw, lookups);
      const { events, losses } = heed(rules, translated);
      for (const loss of losses)
        options.log.debug({ room: room.native, ...loss }, "something said is not carried");
      if (row.n <= (room.resumedUpTo ?? 0)) {
        if (room.resumedDrop === 1 && (await options.loops.repeats(room, row, events))) {
          ready.push(asideOf(row, LOOP_REPEATED));
          continue;
        }
      } else {
        const loop = await options.loops.hears(room, row, events);
        if (loop !== null) return { ready, failed: null, loop };
      }
      const translation = options.writer.translation(room, row, events, options.limits);
      ready.push({ n: row.n, ...translation, setAside: null });
    } catch (thrown) {
      const error = asGatewayError(thrown);
      const hopeless = error.code === "event_malformed" || error.code === "content_invalid";
      const failed = { row, error };
      if (error.code === "target_under_way" || isOfAccount(error, row, options))
        return { ready, failed, loop: null };
      if (!hopeless && row.attempts + 1 < options.limits.tries) return { ready, failed, loop: null };
      options.log.warn({ room: room.native, n: row.n, err: error }, "something said in a room is set aside");
      ready.push(asideOf(row, error));
    }
  }
  return { ready, failed: null, loop: null };
}

const LOOP_REPEATED = new GatewayError(
  "loop_repeated",
  "it says again what was carried into the room before that was paused; resumed without what does",
);

const asideOf = ({ n }: InboxRow, { code, message: cause }: GatewayError): AppendRow => ({
  n,
  events: [],
  replies: [],
  setAside: { code, cause },
  refused: null,
});

async function append(
  options: InboxLaneOptions,
  run: LaneRun,
  room: InboxBinding,
  rows: readonly AppendRow[],
): Promise<void> {
  const appended = await options.store.write("append", {
    fence: run.held.fence,
    binding: room.id,
    group: room.group,
    provider: room.provider,
    now: options.now(),
    rows,
  });
  step("append.done");
  options.announcer.appended(room, appended);
}
