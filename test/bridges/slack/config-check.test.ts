import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { slackAccountSchema } from "../../../bridges/slack/config-check.ts";
import { parseConfig } from "../../../core/config/load.ts";
import { ConfigError } from "../../../core/config/mistakes.ts";

const KEYS = {
  token: "xoxb-1",
  app_token: "xapp-1",
  signing_secret: "s",
  listen: "127.0.0.1:8090",
  client_id: "1.2",
  client_secret: "c",
  public_url: "https://mimi.example.org",
};

const complaints = (keys: object): string[] => {
  const { error } = slackAccountSchema.safeParse(keys);
  return (error?.issues ?? []).map(({ path, message }) => [path.join("."), message].join(" ").trim());
};

const isRefused = (keys: object): boolean => {
  try {
    slackConfig({ name: "work", ...slackConfigSchema.parse(keys) });
    return false;
  } catch {
    return true;
  }
};

void describe("the check of a Slack account's keys together", () => {
  void it("complains of whatever the bridge would refuse, and of nothing else", () => {
    const names = Object.entries(KEYS);
    for (let bits = 0; bits < 1 << names.length; bits++) {
      const keys = Object.fromEntries(names.filter((_, place) => (bits >> place) & 1));
      assert.equal(complaints(keys).length > 0, isRefused(keys), Object.keys(keys).join(", "));
    }
  });

  void it("names the key that is too much, or that lacks another", () => {
    const { token, app_token, signing_secret, listen, client_id } = KEYS;
    assert.deepEqual(complaints({ token }), ["says no way for events to come"]);
    assert.deepEqual(complaints({ app_token }), ["says no way in"]);
    assert.deepEqual(complaints({ token, app_token, signing_secret }), [
      "signing_secret stands beside app_token; events come one way",
    ]);
    assert.deepEqual(complaints({ token, app_token, listen }), [
      "listen is for HTTP, and app_token for Socket Mode",
    ]);
    assert.deepEqual(complaints({ token, signing_secret }), ["signing_secret needs listen beside it"]);
    assert.deepEqual(complaints({ token, app_token, client_id }), [
      "client_id stands beside token; there is one way in",
    ]);
    assert.deepEqual(complaints({ app_token, client_id }), [
      "client_id needs client_secret and public_url and listen beside it",
    ]);
  });

  void it("finds them beside other mistakes", () => {
    assert.equal(complaints({ token: 7, signing_secret: "s" }).length, 2);
  });

  void it("says where they are in the file, and what to do", () => {
    const source = `accounts:
  - name: work
    bridge: slack
    token: xoxb-1
    app_token: xapp-1
    signing_secret: hidden
`;
    const options = { file: "gateway.yaml", folder: "/", env: {}, bridges: { slack: slackAccountSchema } };
    assert.throws(
      () => parseConfig(source, options),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        const [mistake] = error.mistakes;
        assert.equal(error.mistakes.length, 1);
        assert.ok(mistake);
        assert.deepEqual(
          { line: mistake.line, path: mistake.path, remedy: mistake.remedy },
          {
            line: 6,
            path: "accounts[0].signing_secret",
            remedy: "keep app_token (Socket Mode), or signing_secret and listen (HTTP)",
          },
        );
        return !JSON.stringify(mistake).includes("hidden");
      },
    );
  });
});
