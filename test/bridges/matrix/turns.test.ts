import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../../bridges/matrix/turns.ts";

void test("so much is done at a time, in the order in which it was asked for, whatever becomes of it", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const taken = ends.map(({ promise }, i) =>
    turns.take(() => {
      begun.push(i);
      return promise;
    }),
  );
  const outcomes = Promise.allSettled(taken);
  assert.deepEqual(begun, [0, 1]);
  ends[1]?.reject(new Error("it fails"));
  await assert.rejects(taken[1] ?? Promise.resolve(), /it fails/);
  assert.deepEqual(begun, [0, 1, 2]);
  for (const i of [0, 2, 3, 4]) ends[i]?.resolve(i);
  const settled = await outcomes;
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  assert.deepEqual(
    settled.map((one) => (one.status === "fulfilled" ? one.value : "failed")),
    [0, "failed", 2, 3, 4],
  );
  assert.equal(await turns.take(() => Promise.resolve("free again")), "free again");
});
