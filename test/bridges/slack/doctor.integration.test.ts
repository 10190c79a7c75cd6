import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FindingReport } from "../../../core/doctor-operations.ts";
import { ALL_SCOPES } from "../../slack/app.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun } from "./slack-gateway.ts";

const ALICE = "U0ALICE";

type Findings = ReadonlyMap<string, FindingReport>;

async function examined(run: SlackRun, account = "here"): Promise<Findings> {
  const { accounts } = await run.gateway().operations.doctor(account);
  return new Map(accounts.flatMap(({ findings }) => findings.map((one) => [one.check, one] as const)));
}

const stateOf = (findings: Findings, check: string) => findings.get(check)?.state;

async function said(run: SlackRun, words: string): Promise<void> {
  run.here.workspace().people.post(FROM, ALICE, words);
  await run.shows(words, (all) => carried(all).some(({ text }) => text === words));
}

void describe("the doctor, of an app by Socket Mode", () => {
  const folder = temporaryFolder("slack-doctor");
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder);
    await said(run, "something to hear");
  });
  after(() => run.stop());

  void it("finds all in order, and says whose the token is and how fast history is read", async () => {
    const findings = await examined(run);
    for (const check of [
      "connection",
      "token",
      "scopes",
      "app-token",
      "events",
      "clock",
      "history",
      "rename",
      `room:${FROM}`,
      `channel:${FROM}`,
    ])
      assert.equal(
        stateOf(findings, check),
        "ok",
        `${check}: ${findings.get(check)?.detail ?? "is not there"}`,
      );
    assert.match(
      findings.get("token")?.detail ?? "",
      /of workspace T0SIM \(https:\/\/simulated\.slack\.com\/\)$/,
    );
    assert.match(findings.get("history")?.detail ?? "", /^tier 3.*10,000 missed messages in 1 min/);
    assert.match(findings.get("sockets")?.detail ?? "", /^[12] of 2 are open$/);
    assert.match(findings.get("rename")?.detail ?? "", /may rename 0 of 1/);
  });

  void it("names no secret", async () => {
    const { accounts } = await run.gateway().operations.doctor(null);
    const all = JSON.stringify(accounts);
    for (const simulator of [run.here, run.there])
      for (const secret of [simulator.workspace().botToken, simulator.app.appToken])
        assert.ok(!all.includes(secret));
  });

  void it("finds a channel that the app was taken out of, and one that is archived", async () => {
    const { people } = run.here.workspace();
    people.removeBot(FROM, ALICE);
    const out = (await examined(run)).get(`channel:${FROM}`);
    assert.equal(out?.state, "fault");
    assert.match(out?.remedy ?? "", /\/invite/);
    people.inviteBot(FROM, ALICE);
    people.archive(FROM, ALICE);
    const archived = await eventually("the archived channel", async () => {
      const found = (await examined(run)).get(`channel:${FROM}`);
      return found?.detail.includes("archived") && found;
    });
    assert.equal(archived.state, "fault");
  });

  void it("finds a token that is good no more", async () => {
    run.here.workspace().revoke();
    const findings = await eventually("the token's end", async () => {
      const found = await examined(run);
      return stateOf(found, "token") === "fault" && stateOf(found, "connection") === "fault" && found;
    });
    assert.equal(stateOf(findings, "app-token"), "ok");
    assert.equal((await run.gateway().operations.doctor("here")).state, "fault");
  });
});

void describe("the doctor, of an app that lacks something", () => {
  const folder = temporaryFolder("slack-doctor-lacking");
  let run: SlackRun;
  before(async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== "pins:write" && scope !== "reactions:write");
    run = await linkedChannels(folder, {
      http: true,
      simulator: { limits: "off", scopes, history: "restricted" },
    });
  });
  after(() => run.stop());

  void it("says what each missing scope costs", async () => {
    const findings = await examined(run);
    assert.equal(stateOf(findings, "scopes"), undefined);
    assert.match(
      findings.get("scope:reactions:write")?.detail ?? "",
      /show the reactions of people elsewhere/,
    );
    assert.match(findings.get("scope:pins:write")?.remedy ?? "", /slack manifest/);
  });

  void it("says that repair is slow where Slack cuts history at 15", async () => {
    for (let i = 0; i < 20; i++) run.here.workspace().people.post(FROM, ALICE, `one of many, ${i}`);
    const history = (await examined(run)).get("history");
    assert.equal(history?.state, "warning");
    assert.match(history?.detail ?? "", /^15 messages a minute.*1,000 missed messages in 66 min/);
  });

  void it("looks at the form of the signing secret, and knows no sockets", async () => {
    const findings = await examined(run);
    assert.equal(stateOf(findings, "signing-secret"), "warning");
    assert.equal(stateOf(findings, "sockets"), undefined);
    assert.equal(stateOf(findings, "app-token"), undefined);
    assert.equal((await run.gateway().operations.doctor("here")).state, "warning");
  });
});
