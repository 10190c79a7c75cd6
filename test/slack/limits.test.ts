import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebAPIRateLimitedError } from "@slack/web-api";
import { GENERAL, LAB, onStage } from "./stage.ts";

void describe("the simulator's limits", async () => {
  await it("let one message a second into a channel, and say when the next one may come", async () => {
    await onStage({}, async ({ slack, client }) => {
      slack.workspace().people.inviteBot(LAB, "U0ALICE");
      const post = async (channel: string) => client.chat.postMessage({ channel, text: "x" });
      for (let n = 0; n < 3; n += 1) await post(GENERAL);
      await assert.rejects(
        post(GENERAL),
        (error) => error instanceof WebAPIRateLimitedError && error.retryAfter === 1,
      );
      assert.equal((await post(LAB)).ok, true, "another channel is another limit");
      slack.clock.advance(1_000);
      assert.equal((await post(GENERAL)).ok, true);
    });
  });

  await it("go by method, and are one a minute for history of apps that are sold", async () => {
    await onStage({ history: "restricted" }, async ({ slack, client }) => {
      for (let n = 0; n < 20; n += 1) await client.pins.list({ channel: GENERAL });
      assert.equal((await client.conversations.members({ channel: GENERAL })).ok, true);
      const list = async () => client.conversations.list();
      assert.equal((await list()).ok, true);
      for (let n = 0; n < 20; n += 1) slack.workspace().people.post(GENERAL, "U0BOB", String(n));
      const { messages } = await client.conversations.history({ channel: GENERAL, limit: 200 });
      assert.equal(messages?.length, 15);
      await assert.rejects(
        client.conversations.history({ channel: GENERAL }),
        (error) => error instanceof WebAPIRateLimitedError && error.retryAfter === 60,
      );
    });
  });
});
