import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import type { CallFault } from "./faults.ts";
import { withServer } from "./receiver.ts";
import type { SlackSimulator } from "./simulator.ts";
import { codeOf, GENERAL, LAB, onStage } from "./stage.ts";

/** Takes every event and notes the texts of the messages in it. */
async function withReader(
  slack: SlackSimulator,
  run: (texts: readonly string[]) => Promise<void>,
): Promise<void> {
  const texts: string[] = [];
  const take = (_request: IncomingMessage, body: string, response: ServerResponse): void => {
    const { event } = JSON.parse(body) as { event: { text?: string } };
    texts.push(event.text ?? "");
    response.writeHead(200).end();
  };
  await withServer(take, async (url) => {
    slack.events.useUrl(url);
    await run(texts);
  });
}

void describe("faults of the Web API", async () => {
  await it("lose a call before or after it is made", async () => {
    await onStage({}, async ({ slack, client }) => {
      const post = async (text: string) => client.chat.postMessage({ channel: GENERAL, text });
      const kinds: CallFault["kind"][] = [];
      const fault = (next: CallFault) => {
        slack.faults.onCall = ({ method }) => {
          kinds.push(next.kind);
          return method === "chat.postMessage" ? next : null;
        };
      };
      fault({ kind: "lost-before" });
      await assert.rejects(post("before"), WebAPIRequestError);
      fault({ kind: "lost-after" });
      await assert.rejects(post("after"), WebAPIRequestError);
      fault({ kind: "status", status: 503 });
      await assert.rejects(post("status"), WebAPIHTTPError);
      slack.clock.advance(10_000);
      fault({ kind: "refuse", error: "internal_error" });
      assert.equal(await codeOf(post("refused")), "internal_error");
      assert.deepEqual(
        slack
          .workspace()
          .messages(GENERAL)
          .map(({ text }) => text),
        ["after"],
      );
      assert.deepEqual(kinds, ["lost-before", "lost-after", "status", "refuse"]);
    });
  });

  await it("take a message and show it to nobody for a while", async () => {
    await onStage({}, async ({ slack, client }) => {
      await withReader(slack, async (texts) => {
        slack.faults.onCall = () => ({ kind: "lost-unseen", ms: 10_000 });
        const metadata = { event_type: "mimigw", event_payload: { id: "1" } };
        await assert.rejects(
          client.chat.postMessage({ channel: GENERAL, text: "hidden", metadata }),
          WebAPIRequestError,
        );
        slack.faults.onCall = () => null;
        const seen = async () => {
          const history = await client.conversations.history({
            channel: GENERAL,
            include_all_metadata: true,
          });
          return history.messages?.map(({ metadata: found }) => found);
        };
        slack.clock.advance(9_999);
        assert.deepEqual([await seen(), texts], [[], []]);
        slack.clock.advance(1);
        await slack.events.settled();
        assert.deepEqual([await seen(), texts], [[metadata], ["hidden"]]);
      });
    });
  });

  await it("answer late, not at all, or with a storm of 429", async () => {
    await onStage({}, async ({ slack, client }) => {
      const gate = Promise.withResolvers<void>();
      slack.faults.onCall = () => ({ kind: "late", until: gate.promise });
      let isAnswered = false;
      const late = client.auth.test().then(() => (isAnswered = true));
      await slack.workspace().until("a turn", () => true);
      assert.equal(isAnswered, false);
      gate.resolve();
      await late;
      slack.faults.onCall = () => null;
      const end = slack.faults.storm(30, ["chat.postMessage"]);
      const post = client.chat.postMessage({ channel: GENERAL, text: "x" });
      await assert.rejects(
        post,
        (error) => error instanceof WebAPIRateLimitedError && error.retryAfter === 30,
      );
      assert.equal((await client.auth.test()).ok, true);
      end();
      assert.equal((await client.chat.postMessage({ channel: GENERAL, text: "x" })).ok, true);
      slack.faults.outage = true;
      await assert.rejects(client.auth.test(), WebAPIRequestError);
    });
  });
});

void describe("faults of the events", async () => {
  await it("double, drop and delay single events", async () => {
    await onStage({}, async ({ slack }) => {
      await withReader(slack, async (texts) => {
        slack.faults.onEvent = ({ event }) => {
          if (event["text"] === "twice") return { copies: 2 };
          if (event["text"] === "never") return { copies: 0 };
          return event["text"] === "late" ? { afterMs: 5_000 } : null;
        };
        const { people } = slack.workspace();
        for (const text of ["twice", "never", "late", "plain"]) people.post(GENERAL, "U0BOB", text);
        await slack.events.attempted(3);
        assert.deepEqual(texts, ["twice", "twice", "plain"]);
        slack.clock.advance(5_000);
        await slack.events.settled();
        assert.deepEqual(texts, ["twice", "twice", "plain", "late"]);
        assert.equal(new Set(slack.events.taken).size, 3, "the double has the same event id");
      });
    });
  });

  await it("keep all events back for an hour, and let them go in the wrong order", async () => {
    await onStage({}, async ({ slack }) => {
      await withReader(slack, async (texts) => {
        const { people } = slack.workspace();
        slack.faults.withholdEvents();
        for (const text of ["1", "2", "3"]) people.post(GENERAL, "U0BOB", text);
        slack.clock.advance(3_600_000);
        assert.deepEqual(texts, []);
        slack.faults.releaseEvents("reversed");
        people.post(GENERAL, "U0BOB", "4");
        await slack.events.settled();
        assert.deepEqual(texts, ["3", "2", "1", "4"]);
      });
    });
  });

  await it("leave one channel's events alone while another's are not answered", async () => {
    await onStage({}, async ({ slack }) => {
      await withReader(slack, async (texts) => {
        const { people } = slack.workspace();
        people.inviteBot(LAB, "U0ALICE");
        await slack.events.settled();
        slack.faults.onEvent = ({ event }) => (event["channel"] === LAB ? { afterMs: 1_000 } : null);
        people.post(LAB, "U0BOB", "lab");
        people.post(GENERAL, "U0BOB", "general");
        await slack.workspace().until("a turn", () => true);
        await slack.events.attempted(slack.events.taken.length + 1);
        assert.equal(texts.at(-1), "general");
        slack.clock.advance(1_000);
        await slack.events.settled();
        assert.equal(texts.at(-1), "lab");
      });
    });
  });
});
