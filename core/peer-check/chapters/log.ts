/** The log as a guest reads it (docs/mtp.md, Events on the wire, Cursors, Reading one group, Reading many groups). */
import { randomBytes } from "node:crypto";
import { readEventContent } from "../../../mappings/event-content.ts";
import { inShard } from "../../federation/wire/shard.ts";
import { hasItsId } from "../../federation/wire/read-carried.ts";
import { parseGroupUri } from "../../../mappings/ids.ts";
import type { Check } from "../ledger.ts";
import type { Guest } from "../parties.ts";
import { pollAs, readLog, readPage, readSync } from "../reading.ts";
import { describe } from "../wire.ts";

const order: Check<Guest> = {
  title: "the order of the log",
  about: [
    "seq",
    "at",
    "poll-head",
    "id",
    "content-salt",
    "history-from",
    "member-join",
    "member-provider",
    "member-who",
  ],
  async run(guest, expect) {
    const { me } = guest;
    const uri = parseGroupUri(guest.group);
    const { events, head } = await readLog(guest);
    const seqs = events.map(({ seq }) => Number(seq));
    const contiguous = seqs.every((seq, index) => seq === guest.seq + 1 + index);
    expect("seq", contiguous, `seqs from ${guest.seq + 1} without holes`, seqs.slice(0, 20).join(", "));
    const late = events.findIndex(({ at }, index) => at < (events[index - 1]?.at ?? 0));
    expect("at", late === -1, "no time less than the one before", `seq ${seqs[late]} is`);
    expect("poll-head", head >= (seqs.at(-1) ?? 0), "a head not below the last seq", String(head));
    expect(
      "history-from",
      seqs.every((seq) => seq > guest.seq),
      "nothing below visible_from",
      seqs.slice(0, 5).join(", "),
    );
    for (const event of events) {
      if (event.content === undefined || uri === null) continue;
      const [array = 0, salt] = event.content;
      expect(
        "content-salt",
        array >= 0x80 && array <= 0x97 && salt === 0x50,
        "a salt first",
        `seq ${event.seq} begins otherwise`,
      );
      expect(
        "id",
        hasItsId({ ...event, content: event.content }, uri),
        "the id of each event",
        `seq ${event.seq} has another`,
      );
    }
    const members = events.flatMap((event) => {
      if (event.kind !== "member" || event.content === undefined) return [];
      const read = readEventContent("member", event.content);
      return read.kind === "member" ? [{ ...read.member, seq: event.seq, sender: event.sender }] : [];
    });
    const provider = members.find(({ user, change }) => user === `mimi://${me.base}` && change === "join");
    expect(
      "member-provider",
      provider !== undefined,
      `the event by which mimi://${me.base} joins`,
      "there is none",
    );
    const firsts = new Map(
      events
        .toReversed()
        .flatMap(({ sender, seq, kind }) =>
          sender === undefined || kind === "member" ? [] : [[sender, seq]],
        ),
    );
    for (const [sender, seq] of firsts) {
      if (!sender.startsWith(`mimi://${me.base}/`)) continue;
      const joined = members.some(
        (member) => member.user === sender && member.seq < seq && member.change === "join",
      );
      expect("member-join", joined, `the event by which ${sender} joins before seq ${seq}`, "there is none");
    }
    for (const { user, change, sender, seq } of members) {
      if (!["join", "leave", "accept", "decline"].includes(change)) continue;
      expect(
        "member-who",
        sender === undefined || sender === user,
        "a change of one's own, or without sender",
        `seq ${seq} is of ${sender}`,
      );
    }
  },
};

const pages: Check<Guest> = {
  title: "pages and cursors",
  about: ["poll-page", "cursor-again", "cursor-own", "query", "poll-hold", "sync-same", "limit-clamp"],
  async run(guest, expect) {
    const begin = await readPage(guest, `after=${guest.cursor}&limit=1`);
    expect("poll-page", begin.events.length === 1, "one event to limit=1", String(begin.events.length));
    const again = await readPage(guest, `after=${guest.cursor}&limit=1`);
    const same = again.events[0]?.id === begin.events[0]?.id && again.events[0]?.seq === begin.events[0]?.seq;
    expect(
      "cursor-again",
      same,
      "the same event to the same cursor",
      `${begin.events[0]?.seq} and ${again.events[0]?.seq}`,
    );
    const large = await pollAs(guest, `after=${guest.cursor}&limit=500&wait=25`);
    expect("limit-clamp", large.status === 200, "200 to wait=25 and limit=500", describe(large));
    expect(
      "poll-hold",
      large.ms < 5_000,
      "an answer at once where there is something",
      `${Math.round(large.ms)} ms`,
    );
    const whole = await readLog(guest);
    const { groups } = await readSync(guest, { after: guest.cursor });
    const synced = groups.find(({ group }) => group === guest.group)?.events ?? [];
    const alike = synced.length > 0 && synced.every(({ id }, index) => id === whole.events[index]?.id);
    expect("sync-same", alike, "the events of GET G/events", `${synced.length} events, not all the same`);
    const onward = await readSync(guest, { after: begin.cursor }, { limit: 1 });
    expect(
      "sync-same",
      onward.groups[0]?.events[0]?.seq === whole.events[1]?.seq,
      "the cursor of GET G/events taken",
      "another event",
    );
    const wrong = ["x", "A".repeat(128), randomBytes(9).toString("base64url"), `${guest.cursor}A`];
    for (const after of wrong) {
      const answer = await pollAs(guest, `after=${after}`);
      expect(
        "cursor-own",
        answer.code === "cursor_malformed",
        `400 cursor_malformed to ${after.slice(0, 20)}`,
        describe(answer),
      );
      const { problems } = await readSync(guest, { after });
      expect(
        "cursor-own",
        problems[0]?.code === "cursor_malformed",
        "the problem cursor_malformed",
        problems[0]?.code ?? "none",
      );
    }
    for (const query of [
      "limit=1&limit=2",
      "limit=0",
      "limit=501",
      "wait=26",
      "wait=-1",
      "wait=1.5",
      "limit=%31",
      `after=${"A".repeat(129)}`,
    ]) {
      const answer = await pollAs(guest, query);
      expect("query", answer.status === 400, `400 to ?${query.slice(0, 30)}`, describe(answer));
    }
  },
};

const strangers: Check<Guest> = {
  title: "groups that are not the caller's",
  about: ["not-yours", "sync-problem"],
  async run(guest, expect) {
    const { subject, me } = guest;
    const authority = guest.path.split("/")[2] ?? "";
    const others = [`${authority}/peer-check-none`, `${me.base}/peer-check-none`, "nobody.invalid/x"];
    for (const below of ["", "/events", "/members"]) {
      const bodies = new Set<string>();
      for (const other of others) {
        const answer = await subject.ask(me, { path: `/groups/${other}${below}` });
        bodies.add(`${answer.status} ${answer.text}`);
        expect("not-yours", answer.code === "not_found", `404 not_found of ${other}`, describe(answer));
      }
      expect("not-yours", bodies.size === 1, "one and the same body", [...bodies].join(" and "));
    }
    const uris = others.map((other) => `mimi://${other.replace("/", "/r/")}`);
    const subscriptions = [...uris.map((group) => ({ group })), { group: guest.group, after: guest.cursor }];
    const answer = await subject.ask(me, { path: "/sync", body: { subscriptions, wait: 5 } });
    const { groups = [], problems = [] } = answer.value as {
      groups?: { group: string }[];
      problems?: { code: string }[];
    };
    expect(
      "sync-problem",
      groups.some(({ group }) => group === guest.group),
      "the group served beside others that are not",
      describe(answer),
    );
    const codes = problems.map(({ code }) => code).join(", ");
    expect("not-yours", codes === "not_found, not_found, not_found", "three problems not_found", codes);
  },
};

const many: Check<Guest> = {
  title: "a hundred subscriptions, and shards of them",
  about: ["limit-least"],
  async run({ subject, me, group }, expect) {
    const subscriptions = Array.from({ length: 100 }, (_, index) => ({
      group: `mimi://nobody.invalid/r/g${index}`,
    }));
    const answer = await subject.ask(me, { path: "/sync", body: { subscriptions } });
    expect("limit-least", answer.status === 200, "200 to 100 subscriptions", describe(answer));
    const uri = parseGroupUri(group);
    if (uri === null) return;
    const k = inShard(uri, { k: 0, n: 2 }) ? 1 : 0;
    const other = await subject.ask(me, {
      path: "/sync",
      body: { subscriptions: [{ group }], shard: { k, n: 2 } },
    });
    const { groups, problems } = other.value as { groups?: unknown[]; problems?: unknown[] };
    const quiet = groups?.length === 0 && problems?.length === 0;
    expect("limit-least", quiet, "nothing of a group of another shard", describe(other));
  },
};

/** What a guest reads. */
export const logChecks: readonly Check<Guest>[] = [order, pages, strangers, many];
