/** Messages of several events: edits that change how many there are, and deletions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatrixCall } from "../../../mappings/matrix/calls.ts";
import { cutText, jsonOctets } from "../../../mappings/matrix/draft.ts";
import { fromMimi } from "../../../mappings/matrix/from-mimi.ts";
import { readGeo } from "../../../mappings/matrix/geo.ts";
import { shownName } from "../../../mappings/matrix/names.ts";
import { outgoing, words } from "./case-tools.ts";
import { everything, outbound, reply, roomMessage } from "./room.ts";

const long = "word ".repeat(4_000).trim();
const threeParts = {
  ...outbound,
  message: () =>
    roomMessage("$1", reply, {
      parts: ["$1", "$2", "$3"].map((native) => ({ native, aux: null })),
      edits: [
        { native: "$e2", aux: "$2" },
        { native: "$e3", aux: "$3" },
      ],
      threadRoot: { native: "$thread", aux: null },
    }),
};
const onePart = { ...outbound, message: () => roomMessage("$1", reply) };

function summary(call: MatrixCall): unknown {
  if (call.kind === "redact") return ["redact", call.eventId];
  assert.equal(call.kind, "send");
  return ["send", (call.kind === "send" ? call.content["m.relates_to"] : null) ?? null];
}

void test("an edit that leaves fewer parts deletes those left over with their edits", () => {
  const { calls } = fromMimi(outgoing(words("short"), { replaces: reply }), everything, threeParts);
  assert.deepEqual(calls.map(summary), [
    ["send", { rel_type: "m.replace", event_id: "$1" }],
    ["redact", "$2"],
    ["redact", "$e2"],
    ["redact", "$3"],
    ["redact", "$e3"],
  ]);
});

void test("an edit that needs more parts sends what is missing, marked", () => {
  const { calls } = fromMimi(outgoing(words(long), { replaces: reply }), everything, onePart);
  assert.deepEqual(calls.map(summary), [
    ["send", { rel_type: "m.replace", event_id: "$1" }],
    ["send", null],
  ]);
  const [, second] = calls;
  assert.ok(second?.kind === "send" && String(second.content["body"]).startsWith("(cont.) "));
});

void test("every part and every edit of a message is deleted", () => {
  const { calls } = fromMimi(
    outgoing({ kind: "deletion", by: null }, { replaces: reply }),
    everything,
    threeParts,
  );
  assert.deepEqual(calls.map(summary), [
    ["redact", "$1"],
    ["redact", "$2"],
    ["redact", "$3"],
    ["redact", "$e2"],
    ["redact", "$e3"],
  ]);
});

void test("a text is cut at a grapheme's end within its octets of JSON", () => {
  assert.equal(cutText("abc", 3), "abc");
  assert.equal(cutText("abcdef", 5), "ab…");
  assert.equal(cutText("👩‍👩‍👧👩‍👩‍👧", 21), "👩‍👩‍👧…");
  assert.ok(jsonOctets(cutText('"'.repeat(100), 20)) <= 20);
});

void test("a place is named with six decimals at most", () => {
  for (const [given, read] of [
    ["geo:48.2010,16.3695,183", "geo:48.201,16.3695,183"],
    ["GEO:-0.00000001,0;u=10", "geo:0,0;u=10"],
    ["geo:0.000001,-180", "geo:0.000001,-180"],
    ["geo:90.1,0", null],
    ["geo:1", null],
    ["geo:1,2,3;crs=wgs84;u=5", "geo:1,2,3;u=5"],
    [`geo:${"1".repeat(300)},1`, null],
  ] as const)
    assert.equal(readGeo(given), read, given);
});

void test("a name has no controls and no invisible edges, and there always is one", () => {
  for (const [given, shown] of [
    ["\u202eevil\u2066", "evil"],
    ["\u200b\u200d", "al"],
    [" a\u200cb ", "a\u200cb"],
    ["\u0000", "al"],
    [null, "al"],
    ["x".repeat(500), "x".repeat(128)],
  ] as const)
    assert.equal(shownName(given, "@al:hs.example"), shown);
});
