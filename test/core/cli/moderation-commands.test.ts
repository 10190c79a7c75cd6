import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./run-line.ts";

const uri = "mimi://xmpp.mimi.example.org/r/1";
const user = "mimi://far.example/u/bob";

void test("hands over what the operator wants done in a group", async () => {
  const lines: readonly (readonly [readonly string[], unknown])[] = [
    [["kick", uri, user, "--reason", "be kind"], { act: "kick", user, reason: "be kind" }],
    [["ban", uri, user], { act: "ban", user, reason: "" }],
    [["unban", uri, user], { act: "unban", user, reason: "" }],
    [["mute", uri, user, "--for", "1h"], { act: "mute", user, forMs: 3_600_000 }],
    [["mute", uri, user], { act: "mute", user, forMs: null }],
    [["unmute", uri, user], { act: "unmute", user }],
    [["role", uri, user, "3"], { act: "role", user, role: 3 }],
    [["set", uri, "topic", "House rules"], { act: "set", name: "topic", value: "House rules" }],
    [["set", uri, "isReadOnly", "true"], { act: "set", name: "isReadOnly", value: "true" }],
    [["erase", uri, "01abcdef", "01abcde0"], { act: "erase-events", events: ["01abcdef", "01abcde0"] }],
    [["erase", uri, "--user", user], { act: "erase-user", user }],
  ];
  for (const [line, deed] of lines) {
    const { code, calls, out, err } = await run(["group", ...line]);
    assert.deepEqual([code, calls, err], [0, [["moderate", uri, deed]], ""], line.join(" "));
    assert.match(out, /Event 7 of mimi:/);
  }
});

void test("shows and changes what is laid down for whoever comes", async () => {
  const shown = await run(["group", "policy", uri]);
  assert.deepEqual(shown.calls, [["policy", uri, { history: null, join: null }]]);
  assert.match(shown.out, /history +none\njoin +asserted\nkept +as all groups/);
  const changed = await run(["group", "policy", uri, "--history", "days:7", "--join", "knock"]);
  assert.deepEqual(changed.calls, [["policy", uri, { history: "days:7", join: "knock" }]]);
});

void test("asks for what is missing before anything is done", async () => {
  for (const line of [
    ["kick", "tea", user],
    ["ban", uri, "bob"],
    ["mute", uri, user, "--for", "long"],
    ["role", uri, user, "admin"],
    ["set", uri, "avatar", "https://x.example/a.png"],
    ["erase", uri],
    ["erase", uri, "01abcdef", "--user", user],
  ]) {
    const { code, calls } = await run(["group", ...line]);
    assert.deepEqual([code, calls], [2, []], line.join(" "));
  }
});
