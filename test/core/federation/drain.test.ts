import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { callerOf } from "../../../core/federation/serving/caller.ts";
import { HeldRequests } from "../../../core/federation/serving/held-requests.ts";
import type { PeerId } from "../../../core/ids.ts";
import { echoRoutes, TwoGateways } from "./two-gateways.ts";
import { until } from "./waiting.ts";

async function answerTo(request: ClientRequest) {
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  request.end();
  const [answer] = await answered;
  await text(answer);
  return { status: answer.statusCode, headers: answer.headers };
}

void describe("a server that ends", () => {
  void it("answers held requests at once, lets others finish, and takes no more", async (t) => {
    const finish = Promise.withResolvers<void>();
    const working = Promise.withResolvers<void>();
    const routes =
      (both: () => TwoGateways) =>
      (server: FastifyInstance): void => {
        server.get("/poll", (request) => {
          const { promise, resolve } = Promise.withResolvers<void>();
          const answered = both().held.hold(callerOf(request).peer, resolve);
          return promise.then(answered).then(() => ({ events: [] }));
        });
        server.get("/work", () => {
          working.resolve();
          return finish.promise.then(() => ({ done: true }));
        });
      };
    const both: TwoGateways = await TwoGateways.start(t, [routes(() => both)]);
    const polls = Array.from({ length: 20 }, () => both.send(both.signed({ path: "/poll" })));
    const work = both.send(both.signed({ path: "/work" }));
    await working.promise;
    while (both.held.size < 20) await new Promise(setImmediate);

    const idle = connect(both.server.port, "127.0.0.1");
    await once(idle, "connect");
    const drained = both.server.drain();
    for (const answer of await Promise.all(polls)) {
      assert.deepEqual([answer.status, answer.text], [200, '{"events":[]}']);
      assert.equal(answer.headers["connection"], "close");
    }
    assert.equal(both.held.size, 0);
    let released = 0;
    both.held.hold(1 as PeerId, () => released++);
    assert.equal(released, 1, "nothing is held from now on");
    assert.equal((await both.send(both.signed({ path: "/poll" }))).status, 503);
    finish.resolve();
    assert.equal((await work).text, '{"done":true}');
    await drained;
    idle.destroy();
  });

  void it("lets a peer hold so many requests, and others as many of their own", () => {
    const held = new HeldRequests(2);
    const [a, b] = [1 as PeerId, 2 as PeerId];
    const first = held.hold(a, () => undefined);
    held.hold(a, () => undefined);
    assert.throws(() => held.hold(a, () => undefined), /^ProblemError: rate_limited/);
    held.hold(b, () => undefined);
    first();
    held.hold(a, () => undefined);
    assert.equal(held.size, 3);
  });

  void it("refuses what comes on kept and on new connections as long as something is under way, and cuts nobody off", async (t) => {
    const finish = Promise.withResolvers<void>();
    const working = Promise.withResolvers<void>();
    const routes = (server: FastifyInstance): void => {
      server.get("/work", () => {
        working.resolve();
        return finish.promise.then(() => ({ done: true }));
      });
    };
    const seen = { open: 0, over: false };
    const counted = ({ server }: FastifyInstance): void => {
      server.on("connection", (socket) => {
        seen.open += 1;
        socket.once("close", () => (seen.open -= 1));
      });
    };
    const both = await TwoGateways.start(t, [routes, echoRoutes, counted]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const kept = { host: "127.0.0.1", port: both.server.port, agent };
    const first = await answerTo(httpRequest({ ...kept, path: "/who", headers: both.signed().headers }));
    assert.equal(first.status, 200);
    const work = both.send(both.signed({ path: "/work" }));
    await working.promise;
    const drained = both.server.drain();

    const body = "x".repeat(500_000);
    const signed = both.signed({ path: "/echo", body });
    const large = httpRequest({ ...kept, ...signed });
    const reused = once(large, "socket").then(() => large.reusedSocket);
    for (let at = 0; at < body.length; at += 100_000) {
      large.write(body.slice(at, at + 100_000));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const refused = await answerTo(large);
    assert.ok(await reused, "on the connection that was kept");
    assert.deepEqual(
      [refused.status, refused.headers["connection"], refused.headers["retry-after"]],
      [503, "close", "1"],
    );
    assert.equal((await both.send(both.signed())).status, 503, "a new connection");
    finish.resolve();
    assert.equal((await work).status, 200);
    while (seen.open > 0) await new Promise(setImmediate);
    void drained.then(() => (seen.over = true));
    for (let turns = 0; !seen.over && turns < 1_000; turns++) await new Promise(setImmediate);
    assert.ok(seen.over, "nobody is connected any more, so that nobody is waited for");
    await assert.rejects(both.send(both.signed()));
  });

  void it("waits a second for what idle connections may have sent, and no longer", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const asked = { host: "127.0.0.1", port: both.server.port, agent, ...both.signed() };
    assert.equal((await answerTo(httpRequest(asked))).status, 200);
    const begun = performance.now();
    await both.server.drain();
    const took = performance.now() - begun;
    assert.ok(took > 900 && took < 4_500, `${took} ms`);
  });

  void it("refuses what comes on open connections, and ends what does not finish in time", async (t) => {
    const working = Promise.withResolvers<void>();
    const routes = (server: FastifyInstance): void => {
      server.get("/work", () => {
        working.resolve();
        return new Promise(() => undefined);
      });
    };
    const accepted: Socket[] = [];
    const noted = ({ server }: FastifyInstance): void => {
      server.on("connection", (socket) => accepted.push(socket));
    };
    const both = await TwoGateways.start(t, [routes, echoRoutes, noted], { graceMs: 3_000 });
    const stuck = both.send(both.signed({ path: "/work" }));
    stuck.catch(() => undefined);
    await working.promise;
    const socket = connect(both.server.port, "127.0.0.1");
    // A request that is half there keeps its connection open.
    socket.write("GET /who HTTP/1.1\r\nhost: a\r\n");
    await once(socket, "connect");
    await until("half of it to be there", () =>
      accepted.some(({ remotePort, bytesRead }) => remotePort === socket.localPort && bytesRead > 0),
    );
    const drained = both.server.drain();
    socket.write("\r\n");
    const said = await text(socket);
    assert.match(said, /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n/i);
    await drained;
    await assert.rejects(stuck);
  });
});
