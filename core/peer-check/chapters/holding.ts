/** Requests that are held until something happens (docs/mtp.md, Reading one group, Reading many groups). */
import { setTimeout as sleep } from "node:timers/promises";
import type { Milliseconds } from "../../time.ts";
import { type Check, NotChecked } from "../ledger.ts";
import { makeMessage } from "../own-events.ts";
import type { Guest } from "../parties.ts";
import { pollAs, readLog, readPage, readSync } from "../reading.ts";
import { describe } from "../wire.ts";

/** By then both requests are held. */
const BEFORE_WAKING: Milliseconds = 300;
const MOST_ANSWERS = 4;

const holding: Check<Guest> = {
  title: "held requests, and what wakes them",
  about: ["poll-hold", "sync-wake"],
  async run(guest, expect) {
    const { me, group, desk } = guest;
    const { cursor } = await readLog(guest);
    const empty = await pollAs(guest, `after=${cursor}&wait=1`);
    const over = empty.status === 200 && empty.ms < 4_000;
    expect("poll-hold", over, "200 when the second is over", `${describe(empty)} after ${ms(empty.ms)}`);
    const began = performance.now();
    const values = (await readSync(guest, { after: cursor })).groups[0]?.state;
    const held = [readPage(guest, `after=${cursor}&wait=20`), nextSynced(guest, cursor, values)] as const;
    await sleep(BEFORE_WAKING);
    const event = makeMessage(
      me,
      group,
      `mimi://${me.base}/u/checker`,
      "peer check: this wakes a held request",
    );
    const [verdict] = await desk.submit([event]);
    if (verdict?.code !== "accepted")
      throw new NotChecked(`the message that was to wake it was judged ${verdict?.code}`);
    const [page, synced] = await Promise.all(held);
    const after = ms(performance.now() - began);
    const polled = page.events.some(({ id }) => id === event.id);
    expect("poll-hold", polled, "the new event as soon as it is there", `none after ${after}`);
    expect(
      "sync-wake",
      synced.includes(event.id),
      "the new event as soon as it is there",
      `none after ${after}`,
    );
  },
};

const ms = (time: Milliseconds): string => `${Math.round(time)} ms`;

/** The ids that held requests bring: of the first answer that has any, since values may come before. */
async function nextSynced(
  guest: Guest,
  after: string,
  values: string | undefined,
): Promise<readonly string[]> {
  let state = values;
  for (let count = 0; count < MOST_ANSWERS; count++) {
    const one = { after, ...(state === undefined ? {} : { state }) };
    const { groups } = await readSync(guest, one, { wait: 20 });
    const ids = groups[0]?.events.map(({ id }) => id) ?? [];
    if (ids.length > 0) return ids;
    state = groups[0]?.state ?? state;
  }
  return [];
}

/** What is held. */
export const holdingChecks: readonly Check<Guest>[] = [holding];
