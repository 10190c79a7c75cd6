import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { withServer } from "./receiver.ts";
import { GENERAL, LAB, onStage } from "./stage.ts";

void describe("the simulator's events", async () => {
  await it("give way to app_rate_limited above the number that Slack sends in an hour", async () => {
    await onStage({ eventsAnHour: 2 }, async ({ slack }) => {
      const types: string[] = [];
      const answer = (_request: IncomingMessage, body: string, response: ServerResponse) => {
        types.push((JSON.parse(body) as { type: string }).type);
        response.writeHead(200).end();
      };
      await withServer(answer, async (url) => {
        slack.events.useUrl(url);
        for (let n = 0; n < 5; n += 1) slack.workspace().people.post(GENERAL, "U0BOB", String(n));
        await slack.events.settled();
        slack.clock.advance(3_600_000);
        slack.workspace().people.post(GENERAL, "U0BOB", "again");
        await slack.events.settled();
      });
      assert.deepEqual(
        types.toSorted((one, other) => one.localeCompare(other)),
        ["app_rate_limited", ...Array.from({ length: 3 }, () => "event_callback")],
      );
    });
  });

  await it("come only where the bot is, and as far as its scopes and subscriptions go", async () => {
    const options = { scopes: ["channels:history"], events: ["message.channels", "reaction_added"] };
    await onStage(options, async ({ slack }) => {
      let count = 0;
      const answer = (_request: IncomingMessage, _body: string, response: ServerResponse) => {
        count += 1;
        response.writeHead(200).end();
      };
      await withServer(answer, async (url) => {
        slack.events.useUrl(url);
        const { people } = slack.workspace();
        people.post(LAB, "U0BOB", "the bot is not here");
        const ts = people.post(GENERAL, "U0BOB", "heard");
        people.react(GENERAL, ts, "U0BOB", "tada");
        people.pin(GENERAL, ts, "U0BOB");
        await slack.events.settled();
      });
      assert.equal(count, 1);
    });
  });

  await it("stop for a minute where a test says so", async () => {
    await onStage({}, async ({ slack }) => {
      const minutes: (number | undefined)[] = [];
      const answer = (_request: IncomingMessage, body: string, response: ServerResponse) => {
        minutes.push((JSON.parse(body) as { minute_rate_limited?: number }).minute_rate_limited);
        response.writeHead(200).end();
      };
      await withServer(answer, async (url) => {
        slack.events.useUrl(url);
        slack.events.limit("T0SIM");
        slack.workspace().people.post(GENERAL, "U0BOB", "lost");
        await slack.events.settled();
        slack.clock.advance(60_000);
        slack.workspace().people.post(GENERAL, "U0BOB", "heard");
        await slack.events.settled();
      });
      assert.deepEqual(minutes, [Math.floor(1_790_000_000 / 60) * 60, undefined]);
    });
  });
});
