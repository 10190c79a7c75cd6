/** A gateway that notices silence, tells of it once, and says so to whoever monitors it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { OPS, startWatched, type WatchedGateway } from "./watched-gateway.ts";

const folder = temporaryFolder("watch");
const PATIENCE_MS = 30_000;

const waits = (what: string, ask: () => boolean | Promise<boolean>) => eventually(what, ask, PATIENCE_MS);
const alarmsOf = async ({ gateway }: WatchedGateway) => (await gateway.operations.status()).alarms;
const isLinked = async ({ gateway, platforms }: WatchedGateway) =>
  (await gateway.operations.status()).bindings.filter(({ room }) => room === OPS).length === 2 &&
  platforms.one.notices(OPS).length + platforms.two.notices(OPS).length === 2;

const faulty = z.object({
  status: z.enum(["ok", "fault"]),
  faults: z.array(z.object({ account: z.string().nullable(), code: z.string().nullable(), why: z.string() })),
});

async function healthAt(port: number) {
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  return { code: answer.status, ...faulty.parse(await answer.json()) };
}

void test("an account that answers no more is told of in rooms of others, once, and so is its end", async (t) => {
  const own = join(folder, "account");
  const [port = 0] = await freePorts(1);
  let run = await startWatched(own);
  t.after(() => run.gateway.stop());
  await waits("the rooms for alarms to be linked", () => isLinked(run));
  assert.deepEqual(await alarmsOf(run), []);

  run.mute.add("one");
  await waits("the alarm", () => run.told("two").length > 0);
  assert.match(
    run.told("two")[0] ?? "",
    /^Alarm: account one is silent since \d\d:\d\d UTC: .*it does not answer/,
  );
  assert.deepEqual(run.told("one"), []);
  const [alarm] = await alarmsOf(run);
  assert.deepEqual([alarm?.code, alarm?.account, alarm?.room], ["account_silent", "one", null]);
  assert.ok((await run.gateway.operations.status()).accounts.every(({ health }) => health?.state === "up"));

  // It stands beyond a restart, and is not raised again.
  await run.gateway.stop();
  run = await startWatched(own, { ...run, port });
  await waits("the new process to find it silent, too", async () =>
    (await healthAt(port)).faults.some(({ code }) => code === "account_silent"),
  );
  assert.deepEqual(
    (await alarmsOf(run)).map(({ raisedAt }) => raisedAt),
    [alarm?.raisedAt],
  );

  run.mute.delete("one");
  await waits("the end to be told", () =>
    [run.told("one"), run.told("two")].every((lines) =>
      lines.at(-1)?.startsWith("Over: account one answers again"),
    ),
  );
  assert.equal((await alarmsOf(run)).length, 0);
  assert.deepEqual([run.told("one").length, run.told("two").length], [1, 2]);
});

void test("a room into which nothing gets is told of, and goes on afterwards with nothing lost", async (t) => {
  const run = await startWatched(join(folder, "room"));
  t.after(() => run.gateway.stop());
  await waits("the rooms for alarms to be linked", () => isLinked(run));
  const { platforms, gateway } = run;
  await gateway.operations.link(
    [
      { account: "one", room: "a" },
      { account: "two", room: "b" },
    ],
    null,
  );
  await waits("the room to be told of its link", () => platforms.two.notices("b").length > 0);
  platforms.two.onCall = ({ room }) => (room === "b" ? { kind: "throttle", ms: 100 } : null);
  platforms.one.say("a", "anna", "held up");
  await waits("the alarm in both rooms", () => run.told("one").length > 0 && run.told("two").length > 0);
  assert.match(run.told("one")[0] ?? "", /^Alarm: room two:b stands still since /);
  platforms.two.onCall = () => null;
  await waits("its end", () => run.told("one").length > 1);
  assert.deepEqual(platforms.two.texts("b"), ["held up"]);
  assert.match(run.told("one")[1] ?? "", /^Over: room two:b goes on/);
  assert.equal(run.told("one").length, 2);
});

void test("whoever monitors it is told how it is, on an address of its own", async (t) => {
  const [port = 0] = await freePorts(1);
  const run = await startWatched(join(folder, "served"), { port });
  t.after(() => run.gateway.stop());
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const health = () => healthAt(port);
  await waits("it to be well", async () => (await health()).code === 200);
  assert.equal((await get("/live")).status, 200);
  assert.equal((await get("/")).status, 404);

  await waits("the rooms for alarms to be linked", () => isLinked(run));
  run.platforms.one.say(OPS, "anna", "hello");
  const metrics = async () => (await get("/metrics")).text();
  const said = 'mimi_gateway_events_total{account="one",bridge="fake",direction="in"} ';
  await waits("what was said to be counted", async () => (await metrics()).includes(said));
  const text = await metrics();
  for (const line of [
    'mimi_gateway_account_up{account="one",bridge="fake"} 1',
    'mimi_gateway_rooms{account="two",bridge="fake"} 1',
    'mimi_gateway_events_total{account="two",bridge="fake",direction="out"} 1',
    'mimi_gateway_commit_seconds_count{unit="progress"}',
    'mimi_gateway_alarms{account="one",bridge="fake",code="account_silent"} 0',
    "mimi_gateway_held_polls 0",
    "process_resident_memory_bytes ",
  ])
    assert.ok(text.includes(line), `${line} in ${text}`);
  assert.ok(!text.includes(`="${OPS}"`), "no room is named");

  run.mute.add("two");
  await waits("it to be unwell", async () => (await health()).code === 503);
  const { status, faults } = await health();
  assert.equal(status, "fault");
  assert.deepEqual(
    faults.map(({ account, code }) => [account, code]),
    [["two", "account_silent"]],
  );
  assert.equal((await get("/live")).status, 200);
  const alarm = 'mimi_gateway_alarms{account="two",bridge="fake",code="account_silent"} 1';
  await waits("the metric of the alarm", async () => (await metrics()).includes(alarm));
  assert.ok((await metrics()).includes('mimi_gateway_account_up{account="two",bridge="fake"} 0'));
});
