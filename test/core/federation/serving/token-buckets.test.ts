import assert from "node:assert/strict";
import { it } from "node:test";
import { TokenBuckets } from "../../../../core/federation/serving/token-buckets.ts";

void it("a bucket gives its burst, then what comes in, and says how long that takes", () => {
  let now = 0;
  const buckets = new TokenBuckets<string>({ burst: 3, perSecond: 2, most: 10 }, () => now);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => buckets.take("a")),
    [0, 0, 0, 500],
  );
  assert.equal(buckets.take("b"), 0, "everybody has one");
  now = 400;
  assert.equal(buckets.take("a"), 100, "asking early takes nothing away");
  now = 500;
  assert.deepEqual([buckets.take("a"), buckets.take("a")], [0, 500]);
  now = 1_000_000;
  assert.deepEqual(
    [1, 2, 3, 4].map(() => buckets.take("a")),
    [0, 0, 0, 500],
    "never more than the burst",
  );
  now = 0;
  assert.equal(buckets.take("a"), 500, "a clock that is set back gives nothing");
});

void it("buckets that are used least lately are forgotten", () => {
  const buckets = new TokenBuckets<string>({ burst: 1, perSecond: 1, most: 2 }, () => 0);
  for (const key of ["a", "b", "a"]) buckets.take(key);
  assert.equal(buckets.take("c"), 0);
  assert.equal(buckets.take("a"), 1_000);
  assert.equal(buckets.take("b"), 0, "it was forgotten");
});
