import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TransactionCount } from "../../../bridges/matrix/transaction-count.ts";

void describe("a homeserver's transactions", () => {
  void it("have a gap where a number is left out or they begin anew, and none where one is repeated", () => {
    let now = 0;
    const count = new TransactionCount(() => (now += 60_000));
    const skipped = ["41", "42", "42", "44", "45", "1", "2"].filter((id) => count.skips(id));
    assert.deepEqual(skipped, ["44", "1"]);
  });

  void it("have none where they are named otherwise", () => {
    const count = new TransactionCount(() => 0);
    assert.ok(["a", "c", "1795353419744-3", "1795353419744-9"].every((id) => !count.skips(id)));
  });

  void it("are not looked after again at once, as where two processes take them by turns", () => {
    let now = 0;
    const count = new TransactionCount(() => now);
    const skipped = [1, 3, 5, 7, 9].filter((id) => {
      now += 4_000;
      return count.skips(String(id));
    });
    assert.deepEqual(skipped, [3, 9]);
  });
});
