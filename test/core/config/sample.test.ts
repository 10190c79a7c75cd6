import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { slackConfigSchema } from "../../../bridges/slack/config.ts";
import { xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { configJsonSchema } from "../../../core/config/json-schema.ts";
import { parseConfig } from "../../../core/config/load.ts";
import { configReference } from "../../../core/config/reference.ts";
import { configSample } from "../../../core/config/sample.ts";

const bridges = { xmpp: xmppConfigSchema };
const sample = configSample(bridges);
const parse = (source: string) => parseConfig(source, { file: null, folder: "/", env: {}, bridges });

void describe("the sample of gateway.yaml", () => {
  void it("says nothing but the defaults as it stands", () => {
    assert.deepEqual(parse(sample), parse(""));
  });

  void it("has no mistake when every commented setting is taken in, and shows every key", () => {
    const taken = sample.replace(/^( *)#(?! )/gm, "$1");
    const config = parse(taken);
    assert.equal(config.accounts[0]?.label, "mimi");
    assert.deepEqual(config.federation.listen, { host: "127.0.0.1", port: 8448 });
    // What has no default has an example instead.
    const { listen, endpoint } = parse("").federation;
    const federation = { ...config.federation, listen, endpoint };
    assert.deepEqual(config.watch.listen, { host: "127.0.0.1", port: 9464 });
    const { watch } = parse("");
    assert.deepEqual(
      { ...config, accounts: [], federation, watch, slot: null, secretsKey: null, secrets: [] },
      parse(""),
    );
    for (const key of [
      "base",
      "data",
      "store",
      "postgres",
      "redis",
      "wake",
      "log",
      "limits",
      "federation",
      "slot",
      "secret_file",
    ]) {
      assert.ok(sample.includes(key), key);
    }
    assert.ok(sample.split("\n").every((line) => line.length <= 100));
  });
});

void describe("the JSON Schema of gateway.yaml", () => {
  void it("lets a secret be given by a file", () => {
    const text = JSON.stringify(configJsonSchema(bridges));
    assert.ok(text.includes('"oneOf":[{"required":["secret"]},{"required":["secret_file"]}]'));
    assert.ok(text.includes('"postgres_file"') && text.includes('"url_file"'));
    assert.ok(text.includes('"https://json-schema.org/draft/2020-12/schema"'));
    assert.ok(!text.includes('"required":["name","bridge","service","domain","secret"]'));
  });
});

void describe("docs/configuration.md", () => {
  // With UPDATE_DOCS=1 in the environment the test writes the part instead of comparing it.
  void it("holds the keys as the schema has them", () => {
    const file = new URL("../../../docs/configuration.md", import.meta.url);
    const all = { xmpp: xmppConfigSchema, slack: slackConfigSchema, matrix: matrixConfigSchema };
    const [begin, end] = ["<!-- keys: begin (generated from the schema) -->\n", "<!-- keys: end -->"];
    const page = readFileSync(file, "utf8");
    const [before, rest] = page.split(begin);
    const current = `${before ?? ""}${begin}\n${configReference(all)}\n${end}${rest?.split(end)[1] ?? ""}`;
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, current);
    else assert.equal(page, current);
  });
});
