/** What is said on one side and when it is on disk on the other: from the owner to a guest, and from a guest to the owner and back. */
import { rmSync } from "node:fs";
import type { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { type Order, reachedForm, reportForm, saidForm, watchingForm } from "./mtp-job.ts";
import { knowEnd, linkRooms, newEnd, share, startEnd } from "./mtp-stage.ts";
import { percentile } from "./statistics.ts";

const ROOM = "tea";
const WARM_UP = { messages: 400, perSecond: 100 };
const FROM_OWNER = { messages: 4_000, perSecond: 200 };
const FROM_GUEST = { messages: 2_000, perSecond: 100 };

/** A gateway with the room, and the group that all of them share. */
interface Side {
  readonly child: Child;
  readonly group: string;
}

export async function liveLines(context: BenchContext): Promise<readonly Line[]> {
  const a = await newEnd(context, "a");
  const b = await newEnd(context, "b");
  const peer = await knowEnd(a, b);
  const known = await knowEnd(b, a);
  const [room] = await linkRooms(a, [ROOM]);
  if (room === undefined) throw new Error("there is a room");
  await share({ end: a, guest: peer }, { end: b, owner: known }, [room]);
  await linkRooms(b, [ROOM], room.groupUri);
  await Promise.all([a.store.close(), b.store.close()]);
  const owner: Side = { ...(await startEnd(context, a, [b])), group: room.groupUri };
  const guest: Side = { ...(await startEnd(context, b, [a])), group: room.groupUri };

  context.progress("warming up");
  await run(owner, guest, 0, WARM_UP);
  await run(guest, owner, 10_000, WARM_UP);
  context.progress(`from the owner, ${FROM_OWNER.perSecond}/s`);
  const there = await run(owner, guest, 20_000, FROM_OWNER);
  context.progress(`from the guest, ${FROM_GUEST.perSecond}/s`);
  const back = await run(guest, owner, 30_000, FROM_GUEST);
  await Promise.all([owner.child.stop(), guest.child.stop()]);
  for (const { folder } of [a, b]) rmSync(folder, { recursive: true });
  return [
    ...lines(`${FROM_OWNER.perSecond}/s, owner's log to guest's log`, there.other, 5),
    ...lines(`${FROM_OWNER.perSecond}/s, owner's log to guest's room`, there.delivered, null),
    ...lines(`${FROM_GUEST.perSecond}/s, guest to owner's log`, back.other, null),
    ...lines(`${FROM_GUEST.perSecond}/s, guest to owner's log and back to guest's log`, back.own, null),
  ];
}

function lines(what: string, took: readonly number[], most: number | null): readonly Line[] {
  const goal: Goal | null = most === null ? null : { bound: "at most", limit: most, of: "value" };
  const line = { part: "mtp", unit: "ms", floor: null } as const;
  return [
    { ...line, what: `${what}: p50`, value: percentile(took, 0.5), goal },
    { ...line, what: `${what}: p99`, value: percentile(took, 0.99), goal: null },
  ];
}

/** Says it in one side's room. Gives how long each message took to the logs and to the other's room, from when it was on disk. */
async function run(
  from: Side,
  to: Side,
  first: number,
  how: Pick<Order & { order: "say" }, "messages" | "perSecond">,
) {
  const { messages } = how;
  // Of the owner's log, which the guest's has caught up with.
  const heads = await Promise.all([from, to].map((side) => watch(side)));
  const head = Math.max(...heads);
  // The first message of somebody new brings a second event with it.
  const reached = [from, to].map(({ child }) =>
    child.ask({ order: "reach", head: head + messages }, reachedForm),
  );
  const { said } = await from.child.ask({ order: "say", room: ROOM, first, ...how }, saidForm);
  await Promise.all(reached);
  // The last ones may still be on their way into the room.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const own = await report(from);
  const other = await report(to);
  const took = (times: ReadonlyMap<number, number>, begin: number): readonly number[] =>
    said.flatMap((at, number) => (times.has(begin + number) ? [(times.get(begin + number) ?? 0) - at] : []));
  return {
    own: took(own.committed, head + 1),
    other: took(other.committed, head + 1),
    delivered: took(other.delivered, first),
  };
}

async function watch({ child, group }: Side): Promise<number> {
  return (await child.ask({ order: "watch", group }, watchingForm)).watching;
}

async function report({ child }: Side) {
  const { committed, delivered } = await child.ask({ order: "report" }, reportForm);
  return { committed: new Map(committed), delivered: new Map(delivered) };
}
