import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawPoints, stepsOf } from "./points.ts";
import { Random } from "./random.ts";

void describe("what follows from a seed", async () => {
  await it("is the same every time, and another with another seed", () => {
    const drawing = { count: 30, gatewayStops: 2, redisStops: 1 };
    assert.deepEqual(drawPoints(7, drawing), drawPoints(7, drawing));
    assert.notDeepEqual(drawPoints(7, drawing), drawPoints(8, drawing));
  });

  await it("has as many points and stops as were asked for, at every step", () => {
    for (let seed = 0; seed < 50; seed++) {
      const points = drawPoints(seed, { count: 30, gatewayStops: 2, redisStops: 1 });
      assert.deepEqual(
        points.map(({ number }) => number),
        Array.from({ length: 30 }, (_, i) => i + 1),
      );
      assert.equal(points.filter(({ fault }) => fault === "gateway-stop").length, 2);
      assert.equal(points.filter(({ fault }) => fault === "redis-stop").length, 1);
      assert.deepEqual(new Set(points.map(({ step }) => step)), new Set(stepsOf(false)));
      assert.ok(points.every(({ occurrence }) => occurrence >= 1));
    }
  });

  await it("comes to every fault at every step over the seeds", () => {
    const met = new Set<string>();
    for (let seed = 0; seed < 100; seed++)
      for (const { step, fault } of drawPoints(seed, { count: 30, gatewayStops: 2, redisStops: 2 }))
        met.add(`${fault} at ${step}`);
    assert.equal(met.size, 6 * stepsOf(false).length);
  });

  await it("comes to the steps between gateways where there are two", () => {
    const points = drawPoints(1, { count: 40, gatewayStops: 1, redisStops: 1, federated: true });
    assert.deepEqual(new Set(points.map(({ step }) => step)), new Set(stepsOf(true)));
    assert.ok(stepsOf(true).includes("judge.done") && !stepsOf(false).includes("judge.done"));
  });

  await it("passes steps and pages no more often than quiet rooms allow", () => {
    const passes = { steps: 3, pages: 2 };
    for (let seed = 0; seed < 50; seed++)
      for (const { occurrence } of drawPoints(seed, { count: 30, gatewayStops: 0, redisStops: 0, passes }))
        assert.ok(occurrence <= 3);
  });

  await it("comes to every fault, every step and both gateways by few points over many seeds", () => {
    const drawing = { count: 4, gatewayStops: 1, redisStops: 1, federated: true, sampled: true };
    const all = Array.from({ length: 50 }, (_, seed) => drawPoints(seed, drawing));
    assert.ok(all.every((points) => points.length === 4));
    const points = all.flat();
    assert.equal(new Set(points.map(({ fault }) => fault)).size, 6);
    assert.deepEqual(new Set(points.map(({ step }) => step)), new Set(stepsOf(true)));
    assert.deepEqual(new Set(points.map(({ gateway }) => gateway)), new Set(["north", "south", null]));
    // Either of the two may be the one that comes to what is between them.
    assert.ok(points.every(({ step, gateway }) => gateway === null || stepsOf(false).includes(step)));
  });

  await it("is spread evenly", () => {
    const random = new Random(1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) {
      const at = random.between(0, 9);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    assert.ok(
      counts.every((count) => count > 850 && count < 1150),
      counts.join(" "),
    );
    assert.deepEqual(new Set(random.shuffle([1, 2, 3, 4])), new Set([1, 2, 3, 4]));
  });
});
