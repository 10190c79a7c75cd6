import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fastify from "fastify";
import type { Body } from "../../../bridges/slack/envelope.ts";
import { EVENTS_PATH, slackEvents } from "../../../bridges/slack/http-receiver.ts";
import { createLogger } from "../../../core/log.ts";

const SECRET = "a signing secret";
const NOW = 1_700_000_000_000;
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

async function server(deliver: (body: Body) => Promise<unknown>) {
  const app = fastify();
  await app.register(slackEvents({ signingSecret: SECRET, deliver, log, now: () => NOW }));
  app.post("/other", (request) => ({ parsed: request.body }));
  return app;
}

function signed(payload: string, type = JSON_TYPE, timestamp = String(NOW / 1_000)) {
  const digest = createHmac("sha256", SECRET).update(`v0:${timestamp}:${payload}`).digest("hex");
  const headers = {
    "content-type": type,
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${digest}`,
  };
  return { method: "POST", url: EVENTS_PATH, headers, payload } as const;
}

void describe("Slack's requests", () => {
  void it("are answered only when they were taken in", async () => {
    const written = Promise.withResolvers<void>();
    const app = await server(() => written.promise);
    let answered = false;
    const answer = app.inject(signed('{"type":"event_callback"}')).then((response) => {
      answered = true;
      return response;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answered, false);
    written.resolve();
    assert.equal((await answer).statusCode, 200);
  });

  void it("are refused where they could not be taken in, so that Slack repeats them", async () => {
    const app = await server(() => Promise.reject(new Error("the disk is full")));
    const { statusCode, headers } = await app.inject(signed('{"type":"event_callback"}'));
    assert.equal(statusCode, 503);
    assert.equal(headers["x-slack-no-retry"], undefined);
  });

  void it("are refused unread where the signature or its age is wrong", async () => {
    let read = 0;
    const app = await server(() => Promise.resolve((read += 1)));
    const good = signed('{"type":"event_callback"}');
    const old = signed('{"type":"event_callback"}', JSON_TYPE, String(NOW / 1_000 - 301));
    const bare = { ...good, headers: { "content-type": JSON_TYPE } };
    for (const request of [{ ...good, payload: "{}" }, old, bare])
      assert.equal((await app.inject(request)).statusCode, 401);
    assert.equal(read, 0);
  });

  void it("are challenged by Slack once, and answer with the challenge", async () => {
    const app = await server(() => Promise.reject(new Error("never asked")));
    const answer = await app.inject(signed('{"type":"url_verification","challenge":"c"}'));
    assert.deepEqual(answer.json(), { challenge: "c" });
  });

  void it("may be forms, with fields or with JSON in one of them", async () => {
    const bodies: Body[] = [];
    const app = await server((body) => Promise.resolve(void bodies.push(body)));
    await app.inject(signed("command=%2Fmimi&text=who+is+it", FORM_TYPE));
    await app.inject(signed(`payload=${encodeURIComponent('{"type":"block_actions"}')}`, FORM_TYPE));
    assert.deepEqual(bodies, [{ command: "/mimi", text: "who is it" }, { type: "block_actions" }]);
  });

  void it("that are signed and yet can't be read are refused for good", async () => {
    const app = await server(() => Promise.reject(new Error("never asked")));
    assert.equal((await app.inject(signed("{"))).statusCode, 400);
  });

  void it("give commands their answer", async () => {
    const app = await server(() => Promise.resolve({ response_type: "ephemeral", text: "hello" }));
    const answer = await app.inject(signed("command=%2Fmimi", FORM_TYPE));
    assert.deepEqual(answer.json(), { response_type: "ephemeral", text: "hello" });
  });

  void it("leave the parsers of other routes as they are", async () => {
    const app = await server(() => Promise.resolve());
    const answer = await app.inject({ method: "POST", url: "/other", payload: { a: 1 } });
    assert.deepEqual(answer.json(), { parsed: { a: 1 } });
  });
});
