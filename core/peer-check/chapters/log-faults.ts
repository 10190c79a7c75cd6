/** Whether a group, and no other, is stopped for a fault of its owner (docs/mtp.md, M52, M37). */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check, NotChecked } from "../ledger.ts";
import { makeMessage } from "../own-events.ts";
import { type OwnGroup, reaches } from "../own-group.ts";
import type { Owner } from "../parties.ts";

const named = ["log_gap", "log_conflict", "log_id", "log_proof", "log_time", "log_form"] as const;

const faults: Check<Owner> = {
  title: "logs with faults",
  about: ["stop", "proof-checked"],
  async run({ subject, me, good, bad }, expect) {
    if (bad.length === 0) throw new NotChecked("needs more of the codes redeemed", true);
    for (const group of bad) await reaches(group, group.head);
    for (const [index, group] of bad.entries()) commit(named[index] ?? "log_gap", group);
    const from = Date.now();
    const heads = bad.map(({ head }) => head);
    good.say("peer check: this group goes on");
    expect("stop", await reaches(good, good.head), "every other group goes on", "the good one did not");
    await sleep(5_000);
    for (const [index, group] of bad.entries()) {
      const fault = named[index] ?? "log_gap";
      const on = group.readings.some(
        ({ at, seq }) => (at > from + 4_000 && seq !== null) || (seq ?? 0) >= (heads[index] ?? 0),
      );
      expect(
        fault === "log_proof" ? "proof-checked" : "stop",
        !on,
        `the group stopped for ${fault}`,
        "it was still asked for",
      );
    }

    function commit(fault: (typeof named)[number], group: OwnGroup): void {
      const message = makeMessage(me, group.uri, group.author, `peer check: ${fault}`);
      const theirs = `mimi://${group.guest ?? subject.base}/u/peer-check`;
      const [kid = ""] = subject.keys.keys();
      const forged = Buffer.concat([Buffer.from(kid, "base64url"), randomBytes(64)]).toString("base64url");
      if (fault === "log_gap") group.append(message, { seq: group.head + 2 });
      if (fault === "log_conflict") group.repeat();
      if (fault === "log_id") group.append(message, { id: `01${randomBytes(31).toString("hex")}` });
      if (fault === "log_time") group.append(message, { at: 1 });
      if (fault === "log_form") group.append(message, { origin_at: undefined });
      if (fault !== "log_proof") return;
      const via = [subject.base, me.base];
      group.append(makeMessage(me, group.uri, theirs, "peer check: log_proof"), { via, proof: forged });
    }
  },
};

/** Last of what an owner checks, since groups stop for it. */
export const logFaultChecks: readonly Check<Owner>[] = [faults];
export const faultCount = named.length;
