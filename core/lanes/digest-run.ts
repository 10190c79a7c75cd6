/** Which entries of a log a room that is behind is told in short, and the messages that tell them. */
import type { EventId } from "../../mappings/ids.ts";
import type { OutEvent } from "../bridge/outbound.ts";
import { digestKey } from "../delivery-key.ts";
import type { Seq } from "../ids.ts";
import { carried, speakerIn } from "../policy/outbound.ts";
import type { RoomPolicy } from "../policy/room-policy.ts";
import type { DigestsInput } from "../store/units/backlog.ts";
import { toldInShort } from "../store/units/digested.ts";
import { type LogEntry, logAfter, type OpenDelivery, type OutboxBinding } from "../store/units/outbox.ts";
import { Digest } from "./digest.ts";
import { type OutboxItem, planEntry, planQueued } from "./outbox-item.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";
import { readEntry, toldOf } from "./outbox-told.ts";
import { readForRoom } from "./room-reading.ts";

/** Fewer texts are delivered as they are. */
const FEWEST = 2;

/**
 * The run of texts after a place of the log, with the edits, deletions and reactions to them that are in it, as few
 * messages. It ends before the first entry that is something else for the room. null: it is too short.
 */
export async function nextDigests(
  options: OutboxLaneOptions,
  binding: OutboxBinding,
  policy: RoomPolicy,
  after: number,
): Promise<Pick<DigestsInput, "digests" | "intendedSeq"> | null> {
  const { store, limits } = options;
  const digest = new Digest(bytesOf(options, binding));
  const seqs = new Map<EventId, Seq>();
  let reached = after;
  for (let ended = false; !ended;) {
    const limit = Math.min(limits.lanePage, limits.digestEvents - (reached - after));
    const page = limit > 0 ? await store.read(logAfter({ group: binding.group, after: reached, limit })) : [];
    ended = page.length < limit || limit <= 0;
    for (const entry of page) {
      const read = await readForRoom(options, binding, entry);
      const event = read?.kind === "event" ? carried(policy, read.event) : null;
      if (event?.kind === "message") {
        ended = !put(digest, policy, entry, event);
        if (!ended) seqs.set(entry.id, entry.seq);
      } else ended = read !== null && !(await saysNothing(options, binding, policy, entry, read));
      if (ended) break;
      reached = entry.seq;
    }
  }
  if (digest.count < FEWEST) return null;
  const digests = digest.messages().map(({ ids }) => {
    const entries = ids.flatMap((id) => {
      const seq = seqs.get(id);
      return seq === undefined ? [] : [{ seq, id }];
    });
    const [first] = ids;
    return { key: digestKey(binding.id, first ?? ("" as EventId)), entries };
  });
  return { digests, intendedSeq: reached as Seq };
}

/** The step of a message that tells entries in short; null: nothing of them is left to tell. */
export async function loadDigest(
  options: OutboxLaneOptions,
  binding: OutboxBinding,
  policy: RoomPolicy,
  open: OpenDelivery,
): Promise<OutboxItem | null> {
  const { store, memo, bridge } = options;
  const told = await store.read(toldInShort({ binding: binding.id, digestSeq: open.seq }));
  const last = told.at(-1)?.seq ?? open.seq;
  const ids = new Set(told.map(({ id }) => id));
  const range = { group: binding.group, after: open.seq - 1, limit: last - open.seq + 1 };
  // What it was measured by before it was split.
  const digest = new Digest(Number.MAX_SAFE_INTEGER);
  for (const entry of await store.read(logAfter(range))) {
    const read = ids.has(entry.id) ? readEntry(memo, binding, entry, false) : null;
    const event = read?.kind === "event" ? carried(policy, read.event) : null;
    if (event?.kind === "message") put(digest, policy, entry, event);
  }
  const text = digest.messages()[0]?.text ?? "";
  if (text === "") return null;
  return planQueued(bridge, binding, open, { kind: "notice", to: null, text, thread: new Uint8Array() });
}

function put(
  digest: Digest,
  policy: RoomPolicy,
  { id, originAt: at }: LogEntry,
  { speaker, message }: Extract<OutEvent, { kind: "message" }>,
): boolean {
  return digest.add({ id, at, name: speakerIn(policy, speaker).name, message });
}

/** What makes nothing in the room is passed over: most often that somebody has come. */
async function saysNothing(
  options: OutboxLaneOptions,
  binding: OutboxBinding,
  policy: RoomPolicy,
  entry: LogEntry,
  read: Awaited<ReturnType<typeof readForRoom>>,
): Promise<boolean> {
  const told = await toldOf(options, binding, entry, read);
  return planEntry(options.bridge, binding, policy, entry, told).items.length === 0;
}

function bytesOf({ bridge, limits }: OutboxLaneOptions, { native }: OutboxBinding): number {
  return Math.min(limits.digestBytes, bridge.capabilities(native).textBytes);
}
