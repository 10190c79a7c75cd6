import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AppServiceDoor } from "../../../bridges/matrix/app-service.ts";
import { AppServiceListeners, appServiceServer } from "../../../bridges/matrix/app-service.ts";
import type { Transaction } from "../../../bridges/matrix/transaction.ts";
import { createLogger } from "../../../core/log.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";

const TOKEN = "a token of the homeserver";
const BASE = "/_matrix/app/v1";
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

const doorOf = (more: Partial<AppServiceDoor> = {}): AppServiceDoor => ({
  hsToken: TOKEN,
  deliver: () => Promise.resolve(),
  user: () => Promise.resolve(false),
  room: () => Promise.resolve(false),
  log,
  ...more,
});

/** A server with one account that keeps what it gets. */
async function keeping() {
  const got: Transaction[] = [];
  const deliver = (transaction: Transaction) => Promise.resolve(void got.push(transaction));
  return { got, server: await appServiceServer(() => [doorOf({ deliver })]) };
}

const put = (payload: string, id = "1", headers: Record<string, string> = {}) => ({
  method: "PUT" as const,
  url: `${BASE}/transactions/${id}`,
  headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
  payload,
});

void describe("a homeserver's transactions", () => {
  void it("are answered only when they are written", async () => {
    const written = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const deliver = (): Promise<void> => {
      begun.resolve();
      return written.promise;
    };
    const server = await appServiceServer(() => [doorOf({ deliver })]);
    let answered = false;
    const answer = server.inject(put('{"events":[]}')).then((response) => {
      answered = true;
      return response;
    });
    await begun.promise;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answered, false);
    written.resolve();
    const { statusCode, body } = await answer;
    assert.deepEqual([statusCode, body], [200, "{}"]);
  });

  void it("come again where they could not be written", async () => {
    const full = doorOf({ deliver: () => Promise.reject(new Error("the disk is full")) });
    const server = await appServiceServer(() => [full]);
    const answer = await server.inject(put('{"events":[]}'));
    assert.deepEqual([answer.statusCode, answer.json<{ errcode: string }>().errcode], [503, "M_UNKNOWN"]);
  });

  void it("are handed on as they came, in their order, whatever is in them", async () => {
    const { got, server } = await keeping();
    const events = ["no event", null, 7, { type: 5 }, { type: "m.x", content: { __proto__: null } }, []];
    const text = JSON.stringify({ events }).replace(
      '"content":{}',
      '"content":{"__proto__":{"a":1},"constructor":{}}',
    );
    assert.equal((await server.inject(put(text, "a%2Fb"))).statusCode, 200);
    const [first] = got;
    assert.equal(first?.id, "a/b");
    assert.equal(JSON.stringify({ events: first?.events }), text);
  });

  void it("are taken without events, or with something else in their place", async () => {
    const { got, server } = await keeping();
    for (const text of ["{}", '{"events":"none"}', '{"events":[],"ephemeral":{}}'])
      assert.equal((await server.inject(put(text))).statusCode, 200);
    assert.deepEqual(
      got,
      Array.from({ length: 3 }, () => ({ id: "1", events: [], ephemeral: [] })),
    );
  });

  void it("bear what is ephemeral under one name or another, and it is handled once", async () => {
    const { got, server } = await keeping();
    const typing = { type: "m.typing", room_id: "!r", content: { user_ids: [] } };
    const older = { "de.sorunome.msc2409.ephemeral": [typing] };
    for (const names of [{ ephemeral: [typing] }, older, { ephemeral: [typing], ...older }])
      await server.inject(put(JSON.stringify({ events: [], ...names })));
    assert.deepEqual(
      got.map(({ ephemeral }) => ephemeral),
      [[typing], [typing], [typing]],
    );
  });

  void it("may be of many events of the greatest size", async () => {
    const { got, server } = await keeping();
    const event = { type: "m.room.message", content: { body: "x".repeat(64_000) } };
    const text = JSON.stringify({ events: Array.from({ length: 480 }, () => event) });
    assert.ok(text.length > 30_000_000 && text.length < 32 * 1024 * 1024);
    assert.equal((await server.inject(put(text))).statusCode, 200);
    assert.equal(got[0]?.events.length, 480);
    const more = await server.inject(put(`${text}${" ".repeat(4_000_000)}`));
    assert.deepEqual([more.statusCode, more.json<{ errcode: string }>().errcode], [413, "M_TOO_LARGE"]);
  });

  void it("that are no JSON are refused, since nothing of them could be kept", async () => {
    const { got, server } = await keeping();
    for (const text of ["{", "[]", "7", ""]) {
      const answer = await server.inject(put(text));
      assert.deepEqual([answer.statusCode, answer.json<{ errcode: string }>().errcode], [400, "M_NOT_JSON"]);
    }
    assert.deepEqual(got, []);
  });

  void it("are JSON whatever their type says", async () => {
    const { got, server } = await keeping();
    for (const type of ["text/plain", "application/json; charset=utf-8", "application/octet-stream"])
      assert.equal(
        (await server.inject(put('{"events":[1]}', "1", { "content-type": type }))).statusCode,
        200,
      );
    assert.equal(got.length, 3);
  });
});

void describe("whoever asks the application service", () => {
  void it("is refused before anything is read where the token is not the homeserver's", async () => {
    const { got, server } = await keeping();
    const strangers: Record<string, string>[] = [
      { authorization: "Bearer another" },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: TOKEN },
      { authorization: "" },
    ];
    for (const headers of strangers) {
      const answer = await server.inject(put("{", "1", headers));
      assert.deepEqual([answer.statusCode, answer.json<{ errcode: string }>().errcode], [403, "M_FORBIDDEN"]);
    }
    const long = await server.inject(put("x".repeat(33 * 1024 * 1024), "1", { authorization: "Bearer x" }));
    assert.equal(long.statusCode, 403);
    assert.deepEqual(got, []);
  });

  void it("may say the token in the query, as older homeservers do", async () => {
    const { got, server } = await keeping();
    const ask = (token: string) =>
      server.inject({
        method: "PUT",
        url: `${BASE}/transactions/1?access_token=${encodeURIComponent(token)}`,
        payload: { events: [] },
      });
    assert.deepEqual([(await ask(TOKEN)).statusCode, (await ask("x")).statusCode], [200, 403]);
    assert.equal(got.length, 1);
  });

  void it("is of the account whose token it is", async () => {
    const taken: string[] = [];
    const named = (name: string): AppServiceDoor =>
      doorOf({ hsToken: name, deliver: () => Promise.resolve(void taken.push(name)) });
    const doors = [named("one"), named("two")];
    const server = await appServiceServer(() => doors);
    await server.inject(put("{}", "1", { authorization: "Bearer two" }));
    await server.inject(put("{}", "1", { authorization: "Bearer one" }));
    doors.pop();
    const { statusCode } = await server.inject(put("{}", "1", { authorization: "Bearer two" }));
    assert.deepEqual([taken, statusCode], [["two", "one"], 403]);
  });

  void it("is told whether there is such a user or room", async () => {
    const asked: string[] = [];
    const server = await appServiceServer(() => [
      doorOf({
        user: (id) => Promise.resolve(asked.push(id) > 0 && id === "@_mimi_x:hs"),
        room: (alias) =>
          alias === "#_mimi_bad:hs"
            ? Promise.reject(new Error("away"))
            : Promise.resolve(alias === "#_mimi_a:hs"),
      }),
    ]);
    const ask = async (path: string) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const answer = await server.inject({ method: "GET", url: `${BASE}/${path}`, headers });
      return [answer.statusCode, answer.json<{ errcode?: string }>().errcode];
    };
    assert.deepEqual(await ask("users/%40_mimi_x%3Ahs"), [200, undefined]);
    const longest = `@_mimi_${"%C3%A4".repeat(120)}:hs`;
    assert.deepEqual(await ask(`users/${encodeURIComponent(longest)}`), [404, "M_NOT_FOUND"]);
    assert.deepEqual(asked, ["@_mimi_x:hs", longest]);
    assert.deepEqual(await ask("rooms/%23_mimi_a%3Ahs"), [200, undefined]);
    assert.deepEqual(await ask("rooms/%23_mimi_b%3Ahs"), [404, "M_NOT_FOUND"]);
    assert.deepEqual(await ask("rooms/%23_mimi_bad%3Ahs"), [503, "M_UNKNOWN"]);
  });

  void it("gets a sign of life, and no other answer than that to what is unknown", async () => {
    const { server } = await keeping();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const ping = await server.inject({
      method: "POST",
      url: `${BASE}/ping`,
      headers,
      payload: { transaction_id: "t" },
    });
    assert.deepEqual([ping.statusCode, ping.body], [200, "{}"]);
    for (const url of [`${BASE}/thirdparty/protocol/x`, "/", "/transactions/1"]) {
      const answer = await server.inject({ method: "GET", url, headers });
      assert.deepEqual(
        [answer.statusCode, answer.json<{ errcode: string }>().errcode],
        [404, "M_UNRECOGNIZED"],
      );
    }
  });
});

void describe("the addresses of application services", () => {
  void it("take requests for the accounts that are there", async () => {
    const [port = 0] = await freePorts(1);
    const leave = await new AppServiceListeners().add({ host: "127.0.0.1", port }, doorOf());
    const headers = { authorization: `Bearer ${TOKEN}` };
    const url = `http://127.0.0.1:${port}${BASE}/ping`;
    assert.equal((await fetch(url, { method: "POST", headers })).status, 200);
    await leave();
    await assert.rejects(fetch(url, { method: "POST", headers }), TypeError);
  });

  void it("give a sign of life and take nothing where the accounts are only tried", async (test) => {
    const [port = 0] = await freePorts(1);
    const got: Transaction[] = [];
    const deliver = (transaction: Transaction) => Promise.resolve(void got.push(transaction));
    const leave = await new AppServiceListeners(true).add({ host: "127.0.0.1", port }, doorOf({ deliver }));
    test.after(leave);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const at = `http://127.0.0.1:${port}${BASE}`;
    assert.equal((await fetch(`${at}/ping`, { method: "POST", headers })).status, 200);
    const handed = await fetch(`${at}/transactions/1`, { method: "PUT", headers, body: '{"events":[]}' });
    assert.deepEqual([handed.status, got], [503, []]);
    assert.equal((await fetch(`${at}/users/@x:a.test`, { headers })).status, 503);
  });
});
