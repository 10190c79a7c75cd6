import assert from "node:assert/strict";
import { it } from "node:test";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { Connection } from "../../../bridges/slack/connection.ts";
import { FixedToken } from "../../../bridges/slack/credentials.ts";
import { surroundings } from "../../../bridges/slack/entry.ts";
import { CallBudget } from "../../../bridges/slack/limits.ts";
import { createLogger } from "../../../core/log.ts";
import { startSlackSimulator } from "../../slack/simulator.ts";
import { ListeningHost } from "../../support/listening-host.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

void it("a connection that is ended while it is made anew stays ended", async (test) => {
  const simulator = await startSlackSimulator({ limits: "off" });
  test.after(() => simulator.stop());
  const token = simulator.workspace().botToken;
  const keys = { token, app_token: simulator.app.appToken, api: simulator.apiUrl };
  const connection = new Connection({
    config: slackConfig({ name: "slack", ...slackConfigSchema.parse(keys) }),
    log,
    media: { maxBytes: 1_000, allow: [] },
    pace: new CallBudget(),
    surroundings: surroundings(),
  });
  test.after(() => connection.disconnect());
  const host = new ListeningHost();
  await connection.connect(host, new FixedToken(token));
  assert.equal(connection.health.state, "up");
  const opened = () => simulator.calls.filter(({ method }) => method === "auth.test").length;
  const before = opened();
  const again = connection.connect(host, new FixedToken(token));
  await Promise.all([connection.disconnect(), again]);
  assert.equal(connection.workspace, null);
  assert.equal(opened(), before);
});
