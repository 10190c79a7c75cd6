import assert from "node:assert/strict";
import { test } from "node:test";
import { InOrder } from "./in-order.ts";

void test("acts in one place wait for one another, those in another place do not", async () => {
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  const last = Promise.withResolvers<void>();
  const inOrder = new InOrder();
  inOrder.add("a", async () => {
    await first.promise;
    done.push("a1");
  });
  inOrder.add("a", () => {
    done.push("a2");
    last.resolve();
    return Promise.resolve();
  });
  const elsewhere = Promise.withResolvers<void>();
  inOrder.add("b", () => {
    done.push("b");
    elsewhere.resolve();
    return Promise.resolve();
  });
  await elsewhere.promise;
  assert.deepEqual(done, ["b"]);
  first.resolve();
  await last.promise;
  assert.deepEqual(done, ["b", "a1", "a2"]);
});
