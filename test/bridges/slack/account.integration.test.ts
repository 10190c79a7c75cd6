import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ListeningHost } from "../../support/listening-host.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const GENERAL = "C0GENERAL" as NativeRoom;
const LAB = "C0LAB" as NativeRoom;
const SECRET = "C0SECRET" as NativeRoom;

const rejected = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.code === code && words.test(error.detail);

void describe("a Slack account", () => {
  let simulator: SlackSimulator;
  let account: SlackAccount | null = null;
  beforeEach(async () => {
    simulator = await startSlackSimulator({ limits: "off" });
  });
  afterEach(async () => {
    await account?.stop();
    account = null;
    await simulator.stop();
  });

  function make(keys: Record<string, string> = {}): SlackAccount {
    const whole = {
      token: simulator.workspace().botToken,
      app_token: simulator.app.appToken,
      api: simulator.apiUrl,
      ...keys,
    };
    account = new SlackAccount(slackConfig({ name: "slack", ...slackConfigSchema.parse(whole) }), log, {
      maxBytes: 1_000,
      allow: [],
    });
    return account;
  }

  void it("refuses to start with a token that Slack does not know, and says what to do", async () => {
    await assert.rejects(
      make({ token: "xoxb-wrong" }).start(new ListeningHost()),
      rejected("account_refused", /copy it again/),
    );
  });

  void it("refuses to start with an app token that Slack does not know", async () => {
    await assert.rejects(
      make({ app_token: "xapp-wrong" }).start(new ListeningHost()),
      rejected("account_refused", /invalid_auth/),
    );
  });

  void it("with a token is not installed by a link, and says what would have to be", async () => {
    const one = make();
    await one.start(new ListeningHost());
    await assert.rejects(one.installLink(), rejected("install_unavailable", /client_id, client_secret/));
  });

  void it("refuses the token of another workspace", async () => {
    await assert.rejects(
      make({ team: "T0OTHER" }).start(new ListeningHost()),
      rejected("account_refused", /T0SIM, not for T0OTHER/),
    );
  });

  void it("waits for a Slack that can't be reached, and comes up with it", async () => {
    simulator.faults.outage = true;
    const one = make();
    await one.start(new ListeningHost());
    assert.equal(one.health().state, "down");
    simulator.faults.outage = false;
    await eventually("the account to be up", () => one.health().state === "up");
  });

  void it("enters a public channel to look at it, and can't enter a private one uninvited", async () => {
    const one = make();
    await one.start(new ListeningHost());
    const { name, topic } = await one.inspect(LAB);
    assert.deepEqual({ name, topic }, { name: "lab", topic: "Experiments" });
    assert.ok(simulator.workspace().channel(LAB).members.includes(simulator.workspace().botUser));
    await assert.rejects(one.inspect(SECRET), rejected("room_unreachable", /invite/));
  });

  void it("acknowledges nothing before it is written", async () => {
    const one = make();
    const own = new ListeningHost();
    await one.start(own);
    one.join(GENERAL, null);
    await eventually("the channel to be entered", () => own.readied.includes(GENERAL));
    const gate = Promise.withResolvers<void>();
    own.gate = gate.promise;
    const before = simulator.events.taken.length;
    const ts = simulator.workspace().people.post(GENERAL, "U0BOB", "wait for the disk");
    const { asked } = own;
    await eventually("the event to be heard", () => own.asked > asked);
    assert.equal(simulator.events.taken.length, before);
    gate.resolve();
    await simulator.events.settled();
    assert.deepEqual([...new Set(own.keys)], [`${GENERAL}:${ts}`]);
  });

  void it("hands over nothing of channels that are not linked", async () => {
    const one = make();
    const own = new ListeningHost();
    await one.start(own);
    simulator.workspace().people.post(GENERAL, "U0BOB", "private to the workspace");
    await simulator.events.settled();
    assert.deepEqual(own.accepted, []);
  });

  void it("says in its health that the app was taken out of the workspace", async () => {
    const one = make();
    await one.start(new ListeningHost());
    simulator.workspace().uninstall();
    await eventually("the health to say so", () => {
      const health = one.health();
      return health.state === "down" && /taken out of the workspace/.test(health.reason ?? "");
    });
  });

  void it("opens a socket anew when it ends, and is up again", async () => {
    const one = make();
    await one.start(new ListeningHost());
    assert.equal(one.health().state, "up");
    simulator.events.sockets.drop();
    await eventually("another socket", () => {
      const opened = simulator.calls.filter(({ method }) => method === "apps.connections.open");
      return opened.length >= 2 && one.health().state === "up";
    });
  });
});
