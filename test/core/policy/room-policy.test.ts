import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  defaultOf,
  noPolicy,
  parsePolicyKey,
  parsePolicyValue,
  policyKeys,
  policyOf,
} from "../../../core/policy/room-policy.ts";

const usage = { code: "usage" };

void describe("the policy of a room", () => {
  void it("is that of every room where nothing is set", () => {
    const policy = policyOf([]);
    assert.deepEqual(policy, noPolicy);
    assert.ok(policy.kindsIn.has("member") && policy.kindsOut.has("poll"));
    assert.equal(policy.backlog, "each");
  });

  void it("is read from the texts that are kept", () => {
    const policy = policyOf([
      { name: "ignore", value: "U0BOT, mimi://slack.mimi.test/u/0a" },
      { name: "kinds-in", value: "text,file" },
      { name: "kinds-out", value: "none" },
      { name: "name-template", value: "{name} [{provider}]" },
      { name: "mass-mentions", value: "yes" },
      { name: "bots", value: "no" },
      { name: "unclear", value: "repeat" },
      { name: "backlog", value: "digest" },
    ]);
    assert.deepEqual([...policy.ignore], ["U0BOT", "mimi://slack.mimi.test/u/0a"]);
    assert.deepEqual([...policy.kindsIn], ["text", "file"]);
    assert.equal(policy.kindsOut.size, 0);
    assert.equal(policy.nameTemplate, "{name} [{provider}]");
    assert.equal(policy.massMentions, true);
    assert.equal(policy.bots, false);
    assert.equal(policy.unclear, "repeat");
    assert.equal(policy.backlog, "digest");
  });

  void it("leaves out what this version does not know, and keeps the rest", () => {
    const policy = policyOf([
      { name: "colour", value: "blue" },
      { name: "backlog", value: "weekly" },
      { name: "unclear", value: "hold" },
    ]);
    assert.deepEqual(policy, { ...noPolicy, unclear: "hold" });
  });

  void it("takes good values as they were written, without spaces around them", () => {
    const good = {
      ignore: ["none", "U1", "U1,B2", "room@muc.example/occupant-1"],
      "kinds-in": ["all", "none", "text", "text, edit ,delete"],
      "name-template": ["{name}", "{name} ({provider})", "~{name}"],
      "mass-mentions": ["yes", "no"],
      unclear: ["repeat", "hold"],
      backlog: ["each", "digest"],
    };
    for (const [key, values] of Object.entries(good))
      for (const value of values)
        assert.equal(parsePolicyValue(parsePolicyKey(key), ` ${value} `), value, `${key} ${value}`);
  });

  void it("refuses everything else, and says what may stand there", () => {
    const bad = {
      ignore: [
        "",
        ",",
        "U1,,U2",
        "a\nb",
        "x".repeat(2_000),
        Array.from({ length: 501 }, (_, i) => `U${i}`).join(),
      ],
      "kinds-in": ["", "texts", "text,everything", "all,text", "TEXT"],
      "kinds-out": ["text;edit"],
      "name-template": [
        "",
        "somebody",
        "{name}{name}",
        "{name} {user}",
        `{name}${"x".repeat(200)}`,
        "{name}\n",
      ],
      "mass-mentions": ["true", "YES", ""],
      unclear: ["drop"],
      backlog: ["none"],
    };
    for (const [key, values] of Object.entries(bad))
      for (const value of values) {
        if (key === "name-template" && value.trim() === "{name}") continue;
        assert.throws(() => parsePolicyValue(parsePolicyKey(key), value), usage, `${key} ${value}`);
      }
    assert.throws(() => parsePolicyKey("history"), usage);
  });

  void it("has a default for every key, or leaves it to the account", () => {
    for (const key of policyKeys) {
      const value = defaultOf(key);
      if (value !== null) assert.deepEqual(policyOf([{ name: key, value }]), noPolicy, key);
    }
    assert.deepEqual(
      policyKeys.filter((key) => defaultOf(key) === null),
      ["bots", "name-template", "mass-mentions", "unclear"],
    );
  });
});
