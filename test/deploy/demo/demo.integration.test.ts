import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../support/servers.ts";
import { assertCrossed } from "./crossed.ts";
import { type DemoRun, processesOf, runDemo, standsStill } from "./running-demo.ts";

const folders = temporaryFolder("demo-test");

/** What the demo has to show, by the first column of its table. */
const FEATURES = [
  "plain text",
  "styling (0393)",
  "code block (0393)",
  "markup (0394)",
  "link",
  "spoiler (0382)",
  "emote (0245)",
  "place (0080)",
  "mention (0372)",
  "correction (0308)",
  "retraction (0424)",
  "reply (0461)",
  "reaction (0444)",
  "one fewer (0444)",
  "thread",
  "thread, continued",
  "file (0363, 0066)",
  "file from the web",
  "typing (0085)",
  "topic (0045)",
  "room name (0045)",
];

/** There is a test of its own with a Synapse. */
const env = { MIMI_SYNAPSE: join(folders, "nowhere") };

const demo = (line: readonly string[], act: DemoRun["act"] = () => {}) =>
  runDemo(line, { folders, env, act });

async function killGateway(pid: number, folder: string): Promise<void> {
  await standsStill(pid);
  const gateway = [...processesOf(folder)].find(([, command]) => command.includes("gateway-mimi.localhost"));
  assert.ok(gateway);
  process.kill(gateway[0], "SIGKILL");
  process.kill(pid, "SIGCONT");
}

/** Runs the demo to its end, and ends the gateway by force when this was printed, and nothing done after it. */
async function killedAt(line: string): ReturnType<typeof demo> {
  const kills: Promise<void>[] = [];
  const act: DemoRun["act"] = (printed, pid, folder) => {
    if (kills.length === 0 && printed.includes(line)) kills.push(killGateway(pid, folder));
  };
  const outcome = await runDemo(["--once"], { folders, env, stopsAt: line, act });
  await Promise.all(kills);
  return outcome;
}

void describe("npm run demo", async () => {
  await it("shows both transcripts and every feature, is content and leaves nothing behind", async () => {
    const { code, printed, left, files } = await demo(["--once"]);
    assert.equal(code, 0, printed);
    assert.match(printed, /^tea@rooms\.localhost\n/m);
    assert.match(printed, /carla +Yes, we hear you in the coffee room\. +arrived after \d+ ms/);
    assert.match(printed, /anna +Hello! Is anybody over there\? +arrived after \d+ ms/);
    assert.match(printed, /26 lines crossed/);
    assert.match(printed, /the archives of tea and coffee agree/);
    const shown = printed.split("\n").filter((row) => /, \d+ ms$/.test(row));
    for (const feature of FEATURES) {
      const row = shown.find((one) => one.startsWith(`${feature}  `));
      assert.match(row ?? `no row ${feature}`, /  arrived, \d+ ms$/);
    }
    assert.match(printed, /every feature arrived in the other room, once/);
    assert.match(
      printed,
      /there is no Synapse here, and none could be had: run: sh deploy\/setup\/prepare\.sh/,
    );
    assert.match(printed, /demo: the demo goes on without Matrix/);
    assertCrossed(printed, ["#lab", "harbour", "island"]);
    assert.match(printed, /it is not Slack, and nothing reaches any workspace/);
    assert.deepEqual([[...left.values()], files], [[], []]);
  });

  await it("fails and says what is missing when the gateway dies", async () => {
    const { code, printed, left } = await killedAt("everybody talks");
    assert.equal(code, 1, printed);
    assert.match(printed, /demo: missing in (tea|coffee)@rooms\.localhost: <\w+> /);
    assert.deepEqual([...left.values()], []);
  });

  await it("shows the features that did not arrive", async () => {
    const { code, printed } = await killedAt("everybody uses every feature");
    assert.equal(code, 1, printed);
    assert.match(printed, /^room name .* -  +MISSING$/m);
    assert.match(printed, /^demo: topic \(0045\): MISSING: the topic is/m);
    assert.doesNotMatch(printed, /every feature arrived/);
    assert.doesNotMatch(printed, /channel #lab/);
    assert.match(printed, /the archives of tea and coffee agree/);
  });

  await it("stays up until it is interrupted, tells how to take part, and stops everything", async () => {
    let asked = false;
    const { code, printed, left, files } = await demo([], (text, pid) => {
      if (asked || !text.includes("its log: ")) return;
      asked = true;
      process.kill(pid, "SIGINT");
    });
    assert.equal(code, 0, printed);
    assert.match(printed, /visitor@localhost +password {2}demo\n +server +127\.0\.0\.1, port \d+/);
    assert.match(printed, /curl http:\/\/127\.0\.0\.1:\d+\/channels\/C0LAB\n/);
    assert.deepEqual([[...left.values()], files], [[], []]);
  });

  await it("shows the same across two gateways", async () => {
    const { code, printed, left, files } = await demo(["--federated", "--once"]);
    assert.equal(code, 0, printed);
    assert.match(printed, /south: mimi-gateway redeem mtp1:north\.example:/);
    assert.match(printed, /26 lines crossed/);
    assert.match(printed, /every feature arrived in the other room, once/);
    assert.deepEqual([[...left.values()], files], [[], []]);
  });

  await it("can be interrupted while it starts", async () => {
    let asked = false;
    const { code, left } = await demo(["--once"], (text, pid) => {
      if (asked || !text.includes("starting prosody")) return;
      asked = true;
      process.kill(pid, "SIGTERM");
    });
    assert.equal(code, 130);
    assert.deepEqual([...left.values()], []);
  });
});
