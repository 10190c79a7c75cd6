import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { App, HTTPReceiver } from "@slack/bolt";
import { withServer } from "./receiver.ts";
import type { SlackSimulator } from "./simulator.ts";
import { GENERAL, onStage, silent } from "./stage.ts";

interface Heard {
  readonly type: string;
  readonly subtype: string | undefined;
  readonly retry: number | undefined;
  readonly reason: string | undefined;
}

/** A Bolt app that hears everything over HTTP, its own doings included. */
async function withBolt(
  slack: SlackSimulator,
  hear: (heard: Heard) => void,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const receiver = new HTTPReceiver({
    signingSecret: slack.app.signingSecret,
    processBeforeResponse: true,
    logger: silent,
  });
  const { botToken, botId, botUser } = slack.workspace();
  const app = new App({
    receiver,
    ignoreSelf: false,
    convoStore: false,
    logger: silent,
    clientOptions: { slackApiUrl: slack.apiUrl },
    authorize: () => Promise.resolve({ botToken, botId, botUserId: botUser }),
  });
  app.use(async ({ payload, context, next }) => {
    const { type, subtype } = payload as { type: string; subtype?: string };
    hear({ type, subtype, retry: context.retryNum, reason: context.retryReason });
    await next();
  });
  app.command("/mimi", async ({ ack, command }) => ack({ text: `heard ${command.text}` }));
  app.action("gwpoll:1", async ({ ack }) => ack());
  const server = await app.start({ port: 0, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${(server as { address(): AddressInfo }).address().port}/slack/events`;
  try {
    await run(url);
  } finally {
    await app.stop();
  }
}

void describe("the simulator's events over HTTP", async () => {
  await it("are what Bolt takes: the challenge, messages, edits, deletes, reactions, files, rooms", async () => {
    await onStage({}, async ({ slack, client }) => {
      const heard: Heard[] = [];
      await withBolt(
        slack,
        (one) => heard.push(one),
        async (url) => {
          await slack.events.verifyUrl(url);
          const { people } = slack.workspace();
          const ts = people.post(GENERAL, "U0BOB", "hello <@U0ALICE> :tada:");
          people.edit(GENERAL, ts, "changed");
          people.react(GENERAL, ts, "U0ALICE", "tada");
          people.unreact(GENERAL, ts, "U0ALICE", "tada");
          people.pin(GENERAL, ts, "U0ALICE");
          people.upload(GENERAL, "U0BOB", { name: "a.txt", bytes: Buffer.from("a") });
          people.topic(GENERAL, "U0BOB", "new");
          people.delete(GENERAL, ts);
          await client.chat.postMessage({ channel: GENERAL, text: "mine" });
          await slack.events.settled();
        },
      );
      assert.deepEqual(
        heard.map(({ type, subtype }) => (subtype === undefined ? type : `${type}/${subtype}`)),
        [
          "message",
          "message/message_changed",
          "reaction_added",
          "reaction_removed",
          "pin_added",
          "message/file_share",
          "file_shared",
          "message/channel_topic",
          "message/message_deleted",
          "message",
        ],
      );
      assert.deepEqual(slack.events.lost, []);
    });
  });

  await it("carry commands and buttons, and their answers", async () => {
    await onStage({}, async ({ slack, client }) => {
      await withBolt(
        slack,
        () => undefined,
        async (url) => {
          slack.events.useUrl(url);
          const { asking, ephemerals } = slack.workspace();
          await asking.command(GENERAL, "U0BOB", "/mimi", "status");
          assert.deepEqual(ephemerals, [{ channel: GENERAL, user: "U0BOB", text: "heard status" }]);
          const text = { type: "plain_text", text: "Yes" } as const;
          const button = { type: "button", text, action_id: "gwpoll:1", value: "1" } as const;
          const { ts = "" } = await client.chat.postMessage({
            channel: GENERAL,
            text: "poll",
            blocks: [{ type: "section", text, accessory: button }],
          });
          assert.notEqual(await asking.press(GENERAL, ts, "U0BOB", "gwpoll:1"), null);
          await slack.events.settled();
        },
      );
    });
  });

  await it("let a command be answered later, five times at the most", async () => {
    await onStage({}, async ({ slack }) => {
      let later = "";
      const take = (_request: IncomingMessage, body: string, response: ServerResponse) => {
        later = new URLSearchParams(body).get("response_url") ?? "";
        response.writeHead(200).end();
      };
      await withServer(take, async (url) => {
        slack.events.useUrl(url);
        await slack.workspace().asking.command(GENERAL, "U0BOB", "/mimi", "who");
      });
      const say = async (answer: object) =>
        (await fetch(later, { method: "POST", body: JSON.stringify(answer) })).status;
      assert.equal(await say({ text: "secret" }), 200);
      assert.equal(await say({ text: "open", response_type: "in_channel" }), 200);
      for (let n = 0; n < 3; n += 1) await say({});
      assert.equal(await say({ text: "once more" }), 404);
      assert.deepEqual(
        slack.workspace().ephemerals.map(({ text }) => text),
        ["secret"],
      );
      assert.deepEqual(
        slack
          .workspace()
          .messages(GENERAL)
          .map(({ text }) => text),
        ["open"],
      );
    });
  });

  await it("come again at once, after a minute and after five, and then never", async () => {
    await onStage({}, async ({ slack }) => {
      const seen: (string | undefined)[] = [];
      const answer = ({ headers }: IncomingMessage, _body: string, response: ServerResponse) => {
        seen.push(
          `${headers["x-slack-retry-num"]?.toString()} ${headers["x-slack-retry-reason"]?.toString()}`,
        );
        response.writeHead(500).end();
      };
      await withServer(answer, async (url) => {
        slack.events.useUrl(url);
        slack.workspace().people.post(GENERAL, "U0BOB", "lost");
        await slack.events.attempted(2);
        slack.clock.advance(59_999);
        assert.equal(seen.length, 2);
        slack.clock.advance(1);
        await slack.events.attempted(3);
        slack.clock.advance(300_000);
        await slack.events.attempted(4);
        await slack.events.settled();
      });
      assert.deepEqual(seen, ["undefined undefined", "1 http_error", "2 http_error", "3 http_error"]);
      assert.equal(slack.events.lost.length, 1);
    });
  });

  await it("are given up at once where the app wants no retries, and called late after three seconds", async () => {
    await onStage({}, async ({ slack }) => {
      const reasons: (string | undefined)[] = [];
      const asked = Promise.withResolvers<void>();
      const answer = ({ headers }: IncomingMessage, _body: string, response: ServerResponse) => {
        reasons.push(headers["x-slack-retry-reason"]?.toString());
        if (reasons.length === 1) asked.resolve();
        else response.writeHead(500, { "x-slack-no-retry": "1" }).end();
      };
      await withServer(answer, async (url) => {
        slack.events.useUrl(url);
        slack.workspace().people.post(GENERAL, "U0BOB", "late");
        await asked.promise;
        slack.clock.advance(2_999);
        assert.equal(slack.events.attempts, 0);
        slack.clock.advance(1);
        await slack.events.settled();
      });
      assert.equal(slack.events.lost.length, 1);
      assert.deepEqual(reasons, [undefined, "http_timeout"]);
    });
  });

  await it("need a URL that answers the challenge", async () => {
    await onStage({}, async ({ slack }) => {
      await withServer(
        (_request, _body, response) => response.writeHead(200).end("hello"),
        async (url) => assert.rejects(slack.events.verifyUrl(url), /did not answer with the challenge/),
      );
      assert.equal(slack.events.url, null);
    });
  });

  await it("are refused by Bolt when they are forged or old", async () => {
    await onStage({}, async ({ slack }) => {
      const heard: Heard[] = [];
      await withBolt(
        slack,
        (one) => heard.push(one),
        async (url) => {
          slack.events.useUrl(url);
          slack.faults.forgedSignatures = true;
          slack.workspace().people.post(GENERAL, "U0BOB", "forged");
          await slack.events.attempted(2);
          slack.faults.forgedSignatures = false;
          slack.faults.signatureSkewMs = -400_000;
          slack.workspace().people.post(GENERAL, "U0BOB", "old");
          await slack.events.attempted(4);
        },
      );
      assert.deepEqual(heard, []);
    });
  });
});
