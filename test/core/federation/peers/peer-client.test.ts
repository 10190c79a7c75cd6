import assert from "node:assert/strict";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, it } from "node:test";
import { z } from "zod";
import { Exchanger } from "../../../../core/federation/peers/exchange.ts";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { PeerClient, type PeerRequest } from "../../../../core/federation/peers/peer-client.ts";
import { limits } from "../../../../core/limits.ts";
import { asker, echoRoutes, newSigner, serveOdd, TwoGateways } from "../two-gateways.ts";

const anything = z.unknown();

/** What a request to a gateway at that address comes to. */
function asking(url: string, trusted = true) {
  const exchanger = new Exchanger([]);
  const signer = newSigner();
  const client = new PeerClient({ exchanger, signer: () => signer, now: Date.now });
  return async (request: Partial<PeerRequest<unknown>> = {}): Promise<unknown> => {
    try {
      return await client.request({
        endpoint: { url, trusted },
        method: "GET",
        path: "/who",
        as: asker,
        timeoutMs: 5_000,
        answer: anything,
        ...request,
      });
    } finally {
      exchanger.close();
    }
  };
}

async function failure(asked: Promise<unknown>): Promise<Partial<FederationError>> {
  try {
    await asked;
  } catch (thrown) {
    assert.ok(thrown instanceof FederationError, String(thrown));
    const { code, status, problem, retryAfterMs, certainty } = thrown;
    return { code, status, problem, retryAfterMs, certainty };
  }
  return assert.fail("it was granted");
}

const unreachable = { code: "peer_unreachable", status: null, problem: null, retryAfterMs: null } as const;

void describe("the client for other gateways", () => {
  void it("signs for the public address, over a connection that it keeps", async (t) => {
    const both = await TwoGateways.startBehindProxy(t, [echoRoutes]);
    const caller = { peer: 1, as: "b.example", kid: both.signer.kid };
    for (let i = 0; i < 3; i++) {
      const answer = await both.client.request({
        endpoint: both.endpoint,
        method: "POST",
        path: "/echo?a=b%20c&d",
        body: { text: "Z\u00fcrich" },
        as: asker,
        timeoutMs: 5_000,
        answer: z.object({ caller: z.unknown(), body: z.object({ text: z.string() }) }),
      });
      assert.deepEqual(answer, { caller, body: { text: "Z\u00fcrich" } });
    }
  });

  void it("stands behind the path of an endpoint", async (t) => {
    const seen: (string | undefined)[] = [];
    const url = await serveOdd(t, (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers["accept"]}`);
      response.writeHead(204).end();
    });
    assert.equal(await asking(`${url}/mimi`)({ path: "/a/b?c=d", method: "DELETE" }), null);
    assert.deepEqual(seen, ["DELETE /mimi/a/b?c=d application/json, application/problem+json"]);
    await assert.rejects(asking(url)({ path: "/a b" }), TypeError);
    await assert.rejects(asking(url)({ path: "//evil.example\n" }), TypeError);
  });

  void it("goes by the peer's clock once it has been told it", async (t) => {
    let skewed = 0;
    const both = await TwoGateways.startBehindProxy(t, [
      (server) => {
        server.addHook("onError", (_request, _reply, error, done) => {
          if (error.message.startsWith("clock_skew")) skewed += 1;
          done();
        });
      },
      echoRoutes,
    ]);
    both.clientAhead = 3_600_000;
    const ask = () =>
      both.client.request({
        endpoint: both.endpoint,
        method: "GET",
        path: "/who",
        as: asker,
        timeoutMs: 5_000,
        answer: z.object({ as: z.string() }),
      });
    for (let i = 0; i < 3; i++) assert.deepEqual(await ask(), { as: "b.example" });
    assert.equal(skewed, 1);
    both.know(both.signer, 1, { blocked: true });
    assert.deepEqual(await failure(ask()), {
      code: "peer_refused",
      status: 403,
      problem: "blocked",
      retryAfterMs: null,
      certainty: "certain",
    });
  });

  void it("says of each refusal what it was, when to come again, and whether it may have had an effect", async (t) => {
    const cases = [
      [404, {}, '{"type": "a", "code": "not_found"}', "not_found", null, "certain"],
      [
        429,
        { "retry-after": "7" },
        '{"type": "a", "code": "of_tomorrow", "more": 1}',
        "of_tomorrow",
        7_000,
        "certain",
      ],
      [503, { "retry-after": "soon" }, "<html>", null, null, "certain"],
      [502, {}, "", null, null, "unknown"],
      [302, { location: "/elsewhere" }, "", null, null, "certain"],
    ] as const;
    for (const [status, headers, body, problem, retryAfterMs, certainty] of cases) {
      const url = await serveOdd(t, (request, response) => {
        assert.equal(request.url, "/who", "no redirect is followed");
        response.writeHead(status, headers).end(body);
      });
      const expected = { code: "peer_refused", status, problem, retryAfterMs, certainty };
      assert.deepEqual(await failure(asking(url)()), expected);
    }
    const url = await serveOdd(t, (_request, response) => {
      response.writeHead(503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }).end();
    });
    const { retryAfterMs } = await failure(asking(url)());
    assert.ok(typeof retryAfterMs === "number" && retryAfterMs > 55_000 && retryAfterMs <= 60_000);
  });

  void it("takes no answer that is too large, no JSON, or in another form", async (t) => {
    const json = { "content-type": "application/json; charset=utf-8" };
    const cases = [
      [json, `"${"x".repeat(limits.peerAnswerBytes)}"`],
      [json, "{"],
      [json, Buffer.from([0x22, 0xff, 0x22])],
      [{ "content-type": "text/html" }, "{}"],
      [json, '{"head": "7"}'],
    ] as const;
    for (const [headers, body] of cases) {
      const url = await serveOdd(t, (_request, response) => {
        response.writeHead(200, headers).end(body);
      });
      const refused = await failure(asking(url)({ answer: z.object({ head: z.int() }) }));
      assert.deepEqual([refused.code, refused.certainty], ["peer_answer_invalid", "unknown"]);
    }
  });

  void it("gives up in time or when it is told to, and says that it does not know what the peer did", async (t) => {
    const came = Promise.withResolvers<void>();
    const url = await serveOdd(t, ({ url: path }) => {
      if (path === "/told") came.resolve();
    });
    assert.deepEqual(await failure(asking(url)({ timeoutMs: 1_000 })), {
      ...unreachable,
      certainty: "unknown",
    });
    const abort = new AbortController();
    const poll = failure(asking(url)({ path: "/told", signal: abort.signal }));
    await came.promise;
    abort.abort();
    assert.deepEqual(await poll, { ...unreachable, certainty: "unknown" });
    const { certainty } = await failure(asking(url)({ signal: AbortSignal.abort() }));
    assert.equal(certainty, "certain");
    const half = await serveOdd(t, (_request, response) => {
      response.writeHead(200, { "content-length": 10 });
      response.write("{", () => response.destroy());
    });
    assert.deepEqual(await failure(asking(half)()), { ...unreachable, certainty: "unknown" });
  });

  void it("knows that nothing happened where nobody listens", async () => {
    for (const url of ["http://127.0.0.1:9", "https://127.0.0.1:9", "https://nobody.invalid"])
      assert.deepEqual(await failure(asking(url)()), { ...unreachable, certainty: "certain" }, url);
  });

  void it("asks only what the operator has configured on this machine or without https", async (t) => {
    let asked = 0;
    const url = await serveOdd(t, (_request, response) => {
      asked += 1;
      response.end();
    });
    const { port } = new URL(url);
    for (const host of ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1"]) {
      for (const scheme of ["http", "https"]) {
        const refused = await failure(asking(`${scheme}://${host}:${port}`, false)());
        assert.deepEqual(refused, { ...unreachable, certainty: "certain" }, host);
      }
    }
    assert.equal(asked, 0);
  });

  void it("asks again where the peer has ended the connection that was kept", async (t) => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      const first = ++connections === 1;
      let requests = 0;
      socket.on("error", () => undefined);
      socket.on("data", () => {
        // The second request on the first connection finds it broken.
        if (first && ++requests === 2) socket.resetAndDestroy();
        else socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const exchanger = new Exchanger([]);
    t.after(() => exchanger.close());
    const request = {
      origin: `http://127.0.0.1:${port}`,
      target: "/",
      method: "POST",
      headers: {},
      body: Buffer.from("{}"),
      trusted: true,
      timeoutMs: 5_000,
      maxBytes: 100,
    };
    for (let i = 0; i < 2; i++) assert.equal((await exchanger.exchange(request)).status, 200);
    assert.equal(connections, 2);
  });
});
