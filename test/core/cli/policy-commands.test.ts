import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./run-line.ts";

const room = "xmpp:lobby@rooms.example.org";
const parsed = { account: "xmpp", room: "lobby@rooms.example.org" };

void test("hands over what is to be laid down for a room", async () => {
  const lines: readonly (readonly [readonly string[], readonly unknown[]])[] = [
    [["show"], ["policy show", []]],
    [
      ["show", room, "far:hall"],
      ["policy show", [parsed, { account: "far", room: "hall" }]],
    ],
    [
      ["set", room, "backlog", " digest "],
      ["policy set", "lobby@rooms.example.org", "backlog", "digest"],
    ],
    [
      ["set", room, "name-template", "{name} ({provider})"],
      ["policy set", "lobby@rooms.example.org", "name-template", "{name} ({provider})"],
    ],
    [
      ["reset", room, "backlog"],
      ["policy reset", "lobby@rooms.example.org", "backlog"],
    ],
    [
      ["reset", room],
      ["policy reset", "lobby@rooms.example.org", null],
    ],
    [["opt-outs"], ["opt-outs", null]],
    [
      ["opt-outs", "slack"],
      ["opt-outs", "slack"],
    ],
    [
      ["opt-out", "slack", "U0ALICE"],
      ["opt-out", "slack", "U0ALICE", true],
    ],
    [
      ["opt-in", "slack", "U0ALICE"],
      ["opt-out", "slack", "U0ALICE", false],
    ],
  ];
  for (const [line, call] of lines) {
    const { code, calls, err } = await run(["policy", ...line]);
    assert.deepEqual([code, calls, err], [0, [call], ""], line.join(" "));
  }
});

void test("shows what is laid down, what not, and what the account decides", async () => {
  const { out } = await run(["policy", "show", room]);
  assert.match(out, /^xmpp:lobby@rooms\.example\.org in mimi:/);
  assert.match(out, /backlog +digest +set here/);
  assert.match(out, /mass-mentions +as the account is configured\n/);
  const json = await run(["policy", "show", room, "--json"]);
  assert.deepEqual((JSON.parse(json.out) as { values: unknown }[])[0]?.values, [
    { key: "backlog", value: "digest", set: true },
    { key: "mass-mentions", value: null, set: false },
  ]);
  assert.match((await run(["policy", "opt-outs"])).out, /slack +U0ALICE/);
  assert.match((await run(["policy", "opt-out", "slack", "U0BOB"])).out, /so already/);
  assert.match((await run(["policy", "show"])).out, /No room is linked/);
});

void test("refuses what can't be laid down before anybody is asked", async () => {
  for (const line of [
    ["set", room, "colour", "blue"],
    ["set", room, "backlog", "weekly"],
    ["set", room, "kinds-in", "everything"],
    ["set", room, "name-template", "somebody"],
    ["set", "lobby", "backlog", "digest"],
    ["set", room, "backlog"],
    ["reset", room, "history"],
    ["show", "lobby"],
    ["opt-out", "slack"],
  ]) {
    const { code, calls } = await run(["policy", ...line]);
    assert.deepEqual([code, calls], [2, []], line.join(" "));
  }
});

void test("says in its help what each key takes", async () => {
  const { out, err, code } = await run(["policy", "--help"]);
  assert.equal(code, 0);
  for (const key of [
    "ignore",
    "kinds-in",
    "kinds-out",
    "name-template",
    "mass-mentions",
    "unclear",
    "backlog",
  ])
    assert.match(out + err, new RegExp(`^ {2}${key}$`, "m"));
});
