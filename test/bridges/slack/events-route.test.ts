import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fastify from "fastify";
import type { Body } from "../../../bridges/slack/envelope.ts";
import { type EventDoor, EVENTS_PATH, slackEvents } from "../../../bridges/slack/events-route.ts";
import { createLogger } from "../../../core/log.ts";

const SECRET = "a signing secret";
const NOW = 1_700_000_000_000;
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

async function server(
  deliver: (body: Body) => Promise<unknown>,
  others: readonly EventDoor[] = [],
  waiting: readonly string[] = [],
  missed: () => void = () => undefined,
) {
  const app = fastify();
  const door = { signingSecret: SECRET, team: () => "T1", deliver, missed, log };
  await app.register(slackEvents({ doors: () => [door, ...others], waiting: () => waiting, now: () => NOW }));
  app.post("/other", (request) => ({ parsed: request.body }));
  return app;
}

function signed(payload: string, type = JSON_TYPE, timestamp = String(NOW / 1_000), secret = SECRET) {
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:${payload}`).digest("hex");
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

  void it("tell of a gap where Slack has tried for a minute, before they are taken in", async () => {
    const seen: string[] = [];
    const deliver = () => Promise.resolve(void seen.push("taken"));
    const app = await server(deliver, [], [], () => seen.push("missed"));
    const request = signed('{"type":"event_callback"}');
    for (const retry of ["1", "2"])
      await app.inject({ ...request, headers: { ...request.headers, "x-slack-retry-num": retry } });
    await app.inject({ ...request, payload: "{}", headers: { "x-slack-retry-num": "3" } });
    assert.deepEqual(seen, ["taken", "missed", "taken"]);
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

  void it("are for the account whose secret has signed them and whose workspace they name", async () => {
    const taken: string[] = [];
    const doorOf = (name: string, signingSecret: string, team: string | null): EventDoor => ({
      signingSecret,
      team: () => team,
      deliver: () => Promise.resolve(void taken.push(name)),
      missed: () => undefined,
      log,
    });
    const app = await server(
      () => Promise.resolve(void taken.push("first")),
      [doorOf("same app", SECRET, "T2"), doorOf("other app", "another secret", "T3")],
    );
    const ask = async (team: string) =>
      (await app.inject(signed(JSON.stringify({ type: "event_callback", team_id: team })))).statusCode;
    assert.deepEqual([await ask("T2"), await ask("T1")], [200, 200]);
    assert.deepEqual(taken, ["same app", "first"]);
    // Its workspace is served here, by another app.
    assert.equal(await ask("T3"), 401);
    assert.equal(await ask("T9"), 401);
    assert.deepEqual(taken, ["same app", "first"]);
  });

  void it("of a channel that workspaces share are for the one through which the app hears it", async () => {
    const taken: Body[] = [];
    const app = await server((body) => Promise.resolve(void taken.push(body)));
    const shared = { type: "event_callback", team_id: "T9", context_team_id: "T9" };
    const ask = async (more: object) =>
      (await app.inject(signed(JSON.stringify({ ...shared, ...more })))).statusCode;
    assert.equal(await ask({}), 401);
    assert.equal(await ask({ context_team_id: "T1" }), 200);
    assert.equal(await ask({ authorizations: [{ team_id: "T8" }, { team_id: "T1" }] }), 200);
    assert.equal(taken.length, 2);
  });

  void it("come again where an account does not know yet whether they are for it", async () => {
    const waiting: EventDoor = {
      signingSecret: SECRET,
      team: () => null,
      deliver: () => Promise.reject(new Error("never asked")),
      missed: () => undefined,
      log,
    };
    const app = await server(() => Promise.resolve(), [waiting]);
    const answer = await app.inject(signed('{"type":"event_callback","team_id":"T2"}'));
    assert.equal(answer.statusCode, 503);
  });

  void it("of an app that is not installed yet are challenges, or come again", async () => {
    const other = "a signing secret of an app that nobody has let in yet";
    const app = await server(() => Promise.resolve(), [], [other]);
    const challenge = signed('{"type":"url_verification","challenge":"c"}', JSON_TYPE, undefined, other);
    assert.deepEqual((await app.inject(challenge)).json(), { challenge: "c" });
    const event = signed('{"type":"event_callback","team_id":"T2"}', JSON_TYPE, undefined, other);
    assert.equal((await app.inject(event)).statusCode, 503);
  });

  void it("leave the parsers of other routes as they are", async () => {
    const app = await server(() => Promise.resolve());
    const answer = await app.inject({ method: "POST", url: "/other", payload: { a: 1 } });
    assert.deepEqual(answer.json(), { parsed: { a: 1 } });
  });
});
