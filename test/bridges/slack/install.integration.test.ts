/** The pages by which an app is installed, with the simulator's page of consent behind them. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { HttpListeners } from "../../../bridges/slack/http-listeners.ts";
import { Installs } from "../../../bridges/slack/install.ts";
import { CALLBACK_PATH } from "../../../bridges/slack/install-routes.ts";
import { SCOPES } from "../../../bridges/slack/manifest.ts";
import { OAuth } from "../../../bridges/slack/oauth.ts";
import { createLogger } from "../../../core/log.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import { usualWorkspace } from "../../slack/usual-workspace.ts";
import { MemorySecrets } from "../../support/memory-secrets.ts";
import { Browser } from "./browser.ts";

const lines: string[] = [];
const log = createLogger({ level: "debug", bodies: false, stream: { write: (line) => lines.push(line) } });
const START = 1_790_000_000_000;
const MINUTE = 60_000;

void describe("the link that installs an app", () => {
  let slack: SlackSimulator;
  let url: string;
  let leave: () => Promise<void>;
  let installs: Installs;
  let secrets: MemorySecrets;
  let now = START;
  let wanted: string | null = null;
  let served: string | null = null;
  const installed: string[] = [];

  before(async () => {
    slack = await startSlackSimulator({
      limits: "off",
      workspaces: [
        { ...usualWorkspace, scopes: null },
        { ...usualWorkspace, id: "T0OTHER", name: "Other <b>", scopes: null },
      ],
    });
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    const door = {
      secure: false,
      log,
      open: (secret: string) => installs.open(secret),
      back: (visit: Parameters<Installs["back"]>[0]) => installs.back(visit),
    };
    leave = await new HttpListeners().add({ host: "127.0.0.1", port }, { events: null, installs: door });
  });
  after(async () => {
    await leave();
    await slack.stop();
  });
  beforeEach(() => {
    [now, wanted, served, secrets] = [START, null, null, new MemorySecrets()];
    installed.length = 0;
    slack.faults.installsDenied = false;
    const { clientId, clientSecret } = slack.app;
    installs = new Installs({
      name: "slack",
      publicUrl: url,
      oauth: new OAuth({ clientId, clientSecret, api: slack.apiUrl }),
      secrets,
      log,
      now: () => now,
      wanted: () => Promise.resolve(wanted),
      servedBy: () => served,
      installed: (team, grant) => {
        installed.push(`${team} ${grant.token.slice(0, 5)}`);
        return Promise.resolve();
      },
    });
  });

  /** What everybody sees who has no business there. */
  const refusal = async (): Promise<string> =>
    (await new Browser().open(`${url}/slack/install/no-such-link`)).text;

  void it("leads to Slack with the scopes of the manifest, and back to a workspace that is connected", async () => {
    const { url: link, until } = await installs.link();
    assert.equal(until, START + 15 * MINUTE);
    const person = new Browser();
    const sent = await person.open(link);
    const to = new URL(sent.headers.get("location") ?? "");
    assert.equal(to.searchParams.get("scope"), Object.keys(SCOPES).join(","));
    assert.equal(to.searchParams.get("redirect_uri"), `${url}${CALLBACK_PATH}`);
    const shown = await person.visit(to.href);
    assert.deepEqual([shown.status, installed], [200, ["T0SIM xoxb-"]]);
    assert.match(shown.text, /Simulated Workspace is connected/);
    assert.deepEqual([...secrets.values.keys()], [], "nothing is left to be used again");
  });

  void it("is not used up by looking at its head, and is good once", async () => {
    const { url: link } = await installs.link();
    assert.equal((await new Browser().open(link, "HEAD")).status, 404);
    assert.equal((await new Browser().open(link)).status, 302);
    const again = await new Browser().open(link);
    assert.deepEqual([again.status, again.text], [404, await refusal()]);
    assert.equal(again.headers.get("cache-control"), "no-store");
  });

  void it("is given to one of two who open it at once", async () => {
    const { url: link } = await installs.link();
    const answers = await Promise.all([new Browser().open(link), new Browser().open(link)]);
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [302, 404],
    );
  });

  void it("ends after 15 minutes, and when another one is made", async () => {
    const first = await installs.link();
    const second = await installs.link();
    assert.equal((await new Browser().open(first.url)).status, 404);
    now += 15 * MINUTE;
    const late = await new Browser().open(second.url);
    assert.deepEqual([late.status, late.text], [404, await refusal()]);
  });

  void it("can be ended only by the browser that has begun, once, and within ten minutes", async () => {
    const { url: link } = await installs.link();
    const person = new Browser();
    const slackPage = (await person.open(link)).headers.get("location") ?? "";
    const back = (await person.open(slackPage)).headers.get("location") ?? "";
    const stranger = await new Browser().open(back);
    assert.deepEqual([stranger.status, stranger.text, installed], [404, await refusal(), []]);
    const noState = await person.open(back.replace(/state=[^&]*/, "state=x"));
    assert.deepEqual([noState.status, noState.text], [404, await refusal()]);
    assert.equal((await person.open(back)).status, 200);
    const replayed = await person.open(back);
    assert.deepEqual([replayed.status, replayed.text, installed.length], [404, await refusal(), 1]);

    const { url: slow } = await installs.link();
    const onward = (await person.open(slow)).headers.get("location") ?? "";
    now += 10 * MINUTE;
    assert.equal((await person.visit(onward)).status, 404);
    assert.equal(installed.length, 1);
  });

  void it("ends in nothing where somebody says no", async () => {
    slack.faults.installsDenied = true;
    const shown = await new Browser().visit((await installs.link()).url);
    assert.deepEqual([shown.status, installed], [403, []]);
    assert.match(shown.text, /not allowed/);
  });

  void it("ends in nothing at a workspace that it is not for, or that another account serves", async () => {
    // Slack lets a person choose another workspace than the one that was offered.
    const link = (await installs.link()).url;
    wanted = "T0OTHER";
    const person = new Browser();
    const offered = new URL((await person.open(link)).headers.get("location") ?? "");
    assert.equal(offered.searchParams.get("team"), "T0OTHER");
    offered.searchParams.set("team", "T0SIM");
    const wrong = await person.visit(offered.href);
    assert.deepEqual([wrong.status, installed], [403, []]);
    assert.match(wrong.text, /is for workspace T0OTHER/);
    served = "first";
    const taken = await new Browser().visit((await installs.link()).url);
    assert.match(taken.text, /account first serves it already/);
    served = null;
    const right = await new Browser().visit((await installs.link()).url);
    assert.match(right.text, /Other &lt;b&gt; is connected/);
    assert.deepEqual(installed, ["T0OTHER xoxb-"]);
  });

  void it("says so where Slack does not answer, and leaves no secret in the log", async () => {
    const person = new Browser();
    const { url: link } = await installs.link();
    const back = (await person.open((await person.open(link)).headers.get("location") ?? "")).headers.get(
      "location",
    );
    slack.faults.onCall = () => ({ kind: "status", status: 503 });
    assert.equal((await person.open(back ?? "")).status, 502);
    slack.faults.onCall = () => null;
    const { searchParams } = new URL(back ?? "");
    for (const secret of [link.split("/").at(-1), searchParams.get("state"), searchParams.get("code")])
      assert.equal(lines.join("").includes(secret ?? "none"), false);
  });

  void it("is nowhere else: what is not there has the same answer", async () => {
    const elsewhere = await new Browser().open(`${url}/slack/nothing`);
    assert.deepEqual([elsewhere.status, elsewhere.text], [404, await refusal()]);
    assert.equal((await new Browser().open(`${url}${CALLBACK_PATH}?code=x&state=y`)).text, await refusal());
  });
});
