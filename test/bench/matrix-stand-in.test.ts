import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { z } from "zod";
import { MatrixPusher } from "./matrix-pusher.ts";
import { type Asked, StandInRooms } from "./matrix-stand-in-rooms.ts";
import { StandInSync } from "./matrix-stand-in-sync.ts";

const ROOM = "!to0:hs.bench";
const GHOST = "@_mimi_x:hs.bench";

function standIn() {
  const happened: string[] = [];
  const sent: string[] = [];
  const rooms = new StandInRooms({
    serverName: "hs.bench",
    bot: "@mimi:hs.bench",
    happened: (event) => happened.push(event),
    sent: (room, content) => sent.push(`${room} ${content}`),
  });
  const ask = (method: Asked["method"], parts: readonly string[], body = ""): number =>
    rooms.answer({ method, parts, query: new URLSearchParams({ user_id: GHOST }), body })[0];
  return { rooms, ask, happened, sent };
}

void test("the stand-in takes a transaction once, and tells of it", () => {
  const { ask, happened, sent } = standIn();
  const send = ["rooms", ROOM, "send", "m.room.message", "key-1"];
  assert.equal(ask("PUT", send, `{"body":"one"}`), 200);
  assert.equal(ask("PUT", send, `{"body":"one"}`), 200);
  assert.deepEqual(sent, [`${ROOM} {"body":"one"}`]);
  assert.equal(happened.length, 1);
  const told = z.object({ sender: z.string(), content: z.unknown() }).parse(JSON.parse(happened[0] ?? ""));
  assert.deepEqual(told, { sender: GHOST, content: { body: "one" } });
});

void test("in the stand-in a ghost is where he has joined", () => {
  const { ask } = standIn();
  const member = ["rooms", ROOM, "state", "m.room.member", GHOST];
  assert.equal(ask("POST", ["register"], `{"username":"_mimi_x"}`), 200);
  assert.equal(ask("POST", ["register"], `{"username":"_mimi_x"}`), 400);
  assert.equal(ask("GET", member), 404);
  assert.equal(ask("POST", ["rooms", ROOM, "join"], "{}"), 200);
  assert.equal(ask("GET", member), 200);
});

void test("the stand-in pushes in order, so many at a time, and again what is not answered with 200", async (t) => {
  const transactionForm = z.object({ events: z.array(z.number()) });
  const taken: (readonly [url: string | undefined, events: readonly number[]])[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      taken.push([request.url?.split("/").at(-1), transactionForm.parse(body).events]);
      response.writeHead(taken.length === 1 ? 503 : 200).end("{}");
    });
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const pusher = new MatrixPusher(`http://127.0.0.1:${port}`, "token");
  pusher.most = 2;
  for (const event of ["1", "2", "3"]) pusher.push(event);
  await pusher.idle();
  assert.deepEqual(taken, [
    ["1", [1, 2]],
    ["1", [1, 2]],
    ["2", [3]],
  ]);
  server.closeAllConnections();
});

void test("at the stand-in a person hears each message once, also what was sent between two requests", async () => {
  const sync = new StandInSync();
  const answers: string[] = [];
  const ask = (since: string | null): void => sync.ask(since, (json) => answers.push(json));
  sync.happened(`{"body":"before anybody listens"}`);
  ask(null);
  assert.deepEqual(answers, [`{"next_batch":"s0"}`]);
  sync.happened(`{"body":"one"}`);
  ask("s0");
  assert.equal(answers[1], `{"next_batch":"s1","events":[{"body":"one"}]}`);
  ask("s1");
  assert.equal(answers.length, 2);
  sync.happened(`{"body":"two"}`);
  sync.happened(`{"body":"three"}`);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(answers.slice(2), [`{"next_batch":"s2","events":[{"body":"two"},{"body":"three"}]}`]);
});
