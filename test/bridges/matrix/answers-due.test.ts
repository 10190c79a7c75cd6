import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AnswersDue } from "../../../bridges/matrix/answers-due.ts";

void describe("what the homeserver waits for", () => {
  void it("is the work's outcome, as long as the account is served", async () => {
    const due = new AnswersDue();
    assert.equal(await due.to(Promise.resolve(7)), 7);
    await assert.rejects(due.to(Promise.reject(new Error("no"))), /no/);
  });

  void it("is refused when the account is let go, whatever becomes of the work", async () => {
    const due = new AnswersDue();
    const work = Promise.withResolvers<void>();
    const open = due.to(work.promise);
    due.stop();
    await assert.rejects(open, /let go/);
    await assert.rejects(due.to(new Promise(() => undefined)), /let go/);
    work.reject(new Error("nobody waits for it"));
    await new Promise(setImmediate);
  });
});
