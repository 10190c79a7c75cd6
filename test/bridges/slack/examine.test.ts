import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hearingFindings, scopeFindings, skewFinding } from "../../../bridges/slack/examine.ts";
import { examineChannels, historyOf, repairTime } from "../../../bridges/slack/examine-channels.ts";
import { SCOPES } from "../../../bridges/slack/manifest.ts";

const MINUTE = 60_000;
const NOW = 1_790_000_000_000;

void describe("the scopes of a token", () => {
  void it("are all there", () => {
    const [finding, ...rest] = scopeFindings([...Object.keys(SCOPES), "team:read"]);
    assert.equal(finding?.state, "ok");
    assert.match(finding?.detail ?? "", /not needed: team:read$/);
    assert.deepEqual(rest, []);
  });

  void it("that are missing are named with what they cost", () => {
    const given = Object.keys(SCOPES).filter((scope) => scope !== "chat:write" && scope !== "pins:read");
    const findings = scopeFindings(given);
    assert.deepEqual(
      findings.map(({ check, state }) => [check, state]),
      [
        ["scope:chat:write", "fault"],
        ["scope:pins:read", "warning"],
      ],
    );
    assert.match(findings[1]?.detail ?? "", /with it: hear what is pinned/);
    assert.match(findings[1]?.remedy ?? "", /mimi-gateway slack manifest/);
  });

  void it("that Slack does not name are not known", () => {
    assert.equal(scopeFindings(null)[0]?.state, "warning");
  });
});

const found = (hearing: Parameters<typeof hearingFindings>[0]["hearing"]) =>
  hearingFindings({ hearing, now: () => NOW }).map(({ check, state }) => `${check} ${state}`);

void describe("what is heard of Slack", () => {
  void it("is in order, missing, or silent", () => {
    const sockets = { open: 2, wanted: 2 };
    assert.deepEqual(found({ sockets, heardAt: NOW - MINUTE, silentSince: null, linked: true }), [
      "sockets ok",
      "events ok",
    ]);
    assert.deepEqual(found({ sockets: null, heardAt: null, silentSince: null, linked: false }), [
      "events ok",
    ]);
    assert.deepEqual(found({ sockets: null, heardAt: null, silentSince: null, linked: true }), [
      "events warning",
    ]);
    assert.deepEqual(
      found({ sockets: { open: 1, wanted: 2 }, heardAt: NOW, silentSince: NOW - MINUTE, linked: true }),
      ["sockets warning", "events fault"],
    );
    assert.deepEqual(
      found({ sockets: { open: 0, wanted: 2 }, heardAt: NOW, silentSince: null, linked: true }),
      ["sockets fault", "events ok"],
    );
  });
});

void it("clocks may be a little apart, and no more", () => {
  assert.deepEqual(
    [0, 59_000, -61_000, 299_000, -300_000].map((ahead) => skewFinding(ahead).state),
    ["ok", "ok", "warning", "warning", "fault"],
  );
  assert.match(skewFinding(-400_000).detail, /^400 s behind/);
  assert.match(skewFinding(400_000).detail, /^400 s ahead of/);
});

void describe("the time that a repair takes", () => {
  void it("is a matter of the tier", () => {
    assert.equal(repairTime("limited", 15), 0);
    assert.equal(repairTime("limited", 1_000), 66 * MINUTE);
    assert.equal(repairTime("limited", 10_000), 666 * MINUTE);
    assert.equal(repairTime("internal", 1_000), 0);
    assert.equal(repairTime("internal", 10_000), (40 * MINUTE) / 45);
  });

  void it("is told with it", () => {
    assert.match(
      historyOf("limited").detail,
      /1,000 missed messages in 66 min, 10,000 missed messages in 11 h 6 min/,
    );
    assert.equal(historyOf("limited").state, "warning");
    assert.match(historyOf("internal").detail, /1,000 missed messages in a few seconds, 10,000 .* in 1 min/);
  });
});

void it("nothing is wrong with a workspace in which no channel is linked yet", async () => {
  const findings = await examineChannels({ call: () => assert.fail("asked"), channels: [] });
  assert.deepEqual(
    findings.map(({ check, state }) => `${check} ${state}`),
    ["history ok"],
  );
});
