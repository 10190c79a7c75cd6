/** A backlog: a log that a guest has not seen yet, written past the gateway; and the same as the pages of the wire. */
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { makeCursor } from "../../core/federation/wire/cursor.ts";
import { signProof } from "../../core/federation/wire/proof.ts";
import { logEventJson } from "../../core/federation/wire/wire-event.ts";
import type { GroupId, Seq } from "../../core/ids.ts";
import { limits } from "../../core/limits.ts";
import type { GroupUri, ProviderDomain } from "../../mappings/ids.ts";
import { saidMessage } from "../core/federation/said-message.ts";
import type { newKeys } from "./mtp-stage.ts";
import { textOf } from "./sink-job.ts";

/** A third gateway, whose users say a part of it. */
export interface Third {
  readonly base: ProviderDomain;
  readonly host: ProviderDomain;
  readonly keys: ReturnType<typeof newKeys>;
}

export interface Backlog {
  /** The owner's store, closed. */
  readonly file: string;
  readonly base: ProviderDomain;
  readonly host: ProviderDomain;
  readonly group: GroupId;
  readonly uri: GroupUri;
  readonly events: number;
  /** Every second event is one of its, with a proof; null: all are of the owner's own users. */
  readonly third: Third | null;
}

const SPEAKERS = 20;
const SPACING = 10;

/** Writes it into the owner's store, and the pages of the wire, one a line, into a file. */
export async function writeBacklog(backlog: Backlog, pages: string | null): Promise<void> {
  const { file, base, host, group, uri, events, third } = backlog;
  const db = new DatabaseSync(file);
  const out = pages === null ? null : createWriteStream(pages);
  const addProvider = db.prepare(
    "insert into provider (domain) values (?) on conflict (domain) do update set domain = excluded.domain returning id",
  );
  const addUser = db.prepare(
    "insert into user (uri, provider, native, name, profile_rev) values (?, ?, ?, ?, 0) returning id",
  );
  const addEvent = db.prepare(
    `insert into event (grp, seq, id, kind, sender, accepted_at, origin_at, received_at, content, proof, via)
     values (?, ?, ?, 'message', ?, ?, ?, ?, ?, ?, ?)`,
  );
  const users = new Map<string, number>();
  const userOf = (sender: string, domain: string): number => {
    const known = users.get(sender);
    if (known !== undefined) return known;
    const provider = Number(addProvider.get(domain)?.["id"]);
    const id = Number(addUser.get(sender, provider, sender, sender)?.["id"]);
    users.set(sender, id);
    return id;
  };
  const first = Date.now() - events * SPACING;
  let page: unknown[] = [];
  db.exec("begin immediate");
  for (let at = 1; at <= events; at++) {
    const of = third !== null && at % 2 === 0 ? third : null;
    const domain = of?.host ?? host;
    const { id, content, sender } = saidMessage(domain, uri, textOf(at), `speaker-${at % SPEAKERS}`);
    if (sender === null) throw new Error("every message of the bench is somebody's");
    const proof = of && signProof(id, domain, { kid: of.keys.kid, key: of.keys.private });
    const via = of ? [of.base, base] : [];
    const time = first + at * SPACING;
    const user = userOf(sender.uri, domain);
    addEvent.run(
      group,
      at,
      id,
      user,
      time,
      time,
      time,
      content,
      proof,
      via.length > 0 ? via.join(" ") : null,
    );
    const seq = at as Seq;
    const row = { seq, id, kind: "message", sender: sender.uri, content, proof, via } as const;
    const times = { acceptedAt: time, originAt: time, erasedAt: null, root: null };
    page.push(logEventJson({ ...row, ...times }, base));
    if (page.length < limits.pageEvents && at < events) continue;
    const cursor = makeCursor({ uri, rev: 1, seq: at });
    const entry = { group: uri, events: page, cursor, head: events, more: at < events };
    if (out && !out.write(`${JSON.stringify({ groups: [entry], problems: [] })}\n`)) await once(out, "drain");
    page = [];
  }
  db.prepare("update grp set head = ?, accepted_at = ? where id = ?").run(
    events,
    first + events * SPACING,
    group,
  );
  // The owner's own rooms have it already.
  db.prepare("update binding set intended_seq = ?, delivered_seq = ? where grp = ?").run(
    events,
    events,
    group,
  );
  db.exec("commit");
  db.close();
  if (out) await new Promise((resolve) => out.end(resolve));
}
