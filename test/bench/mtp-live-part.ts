/** What is said on one side and when it is on disk on the other: from the owner to a guest, and from a guest to the owner and back. */
import { rmSync } from "node:fs";
import { limits } from "../../core/limits.ts";
import type { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { type Order, reachedForm, reportForm, saidForm, watchingForm } from "./mtp-job.ts";
import { knowEnd, linkRooms, newEnd, share, startEnd } from "./mtp-stage.ts";
import { percentile } from "./statistics.ts";

const ROOM = "tea";
const WARM_UP = { messages: 300, perSecond: 100 };
const FROM_OWNER = { messages: 2_000, perSecond: 200 };
const FROM_GUEST = { messages: 1_000, perSecond: 100 };

/** A gateway with the room, and the group that all of them share. */
interface Side {
  readonly child: Child;
  readonly group: string;
  /** Whether the group is its own. */
  readonly owns: boolean;
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
  const owner: Side = { ...(await startEnd(context, a, [b])), group: room.groupUri, owns: true };
  const guest: Side = { ...(await startEnd(context, b, [a])), group: room.groupUri, owns: false };

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
    {
      part: "mtp",
      what: `${FROM_OWNER.perSecond}/s, requests of the guest in a second`,
      value: there.requestsPerSecond,
      unit: "requests",
      floor: null,
      // More than a gateway takes in the long run are refused.
      goal: { bound: "at most", limit: limits.peerPerSecond, of: "value" },
    },
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
  // The owner's log is the clock of what is said at home; what a guest says begins where it is accepted.
  const since = (number: number, at: number): number => own.committed.get(head + 1 + number) ?? at;
  const took = (times: ReadonlyMap<number, number>, begin: number, from: typeof since): readonly number[] =>
    said.flatMap((at, number) => {
      const arrived = times.get(begin + number);
      return arrived === undefined ? [] : [arrived - from(number, at)];
    });
  const begun = said[0] ?? 0;
  const ended = said.at(-1) ?? 0;
  const served = own.served.filter(([path, at]) => path === "/sync" && at >= begun && at <= ended).length;
  const home = from.owns ? since : accepted;
  return {
    requestsPerSecond: (served * 1_000) / (ended - begun),
    own: took(own.committed, head + 1, accepted),
    other: took(other.committed, head + 1, home),
    delivered: took(other.delivered, first, home),
  };
}

const accepted = (_number: number, at: number): number => at;

async function watch({ child, group }: Side): Promise<number> {
  return (await child.ask({ order: "watch", group }, watchingForm)).watching;
}

async function report({ child }: Side) {
  const { committed, delivered, served } = await child.ask({ order: "report" }, reportForm);
  return { committed: new Map(committed), delivered: new Map(delivered), served };
}
