/**
 * The floor of a backlog: a script that has the bytes of the answers at hand, believes them, and writes the rows that the
 * guest writes, in as many transactions. A child of the bench.
 */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import { floorJobForm } from "./mtp-job.ts";

interface WireEvent {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly sender: string;
  readonly at: number;
  readonly origin_at: number;
  readonly content: string;
  readonly via?: readonly string[];
  readonly proof?: string;
}
interface Page {
  readonly groups: readonly [
    { readonly group: string; readonly events: WireEvent[]; readonly cursor: string },
  ];
}

const job = floorJobForm.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
process.send?.({ seconds: run(job) });

function run({ file, pages }: z.output<typeof floorJobForm>): number {
  const answers = readFileSync(pages, "utf8").trimEnd().split("\n");
  const db = new DatabaseSync(file);
  db.exec("pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000");
  const peer = Number(db.prepare("select peer from following limit 1").get()?.["peer"]);
  const group = db.prepare("select id from grp where uri = ?");
  const addProvider = db.prepare(
    "insert into provider (domain) values (?) on conflict (domain) do update set domain = excluded.domain returning id",
  );
  const addUser = db.prepare(
    "insert into user (uri, provider, native, name, profile_rev) values (?, ?, ?, ?, -1) returning id",
  );
  const addEvent = db.prepare(
    `insert into event (grp, seq, id, kind, sender, accepted_at, origin_at, received_at, content, proof, via, origin_peer)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning seq`,
  );
  const moveHead = db.prepare("update grp set head = ?, accepted_at = ? where id = ?");
  const moveCursor = db.prepare("update following set cursor = ? where grp = ?");
  const users = new Map<string, number>();
  const userOf = (sender: string): number => {
    const known = users.get(sender);
    if (known !== undefined) return known;
    const provider = Number(addProvider.get(sender.split("/")[2] ?? "")?.["id"]);
    const id = Number(addUser.get(sender, provider, sender, sender)?.["id"]);
    users.set(sender, id);
    return id;
  };
  const octets = answers.map((answer) => Buffer.from(answer));
  const start = performance.now();
  for (const answer of octets) {
    const [{ group: uri, events, cursor }] = (JSON.parse(answer.toString()) as Page).groups;
    db.exec("begin immediate");
    const id = Number(group.get(uri)?.["id"]);
    const now = Date.now();
    for (const event of events) {
      const content = Buffer.from(event.content, "base64url");
      const proof = event.proof === undefined ? null : Buffer.from(event.proof, "base64url");
      const via = event.via?.join(" ") ?? null;
      const { seq, kind, at } = event;
      const user = userOf(event.sender);
      addEvent.get(id, seq, event.id, kind, user, at, event.origin_at, now, content, proof, via, peer);
    }
    const last = events.at(-1);
    moveHead.run(last?.seq ?? 0, last?.at ?? 0, id);
    moveCursor.run(cursor, id);
    db.exec("commit");
  }
  const seconds = (performance.now() - start) / 1_000;
  db.close();
  return seconds;
}
