import assert from "node:assert/strict";
import { it } from "node:test";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { surroundings } from "../../../bridges/slack/entry.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { startGateway } from "../../../core/gateway.ts";
import { createLogger } from "../../../core/log.ts";
import { tryOut } from "../../../core/setup/try-out.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { startSlackSimulator } from "../../slack/simulator.ts";
import { harnessConfig } from "../../support/harness-config.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

/** Tries one account, as `init` does. */
function tried(keys: Readonly<Record<string, string>>): Promise<DoctorReport> {
  const account = { name: "work", bridge: "slack" as const, ...slackConfigSchema.parse(keys) };
  const around = surroundings(true);
  return tryOut(
    harnessConfig({ folder: "/nowhere" }, [account]),
    (trial) =>
      startGateway(
        trial,
        (one, { log, media }) => new SlackAccount(slackConfig(one), log, media, undefined, around),
        log,
      ),
    new AbortController().signal,
  );
}

void it("a trial of a fresh workspace finds nothing wrong, and opens no socket that would take events", async (test) => {
  const slack = await startSlackSimulator({ limits: "off" });
  test.after(() => slack.stop());
  const { botToken: token } = slack.workspace();
  const report = await tried({ token, app_token: slack.app.appToken, api: slack.apiUrl });
  const said = report.accounts[0]?.findings.map(({ check, state }) => `${check} ${state}`) ?? [];
  for (const fine of ["connection ok", "app-token ok", "events ok", "history ok"])
    assert.ok(said.includes(fine), said.join(", "));
  assert.ok(!said.some((one) => one.startsWith("sockets")), said.join(", "));
  const opened = slack.calls.filter(({ method }) => method === "apps.connections.open");
  assert.equal(opened.length, 1);
});

void it("a trial of an app that is installed by a link says when that is done, and is no fault", async (test) => {
  const slack = await startSlackSimulator({ limits: "off" });
  test.after(() => slack.stop());
  const [port = 0] = await freePorts(1);
  const report = await tried({
    client_id: slack.app.clientId,
    client_secret: slack.app.clientSecret,
    app_token: slack.app.appToken,
    public_url: `http://127.0.0.1:${port}`,
    listen: `127.0.0.1:${port}`,
    api: slack.apiUrl,
  });
  const [connection] = report.accounts[0]?.findings ?? [];
  assert.deepEqual([report.state, connection?.state], ["ok", "ok"]);
  assert.match(connection?.remedy ?? "", /mimi-gateway slack install work/);
});
