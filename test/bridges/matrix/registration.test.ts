import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { matrixConfig, matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { accountYaml, registrationOf, registrationYaml } from "../../../bridges/matrix/registration.ts";

const account = {
  homeserver: "http://127.0.0.1:8008",
  server_name: "hs-1.example.org:8448",
  as_token: "as: 'quoted' # not a comment",
  hs_token: "hs",
  listen: "127.0.0.1:9100",
  user_prefix: "_a.b+c_",
};
const config = matrixConfig({ name: "matrix", ...matrixConfigSchema.parse(account) });

void describe("the registration of the gateway", () => {
  void it("says all that a homeserver has to know", () => {
    assert.deepEqual(registrationOf(config), {
      id: "mimi-gateway",
      url: "http://127.0.0.1:9100",
      as_token: "as: 'quoted' # not a comment",
      hs_token: "hs",
      sender_localpart: "mimi",
      rate_limited: false,
      receive_ephemeral: true,
      "de.sorunome.msc2409.push_ephemeral": true,
      namespaces: {
        users: [
          { exclusive: true, regex: "^@_a\\.b\\+c_.*:hs-1\\.example\\.org:8448$" },
          { exclusive: true, regex: "^@mimi:hs-1\\.example\\.org:8448$" },
        ],
        aliases: [{ exclusive: true, regex: "^#_mimi_.*:hs-1\\.example\\.org:8448$" }],
        rooms: [],
      },
    });
  });

  void it("claims the ids of ghosts and of the gateway itself, and no others", () => {
    const { users } = registrationOf(config).namespaces;
    const claims = (id: string): boolean => users.some(({ regex }) => new RegExp(regex).test(id));
    for (const ours of ["@_a.b+c_xmpp-1:hs-1.example.org:8448", "@mimi:hs-1.example.org:8448"])
      assert.ok(claims(ours), ours);
    const others = [
      "@_axb+c_x:hs-1.example.org:8448",
      "@ann:hs-1.example.org:8448",
      "@_a.b+c_x:hs-1xexample.org:8448",
      "@_a.b+c_x:hs-1.example.org:84481",
      "@mimi2:hs-1.example.org:8448",
      "@ann_@_a.b+c_x:hs-1.example.org:8448",
    ];
    for (const other of others) assert.ok(!claims(other), other);
  });

  void it("is the same as YAML, under what to do with it at each kind of homeserver", () => {
    const text = registrationYaml(config, "/etc/gateway.yaml");
    assert.deepEqual(parse(text), registrationOf(config));
    const comments = text.split("\n").filter((line) => line.startsWith("#"));
    assert.match(comments[1] ?? "", /^# Synapse: .*app_service_config_files.*"- \/etc\/gateway\.yaml"/);
    assert.match(comments[2] ?? "", /^# Dendrite: .*app_service_api, config_files.*"- \/etc\/gateway\.yaml"/);
    assert.match(comments[3] ?? "", /^# Tuwunel: .*"!admin appservices register"/);
    assert.equal(comments.length, 4);
    assert.ok(text.endsWith("\n"));
  });
});

void describe("a new account", () => {
  void it("has tokens that nobody else has, and no mistake", () => {
    const words = {
      name: "hs",
      homeserver: "http://127.0.0.1:8008",
      serverName: "example.org",
      listen: "127.0.0.1:9100",
    };
    const read = () => {
      const { accounts } = parse(`accounts:\n${accountYaml(words)}`) as { accounts: unknown[] };
      return matrixConfigSchema.parse(accounts[0]);
    };
    const [one, other] = [read(), read()];
    const tokens = new Set([one.as_token, one.hs_token, other.as_token, other.hs_token]);
    assert.equal(tokens.size, 4);
    for (const token of tokens) assert.match(token, /^[0-9a-f]{64}$/);
  });
});
