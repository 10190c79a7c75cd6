import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TokenWatch } from "../../../bridges/slack/token-watch.ts";
import { GatewayError } from "../../../core/errors.ts";
import { eventually } from "../../support/harness-eventually.ts";

const refusal = (word: string) => new GatewayError("account_refused", word);

function watching(answer: () => Promise<unknown> = () => Promise.reject(refusal("invalid_auth"))) {
  const said: string[] = [];
  let asked = 0;
  const watch: TokenWatch = new TokenWatch({
    ask: async () => {
      asked += 1;
      await answer();
      watch.worked();
    },
    refused: ({ detail }) => said.push(detail),
    restored: () => said.push("restored"),
    everyMs: 5,
  });
  return { watch, said, asked: () => asked };
}

void describe("the watch over a token", () => {
  void it("tells of a refusal once, and again of another cause", () => {
    const { watch, said } = watching();
    for (const word of ["invalid_auth", "invalid_auth", "token_revoked"]) watch.refused(refusal(word));
    watch.stop();
    assert.deepEqual(said, ["invalid_auth", "token_revoked"]);
    assert.equal(watch.refusal?.detail, "token_revoked");
  });

  void it("asks again and again until a call is taken", async () => {
    let good = false;
    const { watch, said, asked } = watching(() => (good ? Promise.resolve() : Promise.reject(refusal("x"))));
    watch.refused(refusal("invalid_auth"));
    await eventually("some questions", () => asked() > 2);
    assert.deepEqual(said, ["invalid_auth"]);
    good = true;
    await eventually("the good news", () => said.length === 2);
    assert.deepEqual([said[1], watch.refusal], ["restored", null]);
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(asked(), before, "nothing is asked any more");
    watch.worked();
    assert.equal(said.length, 2);
  });

  void it("asks nothing after its end", async () => {
    const { watch, asked } = watching();
    watch.refused(refusal("invalid_auth"));
    watch.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    watch.look();
    assert.equal(asked(), 0);
  });
});
