import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { ALICE, holds, runs, textsThere, together } from "./faults-run.ts";
import { FROM } from "./slack-gateway.ts";

void describe("a token that is refused while it is used", together, () => {
  const begin = runs("slack-tokens");

  void it("loses nothing: what waited goes when it is good again", async (test) => {
    const run = await begin(test);
    const { people } = run.here.workspace();
    people.post(FROM, ALICE, "before");
    await holds(run, ["before"]);
    run.there.faults.onCall = () => ({ kind: "refuse", error: "invalid_auth" });
    people.post(FROM, ALICE, "meanwhile 1");
    people.post(FROM, ALICE, "meanwhile 2");
    await eventually("the status to say why", async () => {
      const { bindings, setAside } = await run.gateway().operations.status();
      assert.equal(setAside, 0);
      return bindings.some(({ behind, lastError }) => behind > 0 && /invalid_auth/.test(lastError ?? ""));
    });
    assert.deepEqual(textsThere(run), ["before"]);
    await run.away(() => {
      run.there.faults.onCall = () => null;
    });
    people.post(FROM, ALICE, "after");
    await holds(run, ["before", "meanwhile 1", "meanwhile 2", "after"]);
  });
});
