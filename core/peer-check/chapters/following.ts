/** What the gateway that is checked does as a guest (docs/mtp.md, M3, M44, M50, M52, M60, M66, Limits). */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeOpaque } from "../../../mappings/event-content.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { type Asked, problemReply, type Reply } from "../house.ts";
import { type Check, NotChecked } from "../ledger.ts";
import { makeEvent, newSalt } from "../own-events.ts";
import { LOOK_EVERY, reaches, SOON } from "../own-group.ts";
import type { Owner } from "../parties.ts";

/** A request that was on its way when an answer went out does not count as one after it. */
const UNDER_WAY: Milliseconds = 250;

const isReading = ({ method, target }: Asked): boolean =>
  (method === "POST" && target.endsWith("/sync")) || (method === "GET" && /\/events(?:\?|$)/.test(target));

/** Answers the next `times` readings so, and gives those requests, and the one that came after them or null. */
async function interrupted(
  { house, host }: Owner,
  times: number,
  reply: (asked: Asked) => Reply,
  most = SOON,
) {
  const hit: Asked[] = [];
  house.interrupt = (asked) => {
    if (!isReading(asked) || hit.length === times) return null;
    hit.push(asked);
    return reply(asked);
  };
  host.release();
  const end = Date.now() + most;
  while (hit.length < times && Date.now() < end) await sleep(LOOK_EVERY);
  const last = hit.at(-1);
  const fits = (asked: Asked): boolean => isReading(asked) && asked.at > (last?.at ?? 0) + UNDER_WAY;
  const next = last === undefined ? null : await house.next(fits, most, house.asked.indexOf(last) + 1);
  house.interrupt = null;
  if (last === undefined) throw new NotChecked("it did not ask for the group while this was tried");
  return { hit, next };
}

const follows: Check<Owner> = {
  title: "whether it follows, and by our cursors",
  about: [
    "cursor-opaque",
    "cursor-after",
    "owner-asked",
    "content-tolerant",
    "kind-unknown",
    "json-names",
    "answer-size",
  ],
  async run({ good, me, host }, expect) {
    const began = await reaches(good, 0);
    expect("cursor-opaque", began, "a request for the group", "none");
    good.say("peer check: good day");
    expect(
      "cursor-after",
      await reaches(good, good.head),
      "a request for what follows the last event",
      "none",
    );
    const odd = good.readings.find(({ seq }) => seq === null);
    expect("cursor-opaque", odd === undefined, "cursors as they were given", odd?.after ?? "");
    const unreadable = makeEvent(
      me,
      good.uri,
      good.author,
      "message",
      encodeOpaque("text/plain", newSalt(), newSalt()),
    );
    good.append(unreadable);
    expect(
      "content-tolerant",
      await reaches(good, good.head),
      "the group followed beyond content that can't be read",
      "it stopped",
    );
    const future = makeEvent(
      me,
      good.uri,
      good.author,
      "opaque",
      encodeOpaque("text/plain", newSalt(), newSalt()),
    );
    good.append({ ...future, id: `f9${future.id.slice(2)}` as EventId, kind: "future" });
    expect(
      "kind-unknown",
      await reaches(good, good.head),
      "the group followed beyond a kind that is not known",
      "it stopped",
    );
    host.filler = "x".repeat(3 * 1024 * 1024);
    good.say("peer check: this comes with 3 MiB that nobody knows", { x_unknown: true });
    const taken = await reaches(good, good.head);
    host.filler = "";
    expect("answer-size", taken, "answers of up to 4 MiB taken", "it did not come further");
    expect("json-names", taken, "names that are not known ignored", "it did not come further");
  },
};

const failures: Check<Owner> = {
  title: "failures, redirects and requests to wait",
  about: ["backoff", "retry-after", "unknown-status", "no-redirect", "drain-empty", "skew-client"],
  async run(owner, expect) {
    const { house, host, good } = owner;
    const gaps = async (status: number) => {
      const { hit, next } = await interrupted(owner, 2, () => ({ status, body: {} }));
      return [(hit[1]?.at ?? 0) - (hit[0]?.at ?? 0), (next?.at ?? 0) - (hit[1]?.at ?? 0)] as const;
    };
    const [first, second] = await gaps(500);
    expect(
      "backoff",
      first >= 450 && second >= 950,
      "half a second at least after a failure, then a second",
      `${first} and ${second} ms`,
    );
    const [unknown] = await gaps(599);
    expect("unknown-status", unknown >= 450, "599 taken as 500", `another request after ${unknown} ms`);
    const waiting = await interrupted(owner, 1, () => problemReply("rate_limited", { "retry-after": "4" }));
    const waited = (waiting.next?.at ?? 0) - (waiting.hit[0]?.at ?? 0);
    expect("retry-after", waited >= 3_900, "no request for 4 seconds", `one after ${waited} ms`);
    await interrupted(owner, 1, () => ({
      status: 307,
      headers: { location: `${owner.me.endpoint}/elsewhere` },
    }));
    const led = house.asked.some(({ target }) => target.endsWith("/elsewhere"));
    expect("no-redirect", !led, "no request where a redirect led", "one came");
    host.hasty = 2;
    host.release();
    const from = house.asked.length;
    good.say("peer check: after two answers that were empty");
    expect(
      "drain-empty",
      await reaches(good, good.head, 20_000),
      "asked again at once after an empty answer",
      `${house.asked.length - from} requests, none for it`,
    );
    const ahead = 1_000_000;
    const skewed = await interrupted(owner, 1, () =>
      problemReply("clock_skew", {}, { server_time: Date.now() + ahead }),
    );
    const created =
      Number(/;created=(\d+)/.exec(String(skewed.next?.headers["signature-input"]))?.[1] ?? 0) * 1_000;
    const off = created - Date.now();
    expect(
      "skew-client",
      Math.abs(off - ahead) < 60_000,
      "the next signature by our clock",
      `${Math.round(off / 1_000)} s ahead`,
    );
    // Its next request is beyond the window, and refused with the true time.
    host.release();
    await house.next((asked) => isReading(asked) && asked.fault === null, SOON);
  },
};

const recovery: Check<Owner> = {
  title: "a cursor that is gone",
  about: ["cursor-recover"],
  async run({ good }, expect) {
    good.say("peer check: this one is read in time");
    await reaches(good, good.head);
    good.say("peer check: this one is not");
    good.keptFrom = good.head;
    const recovered = await reaches(good, good.head);
    expect(
      "cursor-recover",
      good.snapshotReads.length > 0,
      "the snapshot read after 410",
      "it was not asked for",
    );
    expect("cursor-recover", recovered, "reading from the snapshot's cursor", "it did not go on");
    good.keptFrom = 0;
  },
};

const pulls: Check<Owner> = {
  title: "its submissions, pulled",
  about: ["sub-held", "sub-judged", "sub-again", "proof-made"],
  async run({ subject, me, good }, expect) {
    if (subject.feature("unreachable")) throw new NotChecked("it can't be reached");
    const group = { group: good.uri };
    const verdicts = [{ id: `01${randomBytes(31).toString("hex")}`, code: "no_such_code" }];
    const pull = (body: object) => subject.ask(me, { path: "/submissions", body });
    const unknown = await pull({ groups: [{ ...group, verdicts }], wait: 0 });
    expect(
      "sub-judged",
      unknown.status === 200,
      "200 to a verdict on what it does not have",
      `${unknown.status} ${unknown.code}`,
    );
    const again = await pull({ groups: [group], wait: 0 });
    expect("sub-again", again.status === 200, "200 without a cursor", `${again.status} ${again.code}`);
    const held = await pull({ groups: [group], wait: 2 });
    expect(
      "sub-held",
      held.status === 200 && held.ms < 6_000,
      "200 within the time",
      `${held.status} after ${Math.round(held.ms)} ms`,
    );
    const other = await pull({ groups: [{ group: `mimi://${me.base}/r/peer-check-none` }], wait: 0 });
    const { problems } = other.value as { problems?: { code: string }[] };
    expect(
      "sub-judged",
      problems?.[0]?.code === "not_found",
      "the problem not_found",
      JSON.stringify(problems),
    );
    const { groups } = again.value as { groups?: { events?: { proof?: string }[] }[] };
    const events = groups?.flatMap(({ events }) => events ?? []) ?? [];
    for (const { proof } of events)
      expect("proof-made", proof !== undefined, "a proof with each submission", "none");
    if (events.length === 0) throw new NotChecked("nobody said anything in the room meanwhile");
  },
};

/** What the gateway does as a guest. */
export const followingChecks: readonly Check<Owner>[] = [follows, pulls, failures, recovery];
