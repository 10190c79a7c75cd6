/**
 * The floor of the append path: a script that knows beforehand what it will write, and writes the rows that the gateway
 * has written, in the same transactions, with as many fsyncs. A child of the bench.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type FloorJob, floorJobForm, textOf, type Transaction } from "./sink-job.ts";

interface Message {
  readonly key: string;
  readonly id: string;
  readonly text: string;
  readonly content: Uint8Array;
}

const job = floorJobForm.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
process.send?.({ seconds: run(job) });

function run({ file, transactions, contentBytes }: FloorJob): number {
  const db = new DatabaseSync(file);
  db.exec("pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000");
  const write = writer(db);
  // All that need not be done while the clock runs is done before.
  const messages = makeMessages(transactions, contentBytes);
  const start = performance.now();
  for (const transaction of transactions) {
    db.exec("begin immediate");
    for (const { kind, binding, messages: count } of transaction)
      write[kind](binding, count, kind === "append" ? messages.appended : messages.accepted);
    db.exec("commit");
  }
  const seconds = (performance.now() - start) / 1_000;
  db.close();
  return seconds;
}

function makeMessages(transactions: readonly Transaction[], contentBytes: number) {
  const made = new Map<number, Message[]>();
  let number = 0;
  for (const { kind, binding, messages } of transactions.flat()) {
    if (kind === "append") continue;
    const list = made.get(binding) ?? [];
    made.set(binding, list);
    for (let i = 0; i < messages; i++, number++)
      list.push({
        key: `from-${binding} ${number}`,
        id: randomBytes(32).toString("hex"),
        text: textOf(number),
        content: randomBytes(contentBytes),
      });
  }
  return { accepted: queues(made), appended: queues(made) };
}

/** For each binding a function that gives its messages one after the other. */
function queues(made: ReadonlyMap<number, readonly Message[]>): (binding: number) => Message {
  const places = new Map<number, number>();
  return (binding) => {
    const place = places.get(binding) ?? 0;
    places.set(binding, place + 1);
    const message = made.get(binding)?.[place];
    if (!message) throw new Error(`binding ${binding} has no message ${place}`);
    return message;
  };
}

function writer(db: DatabaseSync) {
  const account = Number(db.prepare("select id from account").get()?.["id"]);
  const groups = new Map(
    db
      .prepare("select id, grp from binding")
      .all()
      .map((row) => [Number(row["id"]), Number(row["grp"])]),
  );
  const addOrigin = db.prepare("insert into origin (account, native_key, binding, at) values (?, ?, ?, ?)");
  const addInbox = db.prepare(
    "insert into inbox (binding, native_key, raw, origin_at, at, attempts) values (?, ?, ?, ?, ?, 0)",
  );
  const touch = db.prepare("update binding set last_inbound_at = ? where id = ?");
  const takeInbox = db.prepare("delete from inbox where n = ?");
  const addEvent = db.prepare(
    `insert into event (grp, seq, id, kind, sender, accepted_at, origin_at, received_at, content, origin_binding)
     values (?, ?, ?, 'message', 1, ?, ?, ?, ?, ?)`,
  );
  const addLink = db.prepare(
    "insert into link (binding, native, event_id, part, state, attempts, at) values (?, ?, ?, 0, 'live', 1, ?)",
  );
  const moveHead = db.prepare("update grp set head = ?, accepted_at = ? where id = ?");
  const passOwn = db.prepare("update binding set intended_seq = ?, delivered_seq = ? where id = ?");
  const rows = new Map<number, (number | bigint)[]>();
  const heads = new Map<number, number>();
  return {
    accept(binding: number, count: number, next: (binding: number) => Message): void {
      const now = Date.now();
      const numbers = rows.get(binding) ?? [];
      rows.set(binding, numbers);
      for (let i = 0; i < count; i++) {
        const { key, text } = next(binding);
        addOrigin.run(account, key, binding, now);
        numbers.push(addInbox.run(binding, key, text, now, now).lastInsertRowid);
      }
      touch.run(now, binding);
    },
    direct(binding: number, count: number, next: (binding: number) => Message): void {
      const now = Date.now();
      const group = groups.get(binding) ?? 0;
      let head = heads.get(group) ?? 0;
      for (let i = 0; i < count; i++) {
        const { key, id, content } = next(binding);
        addOrigin.run(account, key, binding, now);
        addEvent.run(group, ++head, id, now, now, now, content, binding);
        addLink.run(binding, key, id, now);
      }
      heads.set(group, head);
      moveHead.run(head, now, group);
      passOwn.run(head, head, binding);
      touch.run(now, binding);
    },
    append(binding: number, count: number, next: (binding: number) => Message): void {
      const now = Date.now();
      const group = groups.get(binding) ?? 0;
      const numbers = rows.get(binding)?.splice(0, count) ?? [];
      let head = heads.get(group) ?? 0;
      for (const number of numbers) {
        const { key, id, content } = next(binding);
        takeInbox.run(number);
        addEvent.run(group, ++head, id, now, now, now, content, binding);
        addLink.run(binding, key, id, now);
      }
      heads.set(group, head);
      moveHead.run(head, now, group);
    },
  };
}
