/** What was missed in a channel, as the core takes it in: in batches, each with how far the channel is read by it. */
import type { Milliseconds } from "../../core/time.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import type { History } from "./history.ts";
import type { HeardLast } from "./heard-last.ts";
import { missed } from "./missed.ts";
import { laterOf, markOf, positionOf } from "./names.ts";
import type { RepairProgress } from "./repair-progress.ts";

const BATCH = 200;
/** Threads in which nothing was said for so long are not looked at any more, and of others so many. */
const THREADS_LIVE_MS: Milliseconds = 30 * 24 * 60 * 60 * 1_000;
const MOST_THREADS = 200;
/** Of short gaps so many threads are looked at, and one more for each minute: each costs a call. */
const FEWEST_THREADS = 5;

export interface CatchUpContext {
  readonly history: History;
  readonly host: Pick<BridgeHost, "threads">;
  readonly self: SlackSelf;
  readonly progress: RepairProgress;
  /** How long Slack may take to show what it has taken. */
  readonly settleMs: Milliseconds;
  /** How long nothing was heard. */
  readonly heard: Pick<HeardLast, "gap">;
}

/** What was said and changed since then, in order, and then what stands: of reactions and deletions nothing else tells. */
export async function* caughtUp(
  room: NativeRoom,
  since: ArchiveMark,
  { history, host, self, progress, settleMs, heard }: CatchUpContext,
): AsyncGenerator<AcceptBatch> {
  const position = positionOf(since);
  const { begin } = position;
  let { read } = position;
  progress.begin();
  try {
    const most = Math.min(MOST_THREADS, FEWEST_THREADS + Math.ceil(heard.gap / 60_000));
    const threads = await host.threads(room, now() - THREADS_LIVE_MS, most);
    const gap = { room, position, self, history, threads, quietThreads: most, progress, settleMs, now };
    for await (const { told, state } of missed(gap)) {
      for (let from = 0; from < told.length; from += BATCH) {
        const batch = told.slice(from, from + BATCH);
        for (const { moment } of batch) read = laterOf(read, moment);
        yield { room, raws: batch.map(({ raw }) => raw), mark: markOf({ read, begin }) };
        progress.handed(batch.length, read);
      }
      yield { room, raws: state, mark: markOf({ read, begin }) };
    }
  } finally {
    progress.end();
  }
}

const now = (): Milliseconds => Date.now();
