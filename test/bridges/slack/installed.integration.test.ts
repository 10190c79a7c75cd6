/** Accounts that are installed by links, in a whole gateway: workspaces with an app each, on one port. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { surroundings } from "../../../bridges/slack/entry.ts";
import { EVENTS_PATH } from "../../../bridges/slack/events-route.ts";
import type { Pace } from "../../../bridges/slack/limits.ts";
import { type RunningGateway, startGateway } from "../../../core/gateway.ts";
import { createLogger } from "../../../core/log.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { usualWorkspace } from "../../slack/usual-workspace.ts";
import { fileLog } from "../../support/harness.ts";
import { harnessConfig } from "../../support/harness-config.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { Browser } from "./browser.ts";

const folder = temporaryFolder("slack-installed");
const LAB = "C0LAB";
const BOB = "U0BOB";
const unhurried: Pace = { take: () => 0, refused: () => undefined };

void describe("accounts that are installed by links", () => {
  const simulators = new Map<string, SlackSimulator>();
  let gateway: RunningGateway;
  let restart: () => Promise<void>;

  before(async () => {
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    for (const [name, nth] of [
      ["here", 1],
      ["there", 2],
      ["sockets", 3],
    ] as const) {
      const slack = await startSlackSimulator({
        limits: "off",
        tokenRotation: true,
        app: { id: `A0APP${nth}`, clientId: `1.${nth}`, signingSecret: `simulated signing secret ${nth}` },
        redirectUrls: [url],
        ...(name !== "sockets" && { eventsUrl: `${url}${EVENTS_PATH}` }),
        workspaces: [{ ...usualWorkspace, id: `T0TEAM${nth}`, name, scopes: null }],
      });
      simulators.set(name, slack);
    }
    const accounts = [...simulators].map(([name, { app, apiUrl }]) => ({
      name,
      bridge: "slack" as const,
      ...slackConfigSchema.parse({
        client_id: app.clientId,
        client_secret: app.clientSecret,
        ...(name === "sockets" ? { app_token: app.appToken } : { signing_secret: app.signingSecret }),
        public_url: url,
        listen: `127.0.0.1:${port}`,
        api: apiUrl,
      }),
    }));
    const start = async () => {
      const around = surroundings();
      gateway = await startGateway(
        harnessConfig({ folder }, accounts),
        (account, { log, media }) => new SlackAccount(slackConfig(account), log, media, unhurried, around),
        fileLog(folder),
      );
    };
    restart = async () => {
      await gateway.stop();
      await start();
    };
    await start();
  });
  after(async () => {
    await gateway.stop();
    for (const slack of simulators.values()) await slack.stop();
  });

  const of = (name: string): SlackSimulator => {
    const slack = simulators.get(name);
    assert.ok(slack);
    return slack;
  };
  const side = (name: string) => of(name).workspace();
  const healthOf = async (name: string) =>
    (await gateway.operations.status()).accounts.find(({ account }) => account === name)?.health;
  const say = (name: string, text: string) => side(name).people.post(LAB, BOB, text);
  const shown = (name: string, text: string) =>
    side(name)
      .messages(LAB)
      .filter((message) => message.text === text && message.botId !== null).length;
  const arrived = (name: string, text: string) =>
    eventually(`${text} in ${name}`, () => shown(name, text) > 0, 60_000);
  const up = (name: string) =>
    eventually(`account ${name} to be up`, async () => (await healthOf(name))?.state === "up", 60_000);

  async function install(name: string): Promise<void> {
    const { url } = await gateway.operations.secrets.installLink(name);
    assert.equal((await new Browser().visit(url)).status, 200);
    await up(name);
  }

  void it("say in the status what to do until they are installed", async () => {
    const health = await eventually("the account to say something", async () => {
      const now = await healthOf("here");
      return now?.state === "down" && now.reason !== null ? now : null;
    });
    assert.match(health.reason ?? "", /not installed.*slack install here/);
    const early = await gateway.operations.secrets.list();
    assert.deepEqual(early, []);
  });

  void it("connect as soon as somebody has let them in, and carry messages both ways over one port", async () => {
    await install("here");
    await install("there");
    const rooms = [
      { account: "here", room: LAB },
      { account: "there", room: LAB },
    ];
    await gateway.operations.link(rooms, null);
    await eventually("the channels to be live", async () =>
      (await gateway.operations.status()).bindings.every(({ lastError }) => lastError === null),
    );
    say("here", "from here");
    say("there", "from there");
    await arrived("there", "from here");
    await arrived("here", "from there");
    assert.deepEqual([shown("here", "from here"), shown("there", "from there")], [0, 0]);
  });

  void it("need an address for browsers alone where their events come by Socket Mode", async () => {
    await install("sockets");
    await gateway.operations.link(
      [
        { account: "here", room: LAB },
        { account: "sockets", room: LAB },
      ],
      null,
    );
    say("sockets", "by a socket");
    await arrived("here", "by a socket");
    await arrived("there", "by a socket");
  });

  void it("come back after a restart, also with another key for what the store keeps", async () => {
    const { key, secrets } = await gateway.operations.secrets.rotate();
    assert.deepEqual([key, secrets], [2, 3]);
    await restart();
    await up("here");
    await up("there");
    await up("sockets");
    say("here", "after the restart");
    await arrived("there", "after the restart");
  });

  void it("get new tokens when theirs have ended in the middle of a conversation, and lose nothing", async () => {
    const before = of("there").calls.length;
    for (const n of [1, 2, 3]) say("here", `before the end ${n}`);
    of("there").clock.advance(12 * 3_600_000);
    for (const n of [4, 5, 6]) say("here", `after the end ${n}`);
    for (const n of [1, 2, 3]) await arrived("there", `before the end ${n}`);
    for (const n of [4, 5, 6]) await arrived("there", `after the end ${n}`);
    const renewals = of("there")
      .calls.slice(before)
      .filter((call) => call.arguments["grant_type"] === "refresh_token");
    assert.equal(renewals.length, 1);
    for (const n of [1, 2, 3]) assert.equal(shown("there", `before the end ${n}`), 1);
    for (const n of [4, 5, 6]) assert.equal(shown("there", `after the end ${n}`), 1);
  });

  void it("stop with a remedy when the app is taken out, and go on where they were when it is installed again", async () => {
    side("there").uninstall();
    const health = await eventually("the account to be down", async () => {
      const now = await healthOf("there");
      return now?.state === "down" ? now : null;
    });
    assert.match(health.reason ?? "", /taken out of the workspace.*slack install there/s);
    say("here", "said to nobody yet");
    say("there", "said while nobody listened");
    await eventually("it to wait", async () =>
      (await gateway.operations.status()).bindings.some(
        ({ account, behind }) => account === "there" && behind > 0,
      ),
    );
    await install("there");
    await arrived("there", "said to nobody yet");
    await arrived("here", "said while nobody listened");
    assert.deepEqual(
      [shown("there", "said to nobody yet"), shown("here", "said while nobody listened")],
      [1, 1],
    );
    assert.equal((await gateway.operations.status()).setAside, 0);
  });
});

void describe("an account whose token is wrong", () => {
  void it("says so in the status, with what to do", async () => {
    const slack = await startSlackSimulator({ limits: "off" });
    const keys = { token: "xoxb-wrong", app_token: slack.app.appToken, api: slack.apiUrl };
    const account = { name: "wrong", bridge: "slack" as const, ...slackConfigSchema.parse(keys) };
    const gateway = await startGateway(
      harnessConfig({ folder: join(folder, "wrong") }, [account]),
      (one, { log, media }) => new SlackAccount(slackConfig(one), log, media, unhurried),
      createLogger({ level: "error", bodies: false, stream: { write: () => undefined } }),
    );
    try {
      const health = await eventually("the account to say why", async () => {
        const [now] = (await gateway.operations.status()).accounts;
        return now?.health?.state === "down" && now.health.reason?.includes("account_refused")
          ? now.health
          : null;
      });
      assert.match(health.reason ?? "", /invalid_auth.*copy it again/);
    } finally {
      await gateway.stop();
      await slack.stop();
    }
  });
});
