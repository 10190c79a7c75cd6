import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { ALICE, holds, runs, textsThere, together } from "./faults-run.ts";
import { FROM, type SlackRun } from "./slack-gateway.ts";

const RETRIES = [0, 500, 2_000];
const options = { http: true, simulator: { limits: "off", retries: RETRIES } } as const;

/** The one SQLite file of the gateway. */
function storeFile({ folder }: SlackRun): string {
  const [found = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".sqlite"),
  );
  return join(folder, found);
}

/** Posts an event of Slack's form, signed as the app's. Resolves with the status. */
async function send({ here }: SlackRun, body: Readonly<Record<string, unknown>>): Promise<number> {
  const text = JSON.stringify(body);
  const seconds = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac("sha256", here.app.signingSecret)
    .update(`v0:${seconds}:${text}`)
    .digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-slack-request-timestamp": seconds,
    "x-slack-signature": `v0=${signature}`,
  };
  return (await fetch(here.events.url ?? "", { method: "POST", body: text, headers })).status;
}

void describe("Slack's requests", together, () => {
  const begin = runs("slack-http");

  void it("are taken once the store takes them, after Slack's retries, once", async (test) => {
    const run = await begin(test, options);
    const { people } = run.here.workspace();
    people.post(FROM, ALICE, "before");
    await holds(run, ["before"]);
    await run.here.events.settled();
    const lock = new DatabaseSync(storeFile(run), { timeout: 30_000 });
    lock.exec("BEGIN IMMEDIATE");
    const { attempts } = run.here.events;
    const taken = run.here.events.taken.length;
    people.post(FROM, ALICE, "while the store is away");
    try {
      await run.here.events.attempted(attempts + 1);
      assert.equal(run.here.events.taken.length, taken, "nothing was acknowledged");
    } finally {
      lock.exec("ROLLBACK");
      lock.close();
    }
    people.post(FROM, ALICE, "after");
    await run.here.events.settled();
    await holds(run, ["before", "while the store is away", "after"]);
    assert.deepEqual(run.here.events.lost, []);
  });

  void it("with a wrong signature or an old time change nothing, and count when they come rightly", async (test) => {
    const run = await begin(test, options);
    const { people } = run.here.workspace();
    const refusing = async (text: string, end: () => void): Promise<void> => {
      const { attempts } = run.here.events;
      people.post(FROM, ALICE, text);
      await run.here.events.attempted(attempts + 1);
      assert.ok(!textsThere(run).includes(text));
      end();
      await run.here.events.settled();
    };
    run.here.faults.forgedSignatures = true;
    await refusing("forged", () => (run.here.faults.forgedSignatures = false));
    run.here.faults.signatureSkewMs = -301_000;
    await refusing("old", () => (run.here.faults.signatureSkewMs = 0));
    await holds(run, ["forged", "old"]);
  });

  void it("of another workspace are not taken", async (test) => {
    const run = await begin(test, options);
    const event = { type: "message", channel: FROM, user: ALICE, text: "foreign", ts: "1790000000.000100" };
    const status = await send(run, { type: "event_callback", team_id: "T0OTHER", event });
    assert.ok(status >= 400, `${status}`);
    run.here.workspace().people.post(FROM, ALICE, "own");
    await holds(run, ["own"]);
  });

  void it("answer Slack's challenge", async (test) => {
    const run = await begin(test, options);
    await run.here.events.verifyUrl(run.here.events.url ?? "");
  });

  void it("that Slack gave up while it could not reach the gateway are made up for when it can", async (test) => {
    const run = await begin(test, options);
    const { people } = run.here.workspace();
    const { events } = run.here;
    people.post(FROM, ALICE, "before");
    await holds(run, ["before"]);
    const { url } = events;
    events.useUrl("http://127.0.0.1:9/slack/events");
    people.post(FROM, ALICE, "given up");
    await eventually("Slack to give up", () => events.lost.length === 1);
    const { attempts } = events;
    people.post(FROM, ALICE, "just in time");
    await events.attempted(attempts + 2);
    events.useUrl(url);
    await holds(run, ["before", "given up", "just in time"]);
  });

  void it("that come while the gateway is away are made up for", async (test) => {
    const run = await begin(test, options);
    const { people } = run.here.workspace();
    await run.away(() => void people.post(FROM, ALICE, "to nobody"));
    people.post(FROM, ALICE, "to somebody");
    await run.here.events.settled();
    await holds(run, ["to nobody", "to somebody"]);
  });
});
