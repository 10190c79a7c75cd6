import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { suggest } from "../../../core/config/suggest.ts";
import { formatDuration, parseDuration, parseSize } from "../../../core/config/values.ts";

void describe("lengths of time in the configuration", () => {
  void it("are a whole number with a unit", () => {
    assert.deepEqual(["250ms", "30s", "5m", "2h"].map(parseDuration), [250, 30_000, 300_000, 7_200_000]);
    assert.deepEqual(
      ["30", "s", "1.5s", "-1s", "1 s", "1d", " 1s", ""].map(parseDuration),
      Array(8).fill(null),
    );
  });

  void it("are written with the largest unit that divides them, and read back", () => {
    assert.deepEqual([250, 1_500, 30_000, 90_000, 7_200_000].map(formatDuration), [
      "250ms",
      "1500ms",
      "30s",
      "90s",
      "2h",
    ]);
    for (const length of [1, 999, 2_000, 60_000]) assert.equal(parseDuration(formatDuration(length)), length);
  });
});

void describe("sizes in the configuration", () => {
  void it("are bytes, or a number of KiB or MiB", () => {
    assert.deepEqual(["12", "3KiB", "2MiB"].map(parseSize), [12, 3_072, 2_097_152]);
    assert.deepEqual(["12B", "3 KiB", "KiB", "1kb", "", "-1"].map(parseSize), Array(6).fill(null));
  });
});

void describe("a suggestion", () => {
  void it("is the nearest known word, if one is near", () => {
    const known = ["secret", "service", "nick", "name"];
    assert.equal(suggest("secert", known), "secret");
    assert.equal(suggest("Servce", known), "service");
    assert.equal(suggest("nik", known), "nick");
    assert.equal(suggest("password", known), null);
    assert.equal(suggest("", known), null);
  });
});

void describe("an XMPP account", () => {
  const account = { service: "xmpp://127.0.0.1:5347", domain: "mimi.example.org", secret: "s" };
  const takes = (change: object): boolean => xmppConfigSchema.safeParse({ ...account, ...change }).success;

  void it("names a component port by host, address or IPv6 address", () => {
    for (const service of ["xmpp://localhost:5347", "xmpp://10.0.0.1:1", "xmpp://[::1]:65535"]) {
      assert.ok(takes({ service }), service);
    }
    for (const service of [
      "xmpp://localhost",
      "xmpps://a:1",
      "xmpp://a:0",
      "xmpp://a:65536",
      "xmpp://a:1/x",
      "a:1",
    ]) {
      assert.ok(!takes({ service }), service);
    }
  });

  void it("refuses domains, nicks and labels that XMPP could not carry", () => {
    assert.ok(takes({ nick: "brücke", label: "x", unclear: "repeat" }));
    for (const change of [
      { domain: "Mimi.example" },
      { domain: "a b" },
      { nick: "" },
      { nick: "a\nb" },
      { label: "x".repeat(65) },
      { unclear: "maybe" },
      { secret: "" },
    ]) {
      assert.ok(!takes(change), JSON.stringify(change));
    }
  });
});
