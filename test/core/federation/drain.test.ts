import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { callerOf } from "../../../core/federation/caller.ts";
import { HeldRequests } from "../../../core/federation/held-requests.ts";
import type { PeerId } from "../../../core/ids.ts";
import { echoRoutes, TwoGateways } from "./two-gateways.ts";

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
    await assert.rejects(both.send(both.signed({ path: "/poll" })));
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

  void it("refuses what comes on open connections, and ends what does not finish in time", async (t) => {
    const working = Promise.withResolvers<void>();
    const routes = (server: FastifyInstance): void => {
      server.get("/work", () => {
        working.resolve();
        return new Promise(() => undefined);
      });
    };
    const both = await TwoGateways.start(t, [routes, echoRoutes], { graceMs: 300 });
    const stuck = both.send(both.signed({ path: "/work" }));
    stuck.catch(() => undefined);
    await working.promise;
    const socket = connect(both.server.port, "127.0.0.1");
    // A request that is half there keeps its connection open.
    socket.write("GET /who HTTP/1.1\r\nhost: a\r\n");
    await once(socket, "connect");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const drained = both.server.drain();
    socket.write("\r\n");
    const said = await text(socket);
    assert.match(said, /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n/i);
    await drained;
    await assert.rejects(stuck);
  });
});
