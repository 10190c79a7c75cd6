import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { surroundings } from "../../../bridges/slack/entry.ts";
import { type Door, HttpListeners } from "../../../bridges/slack/http-listeners.ts";
import type { Address } from "../../../core/http/shared-listeners.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ListeningHost } from "../../support/listening-host.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const GENERAL = "C0GENERAL" as NativeRoom;

/** Opens nothing, and shows who came and is still there. */
class SeenListeners extends HttpListeners {
  readonly doors: Door[] = [];
  readonly open = new Set<Door>();
  /** Every address is had when it resolves. */
  gate: Promise<void> = Promise.resolve();

  override async add(_address: Address, door: Door): Promise<() => Promise<void>> {
    this.doors.push(door);
    await this.gate;
    this.open.add(door);
    return () => Promise.resolve(void this.open.delete(door));
  }
}

void describe("a Slack account that is stopped", () => {
  let simulator: SlackSimulator;
  beforeEach(async () => {
    simulator = await startSlackSimulator({ limits: "off" });
  });
  afterEach(async () => simulator.stop());

  function make(transport: Record<string, string>, listeners = new SeenListeners()): SlackAccount {
    const keys = { token: simulator.workspace().botToken, api: simulator.apiUrl, ...transport };
    const config = slackConfig({ name: "slack", ...slackConfigSchema.parse(keys) });
    const media = { maxBytes: 1_000, allow: [] };
    return new SlackAccount(config, log, media, undefined, { ...surroundings(), listeners });
  }
  const sockets = () => ({ app_token: simulator.app.appToken });
  const http = () => ({ signing_secret: simulator.app.signingSecret, listen: "127.0.0.1:1" });

  void it("takes nothing more, so that Slack sends it again", async () => {
    const listeners = new SeenListeners();
    const one = make(http(), listeners);
    const host = new ListeningHost();
    await one.start(host);
    one.join(GENERAL, null);
    await eventually("the channel to be entered", () => host.readied.includes(GENERAL));
    const deliver = listeners.doors[0]?.events?.deliver;
    assert.ok(deliver);
    const event = { type: "message", channel: GENERAL, user: "U0BOB", ts: "1800000000.000100", text: "late" };
    const body = { type: "event_callback", team_id: simulator.workspace().id, event };
    await deliver(body);
    await one.stop();
    await assert.rejects(deliver({ ...body, event: { ...event, ts: "1800000001.000100" } }), /no more/);
    assert.deepEqual(host.keys, [`${GENERAL}:1800000000.000100`]);
    assert.equal(listeners.open.size, 0);
  });

  void it("opens no socket any more where it was still asking who it is", async () => {
    const answered = Promise.withResolvers<void>();
    simulator.faults.onCall = ({ method }) =>
      method === "bots.info" ? { kind: "late", until: answered.promise } : null;
    const one = make(sockets());
    const host = new ListeningHost();
    const started = one.start(host).catch(() => undefined);
    await eventually("the question", () => simulator.calls.some(({ method }) => method === "bots.info"));
    await one.stop();
    answered.resolve();
    await started;
    const opened = simulator.calls.filter(({ method }) => method === "apps.connections.open");
    assert.equal(opened.length, 0);
    assert.equal(one.health().state, "down");
  });

  void it("leaves an address that it only just gets", async () => {
    const had = Promise.withResolvers<void>();
    const listeners = new SeenListeners();
    listeners.gate = had.promise;
    const one = make(http(), listeners);
    const started = one.start(new ListeningHost()).catch(() => undefined);
    await eventually("the address to be asked for", () => listeners.doors.length === 1);
    await one.stop();
    had.resolve();
    await started;
    assert.equal(listeners.open.size, 0);
    assert.equal(one.health().state, "down");
  });
});
