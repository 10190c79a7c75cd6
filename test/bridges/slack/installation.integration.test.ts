/** The tokens of an installed app, on the simulator: renewed in time, by one process at a time, and never lost. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Installation } from "../../../bridges/slack/installation.ts";
import { OAuth } from "../../../bridges/slack/oauth.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { createLogger } from "../../../core/log.ts";
import { SimulatedClock } from "../../slack/clock.ts";
import type { SimulatorOptions } from "../../slack/settings.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { clientOf } from "../../slack/stage.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { MemorySecrets } from "../../support/memory-secrets.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const HOUR = 3_600_000;
const REDIRECT = "https://mimi.example.org/slack/oauth";

/** What the processes of one gateway share. */
class House {
  readonly secrets = new MemorySecrets();
  #busy = false;

  async alone<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#busy) return null;
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}

void describe("the tokens of an installed app", () => {
  let slack: SlackSimulator;
  let house: House;
  const opened: Installation[] = [];
  const begin = async (options: SimulatorOptions = {}): Promise<void> => {
    slack = await startSlackSimulator({
      limits: "off",
      tokenRotation: true,
      clock: new SimulatedClock(1_790_000_000_000),
      ...options,
    });
  };
  beforeEach(() => {
    house = new House();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) one.close();
    await slack.stop();
  });

  const oauth = (): OAuth => {
    const { clientId, clientSecret } = slack.app;
    return new OAuth({ clientId, clientSecret, api: slack.apiUrl });
  };

  function open(secrets = house.secrets): Installation {
    const one = new Installation({
      name: "slack",
      oauth: oauth(),
      secrets,
      alone: (work) => house.alone(work),
      log,
      now: () => slack.clock.now(),
    });
    opened.push(one);
    return one;
  }

  /** The app is let in by somebody. */
  async function install(into: Installation): Promise<string> {
    const asked = { state: "s", redirect: REDIRECT, scopes: ["chat:write", "users:read"], team: "T0SIM" };
    const answer = await fetch(oauth().authorizeUrl(asked), { redirect: "manual" });
    const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const grant = await oauth().redeem(code, REDIRECT);
    assert.equal(grant.team?.id, "T0SIM");
    await into.keep(grant.team.id, grant);
    return grant.token;
  }

  const refreshes = (): number =>
    slack.calls.filter((call) => call.arguments["grant_type"] === "refresh_token").length;
  const isGood = async (token: string): Promise<boolean> =>
    clientOf(slack, token)
      .auth.test()
      .then(() => true)
      .catch(() => false);

  void it("are renewed while the old ones are still good, and nobody waits for that", async () => {
    await begin();
    const one = open();
    const first = await install(one);
    slack.clock.advance(9 * HOUR);
    assert.equal(await one.token(), first);
    assert.equal(refreshes(), 0);
    slack.clock.advance(1.5 * HOUR);
    assert.equal(await one.token(), first, "the old one goes on meanwhile");
    const second = await eventually("a new token", async () => {
      const token = await one.token();
      return token === first ? null : token;
    });
    assert.equal(refreshes(), 1);
    slack.clock.advance(2 * HOUR);
    assert.equal(await isGood(first), false);
    assert.equal(await isGood(second), true);
    assert.equal(await open().token(), second, "it is what the next process finds");
  });

  void it("are renewed once, however many processes find them at their end", async () => {
    await begin();
    await install(open());
    const [one, two] = [open(), open()];
    await Promise.all([one.token(), two.token()]);
    slack.clock.advance(13 * HOUR);
    const tokens = await Promise.all([one.token(), two.token(), one.token(), two.token()]);
    assert.equal(new Set(tokens).size, 1);
    assert.equal(await isGood(tokens[0]), true);
    assert.equal(refreshes(), 1);
  });

  void it("are renewed where Slack says that they have ended, whatever the clock here says", async () => {
    await begin();
    const first = await install(open());
    const one = open();
    const second = await one.instead(first, "token_expired");
    assert.notEqual(second, first);
    assert.equal(await one.instead(first, "token_expired"), second, "once for all calls that it has failed");
    assert.equal(refreshes(), 1);
    assert.equal(await one.instead(second ?? "", "token_revoked"), null);
    assert.equal(refreshes(), 1, "what was revoked is not renewed");
  });

  void it("are not lost where the store does not take them at once", async () => {
    await begin();
    const full = new MemorySecrets();
    const first = await install(open(full));
    const one = open(full);
    const set = full.set.bind(full);
    full.set = () => Promise.reject(new GatewayError("store_full", "no room"));
    const second = await one.instead(first, "token_expired");
    assert.equal(await isGood(second ?? ""), true);
    assert.equal(await one.token(), second);
    full.set = set;
    await eventually("the pair to be stored", async () => (await open(full).token()) === second);
  });

  void it("go on to their end where a crash came between Slack's answer and the store; then they say what to do", async () => {
    await begin();
    const first = await install(open());
    const before = await house.secrets.get("installation");
    slack.clock.advance(11 * HOUR);
    await open().instead(first, "token_expired");
    await house.secrets.set("installation", before ?? "");
    const one = open();
    assert.equal(await one.token(), first);
    await eventually("the attempt to renew it", () => refreshes() === 2);
    assert.equal(await one.token(), first);
    slack.clock.advance(2 * HOUR);
    await assert.rejects(
      one.token(),
      (error) =>
        error instanceof DeliveryError &&
        error.code === "account_refused" &&
        error.certainty === "certain" &&
        /mimi-gateway slack install slack/.test(error.detail),
    );
    const again = await install(one);
    assert.equal(await one.token(), again, "a new installation cures it");
  });

  void it("wait where Slack can't be reached at their end", async () => {
    await begin();
    await install(open());
    slack.clock.advance(13 * HOUR);
    slack.faults.outage = true;
    const one = open();
    await assert.rejects(
      one.token(),
      (error) => error instanceof DeliveryError && error.code === "account_down" && error.retry === "after",
    );
    slack.faults.outage = false;
    assert.equal(await isGood(await one.token()), true);
  });

  void it("that do not end are given for such that do, where the app has it so since", async () => {
    await begin({ tokenRotation: false });
    const first = await install(open());
    const one = open();
    await one.rotate();
    assert.equal(await one.token(), first, "the app has it not so");
    slack.rotateTokens();
    await one.rotate();
    const second = await one.token();
    assert.notEqual(second, first);
    assert.deepEqual([await isGood(first), await isGood(second)], [false, true]);
  });
});
