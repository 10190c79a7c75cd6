/** One of two gateways is lost and comes back from a backup: nothing is lost, said twice, or means two things. On a real Prosody. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Gateway } from "../../deploy/demo/gateway.ts";
import { querySql } from "../support/harness-sql.ts";
import { eventually } from "../support/harness-eventually.ts";
import { twoGateways } from "./federated.ts";
import { archiveFaults, gatewayJid, installation, type Pair, seen } from "./installation.ts";

const WITHIN_MS = 60_000;
/** What is said when the rooms are linked. */
const FIRST = 2;
const parts = installation();

interface Stage {
  readonly owner: Gateway;
  readonly guest: Gateway;
  readonly here: Pair["here"];
  readonly there: Pair["there"];
}

/** A room of the owner's with anna in it, one of the guest's with ben, in one group. */
async function stage(t: TestContext): Promise<Stage> {
  const [owner, guest] = await twoGateways(parts);
  t.after(() => Promise.all([owner.stop(), guest.stop()]));
  await Promise.all([owner.start(), guest.start()]);
  const [anna, ben] = [await parts.person("anna"), await parts.person("ben")];
  const here = { room: await parts.room(), user: anna };
  const there = { room: await parts.room(), user: ben };
  await anna.join(here.room, "anna");
  await anna.grant(here.room, gatewayJid("one"), "owner");
  await ben.join(there.room, "ben");
  await ben.grant(there.room, gatewayJid("two"), "owner");
  const made = await anna.ask(gatewayJid("one"), `code ${here.room}`);
  await ben.ask(gatewayJid("two"), `redeem ${/mtp1:\S+/.exec(made)?.[0] ?? ""} ${there.room}`);
  await anna.say(here.room, "from here");
  await ben.say(there.room, "from there");
  await seen(there, ["from here"], WITHIN_MS);
  await seen(here, ["from there"], WITHIN_MS);
  return { owner, guest, here, there };
}

/** Both say these, by turns. */
async function talk({ here, there }: Stage, name: string, count: number): Promise<string[]> {
  const said: string[] = [];
  for (let i = 1; i <= count; i++) {
    await here.user.say(here.room, `${name} here ${i}`);
    await there.user.say(there.room, `${name} there ${i}`);
    said.push(`${name} here ${i}`, `${name} there ${i}`);
  }
  return said;
}

/** Backs a gateway up while both say more and more. */
async function talkMeanwhile(at: Stage, gateway: Gateway, backup: string): Promise<string[]> {
  const said: string[] = [];
  const made = new AbortController();
  const making = gateway.report("backup", backup).finally(() => made.abort());
  for (let i = 1; !made.signal.aborted; i++) said.push(...(await talk(at, `meanwhile ${i}`, 1)));
  await making;
  return said;
}

/** The gateway's disk is lost, and a backup put in its place. */
async function loseAndRestore(gateway: Gateway, backup: string): Promise<void> {
  await gateway.kill("SIGKILL");
  rmSync(join(gateway.folder, "data"), { recursive: true });
  await gateway.report("restore", backup);
}

interface Place {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
}

/** What stands where in the log, by this gateway's store. */
async function logOf(gateway: Gateway): Promise<readonly Place[]> {
  const file = join(gateway.folder, "data", "gateway.sqlite");
  const rows = await querySql({ kind: "sqlite", file }, "select seq, id, kind from event order by seq");
  return rows.map(({ seq, id, kind }) => ({ seq: Number(seq), id: String(id), kind: String(kind) }));
}

const seqsOf = (log: readonly Place[]): number[] => log.map(({ seq }) => seq);

const messages = (log: readonly Place[]): number => log.filter(({ kind }) => kind === "message").length;

/** Both rooms have each text once, in one order, and both logs are one. */
async function allIsWell({ owner, guest, here, there }: Stage, said: readonly string[]): Promise<void> {
  await seen(here, said, WITHIN_MS);
  await seen(there, said, WITHIN_MS);
  const prosody = await parts.prosody();
  for (const gateway of [owner, guest])
    await eventually(
      "all of it to be in the log",
      async () => messages(await logOf(gateway)) >= said.length + FIRST,
      WITHIN_MS,
    );
  const [one, two] = [await logOf(owner), await logOf(guest)];
  assert.deepEqual(
    seqsOf(one),
    [...one.keys()].map((i) => i + 1),
    "no seq is left out",
  );
  // Who came before it was linked is none of the guest's.
  assert.deepEqual(one.slice(-two.length), two);
  assert.equal(messages(one), said.length + FIRST);
  assert.deepEqual(archiveFaults(prosody, here.room, there.room), []);
}

const logged = (gateway: Gateway, text: string): boolean =>
  readFileSync(gateway.logFile, "utf8").includes(text);

void test("an owner that is restored raises its revision, and guests recover without a double", async (t) => {
  const at = await stage(t);
  const { owner, guest } = at;
  const backup = join(owner.folder, "backup");
  const before = await talkMeanwhile(at, owner, backup);
  const lost = await talk(at, "lost", 4);
  await seen(at.here, [...before, ...lost], WITHIN_MS);
  await seen(at.there, [...before, ...lost], WITHIN_MS);
  await loseAndRestore(owner, backup);
  const away = await talk(at, "away", 2);
  await owner.start();
  const after = await talk(at, "after", 3);
  await allIsWell(at, [...before, ...lost, ...away, ...after]);
  assert.ok(logged(guest, "the owner has another log of a group"), "the guest took a 410");
});

void test("a guest that is restored goes on from its old cursors, and knows again what it has said", async (t) => {
  const at = await stage(t);
  const { guest } = at;
  const backup = join(guest.folder, "backup");
  const before = await talkMeanwhile(at, guest, backup);
  const lost = await talk(at, "lost", 4);
  await seen(at.here, [...before, ...lost], WITHIN_MS);
  await seen(at.there, [...before, ...lost], WITHIN_MS);
  await loseAndRestore(guest, backup);
  const away = await talk(at, "away", 2);
  await guest.start();
  const after = await talk(at, "after", 3);
  await allIsWell(at, [...before, ...lost, ...away, ...after]);
});
