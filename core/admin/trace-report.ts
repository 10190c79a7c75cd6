import type { EventId } from "../../mappings/ids.ts";
import type { TraceHop, TraceReport } from "../operations.ts";
import type { Unit } from "../store/unit.ts";
import type { eventWay } from "../store/units/trace.ts";

type Way = ReturnType<typeof eventWay> extends Unit<infer T> ? T : never;

const IN_SHORT = "in short, with others";
const TWICE = "it stands there twice";

/** An event's way as a list of hops, oldest first; what is still to come stands last. */
export function traceReport(id: EventId, way: Way): TraceReport {
  const hops: TraceHop[] = [];
  const { event } = way;
  const origin = way.links.find((link) => link.binding === event?.originBinding || link.state === "refused");
  if (event) {
    const from = { account: event.account, room: event.room, attempt: null, detail: null };
    hops.push(
      { at: event.originAt, step: "said", ...from, native: origin?.native ?? null },
      { at: event.receivedAt, step: "received", ...from, native: origin?.native ?? null },
      { at: event.acceptedAt, step: "ordered", ...from, native: null, detail: `seq ${event.seq}` },
    );
  }
  for (const link of way.links) {
    if (link === origin && link.state === "live") continue;
    const { at, account, room, native, attempts: attempt } = link;
    // What is no part of the message and not what its own room calls it came there once more.
    if (link.part < 0 && link.binding !== event?.originBinding) {
      hops.push({ at, step: "unclear", account, room, native, attempt, detail: TWICE });
      continue;
    }
    const step = link.state === "refused" ? ("refused" as const) : ("delivered" as const);
    hops.push({ at, step, account, room, native, attempt, detail: null });
  }
  for (const open of way.deliveries) {
    const { at, account, room, attempt, lastError: detail } = open;
    const step = open.state === "queued" ? ("waiting" as const) : ("intended" as const);
    hops.push({ at, step, account, room, native: open.key, attempt, detail });
  }
  for (const { native, at, account, room } of way.digests)
    if (at !== null)
      hops.push({ at, step: "delivered", account, room, native, attempt: null, detail: IN_SHORT });
  for (const aside of way.setAside) {
    const { at, account, room, attempts: attempt, code, cause } = aside;
    const detail = `${code}: ${cause} (number ${aside.id})`;
    hops.push({ at, step: "set-aside", account, room, native: null, attempt, detail });
  }
  // The platform's clock may run ahead of ours: what was said stays before what was received.
  hops.sort((a, b) => Number(b.step === "said") - Number(a.step === "said") || a.at - b.at);
  const last = hops.at(-1)?.at ?? 0;
  const pending = way.digests.filter(({ at }) => at === null);
  for (const { account, room, lastError: detail } of [...pending, ...way.waiting])
    hops.push({ at: last, step: "waiting", account, room, native: null, attempt: null, detail });
  return {
    event: id,
    group: event?.group ?? "",
    kind: event?.kind ?? "message",
    sender: event?.senderUri ? `${event.senderName} <${event.senderUri}>` : null,
    hops,
  };
}
