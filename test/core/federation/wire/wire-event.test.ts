import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logEventForm, readLogEvent } from "../../../../core/federation/wire/wire-event.ts";

const ordinary = {
  seq: 7,
  id: "01".repeat(32),
  kind: "message",
  sender: "mimi://chat.a.example/u/anna",
  at: 1_700_000_000_000,
  origin_at: 1_700_000_000_000,
  content: Buffer.alloc(40, 7).toString("base64url"),
};
const more = {
  root: "02".repeat(32),
  via: ["b.example", "a.example"],
  proof: Buffer.alloc(80, 9).toString("base64url"),
  provider: "a.example",
  erased: 1_700_000_000_001,
  later: "a name of a later version",
};

/** What may stand in the place of a value: odd ones, and those of other members. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(...Object.values({ ...ordinary, ...more })),
  fc.constantFrom<unknown>(null, "", "QQ=", "QR", "Z", [], {}, 0, -1, 1.5, 2 ** 53, true, "A.example"),
  fc.constantFrom<unknown>("property", "member", "unheard-of", "toString", "x".repeat(65)),
  fc.array(fc.constantFrom("a.example", "b.example", "B", 3), { maxLength: 9 }),
);

void test("the short way reads an event of a log as its form does, and refuses what that refuses", () => {
  const names = [...Object.keys(ordinary), ...Object.keys(more)];
  const changes = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 });
  const added = fc.subarray(Object.keys(more));
  const removed = fc.subarray(names, { maxLength: 2 });
  fc.assert(
    fc.property(changes, added, removed, (changed, present, absent) => {
      const picked = Object.fromEntries(Object.entries(more).filter(([name]) => present.includes(name)));
      const all = { ...ordinary, ...picked, ...changed };
      const event = Object.fromEntries(Object.entries(all).filter(([name]) => !absent.includes(name)));
      const expected = logEventForm.safeParse(event);
      const read = readLogEvent(event);
      assert.equal(read.success, expected.success);
      assert.deepEqual(read.data, expected.data);
      assert.deepEqual(read.error?.issues, expected.error?.issues);
    }),
    { numRuns: 5_000 },
  );
});

void test("what is no object is no event", () => {
  for (const given of [null, undefined, [], "event", 7]) assert.equal(readLogEvent(given).success, false);
});
