import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matrixConfig, matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { parseConfig } from "../../../core/config/load.ts";
import { configSample } from "../../../core/config/sample.ts";

const least = {
  homeserver: "http://127.0.0.1:8008",
  server_name: "example.org",
  as_token: "as",
  hs_token: "hs",
  listen: "127.0.0.1:9100",
};
const mistakes = (keys: Readonly<Record<string, unknown>>) =>
  matrixConfigSchema
    .safeParse({ ...least, ...keys })
    .error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
const configOf = (keys: Readonly<Record<string, unknown>>) =>
  matrixConfig({ name: "matrix", ...matrixConfigSchema.parse({ ...least, ...keys }) });

void describe("a Matrix account's configuration", () => {
  void it("needs the homeserver, its name, two tokens and an address, and has names for all else", () => {
    assert.deepEqual(configOf({}), {
      name: "matrix",
      homeserver: "http://127.0.0.1:8008",
      serverName: "example.org",
      asToken: "as",
      hsToken: "hs",
      listen: { host: "127.0.0.1", port: 9100 },
      url: "http://127.0.0.1:9100",
      id: "mimi-gateway",
      bot: "mimi",
      userPrefix: "_mimi_",
      aliasPrefix: "_mimi_",
      portals: [],
      broadcasts: false,
      bots: true,
      unclear: "hold",
    });
    for (const key of Object.keys(least)) assert.equal(mistakes({ [key]: undefined }).length, 1, key);
  });

  void it("says by which address the homeserver reaches the gateway, where that is another", () => {
    assert.equal(configOf({ listen: "[::1]:9100" }).url, "http://[::1]:9100");
    assert.deepEqual(configOf({ listen: "[::1]:9100" }).listen, { host: "::1", port: 9100 });
    assert.equal(configOf({ url: "https://gateway.example.org" }).url, "https://gateway.example.org");
  });

  void it("takes servers of other kinds of names", () => {
    for (const name of ["localhost:8448", "[2001:db8::1]:8448", "192.0.2.1", "Example.org"])
      assert.equal(configOf({ server_name: name }).serverName, name);
  });

  void it("refuses addresses, names and words that are none", () => {
    const wrong = [
      { homeserver: "example.org" },
      { homeserver: "https://example.org/" },
      { homeserver: "ftp://example.org" },
      { server_name: "https://example.org" },
      { server_name: "@ann:example.org" },
      { listen: "9100" },
      { listen: "127.0.0.1:99999" },
      { url: "gateway:9100" },
      { bot: "Mimi" },
      { bot: "@mimi" },
      { user_prefix: "" },
      { user_prefix: "x".repeat(33) },
      { alias_prefix: "#_mimi_" },
      { id: "a b" },
      { unclear: "perhaps" },
    ];
    for (const keys of wrong) assert.equal(mistakes(keys).length, 1, JSON.stringify(keys));
  });

  void it("needs the way to the gateway where it listens on all addresses", () => {
    for (const listen of ["0.0.0.0:9100", "[::]:9100"]) {
      assert.deepEqual(mistakes({ listen }), ["url is needed beside a listen of all addresses"]);
      assert.deepEqual(mistakes({ listen, url: "http://gateway:9100" }), []);
    }
  });

  void it("refuses one token for both, and a bot that looks like a ghost, also beside other mistakes", () => {
    assert.deepEqual(mistakes({ hs_token: "as" }), ["hs_token is the as_token, too"]);
    assert.deepEqual(mistakes({ bot: "_mimi_bot" }), ["bot begins with user_prefix"]);
    assert.deepEqual(mistakes({ hs_token: "as", bot: "_mimi_bot", listen: undefined }).length, 3);
  });

  void it("stands in the sample of gateway.yaml so that it has no mistake when it is taken in", () => {
    const bridges = { matrix: matrixConfigSchema };
    const taken = configSample(bridges).replace(/^( *)#(?! )/gm, "$1");
    const { accounts, secrets } = parseConfig(taken, { file: null, folder: "/", env: {}, bridges });
    assert.equal(accounts[0]?.user_prefix, "_mimi_");
    assert.ok(secrets.includes("change-me") && secrets.includes("change-me-too"));
  });
});
