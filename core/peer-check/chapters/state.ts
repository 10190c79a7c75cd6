/** What holds now: snapshot, members, latest values (docs/mtp.md, The snapshot, Latest values). */
import { z } from "zod";
import { membersForm, snapshotForm } from "../answers.ts";
import { type Check, NotChecked } from "../ledger.ts";
import type { Guest } from "../parties.ts";
import { readLog, readPage, readSync } from "../reading.ts";
import { makeMessage } from "../own-events.ts";
import { describe, readGranted } from "../wire.ts";

const snapshot: Check<Guest> = {
  title: "the snapshot",
  about: ["snapshot-true", "snapshot-visible", "sync-same"],
  async run(guest, expect) {
    const { subject, me, path, group } = guest;
    const now = readGranted(snapshotForm, "GET G", await subject.ask(me, { path }));
    expect(
      "snapshot-true",
      now.group === group && now.state === "open",
      `${group}, open`,
      `${now.group}, ${now.state}`,
    );
    const { events } = await readLog(guest);
    const last = Number(events.at(-1)?.seq ?? 0);
    expect("snapshot-true", now.seq <= last, `a seq of ${last} at most`, String(now.seq));
    const before = now.properties.find(({ version }) => version > now.seq);
    expect(
      "snapshot-true",
      before === undefined,
      "no version after its seq",
      `${before?.name} of ${before?.version}`,
    );
    expect(
      "snapshot-visible",
      now.visible_from <= guest.seq + 1,
      `visible_from of ${guest.seq + 1} at most`,
      String(now.visible_from),
    );
    const page = await readPage(guest, `after=${now.cursor}&limit=1`);
    const next = page.events[0]?.seq;
    expect(
      "snapshot-true",
      next === undefined || next === now.seq + 1,
      `seq ${now.seq + 1} behind its cursor`,
      String(next),
    );
  },
};

const members: Check<Guest> = {
  title: "the members, by page",
  about: ["members-later"],
  async run(guest, expect) {
    const { subject, me, path } = guest;
    const users = new Map<string, number>();
    let query = "limit=1";
    for (let count = 0; ; count++) {
      const answer = await subject.ask(me, { path: `${path}/members?${query}` });
      const page = readGranted(membersForm, "GET G/members", answer);
      if (page.members.length > 1)
        expect("members-later", false, "one member to limit=1", String(page.members.length));
      for (const { user, version } of page.members) users.set(user, version);
      if (page.next === undefined || count === 30) break;
      query = `limit=1&after=${page.next}`;
    }
    const provider = users.has(`mimi://${me.base}`);
    expect(
      "members-later",
      provider || users.size > 30,
      `mimi://${me.base} among them`,
      [...users.keys()].slice(0, 5).join(", "),
    );
    const wrong = await subject.ask(me, { path: `${path}/members?after=x` });
    expect(
      "cursor-own",
      wrong.code === "cursor_malformed",
      "400 cursor_malformed to after=x",
      describe(wrong),
    );
  },
};

const profileForm = z.object({ user: z.string(), name: z.string(), rev: z.int() });

const values: Check<Guest> = {
  title: "profiles of one's own and of others",
  about: ["value-own", "value-rev", "value-first", "transient-lossy"],
  async run(guest, expect) {
    const { subject, me, path, group, cursor } = guest;
    if (!subject.feature("submit.post")) throw new NotChecked("values are tried where posts are taken alone");
    const own = `mimi://${me.base}/u/named`;
    const foreign = `mimi://${path.split("/")[2] ?? ""}/u/peer-check-nobody`;
    const event = makeMessage(me, group, own, "peer check: this sender has a profile");
    const post = (profiles: readonly object[], events: readonly object[] = []) =>
      subject.ask(me, {
        path: `${path}/events`,
        body: { events, profiles, transients: [{ user: foreign, kind: "typing", on: true }] },
      });
    const foreignProfile = { user: foreign, name: "Forged", rev: 1_000_000 };
    const first = await post([{ user: own, name: "First", rev: 5 }, foreignProfile], [event]);
    expect("transient-lossy", first.status === 200, "200, whatever becomes of values", describe(first));
    const before = await namesNow();
    expect(
      "value-first",
      before.get(own) === "First",
      "the profile of a sender with his first event",
      before.get(own) ?? "none",
    );
    expect("value-own", !before.has(foreign), "nothing of somebody else's user", before.get(foreign) ?? "");
    await post([{ user: own, name: "Older", rev: 4 }]);
    const after = await namesNow();
    expect("value-rev", after.get(own) !== "Older", "no profile by an older rev", "Older");

    async function namesNow(): Promise<ReadonlyMap<string, string>> {
      const { groups } = await readSync(guest, { after: cursor });
      const profiles = z.array(profileForm).safeParse(groups[0]?.profiles ?? []).data ?? [];
      return new Map(profiles.map(({ user, name }) => [user, name]));
    }
  },
};

/** What holds now. */
export const stateChecks: readonly Check<Guest>[] = [snapshot, members, values];
