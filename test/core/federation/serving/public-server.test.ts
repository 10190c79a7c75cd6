import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { callerOf } from "../../../../core/federation/serving/caller.ts";
import { PROBLEM_TYPE, ProblemError, problems, readAs } from "../../../../core/federation/wire/problem.ts";
import { GatewayError } from "../../../../core/errors.ts";
import { limits } from "../../../../core/limits.ts";
import { createLogger } from "../../../../core/log.ts";
import { contentDigest } from "../../../../core/federation/wire/content-digest.ts";
import { echoRoutes, newSigner, TwoGateways } from "../two-gateways.ts";

const silent = createLogger({ level: "fatal" as "error", bodies: false });

const nothingForYou = (server: FastifyInstance): void => {
  server.get("/groups/:authority/:id", () => {
    throw new ProblemError("not_found");
  });
};
const redeemRoute = (server: FastifyInstance): void => {
  server.post("/redeem", { config: { caller: "stranger" } }, (request) => request.body);
};
const smallRoute = (server: FastifyInstance): void => {
  server.post("/small", { bodyLimit: 100 }, () => ({}));
};
const doorRoute = (server: FastifyInstance): void => {
  server.get("/door", { config: { caller: "stranger" } }, () => ({}));
};

void describe("the server for other gateways", () => {
  void it("says the same nothing for whatever is not there, to strangers and to peers", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes, nothingForYou]);
    const answers = [
      await both.send({ method: "GET", path: "/nothing", headers: {}, body: "" }),
      await both.send({ method: "DELETE", path: "/who", headers: {}, body: "" }),
      await both.send({ method: "HEAD", path: "/nothing", headers: {}, body: "" }),
      await both.send(both.signed({ path: "/nothing" })),
      await both.send(both.signed({ path: "/groups/a.example/club" })),
      await both.send(both.signed({ path: "/wh%6F" })),
      await both.send(both.signed({ path: "/%zz" })),
      await both.send(both.signed({ path: "/groups/a.example/.." })),
      await both.send(both.signed({ path: "/groups/a.example/a@b" })),
      await both.send(both.signed({ path: "/who/" })),
    ];
    const bodies = new Set(answers.map((answer) => answer.text).filter((body) => body !== ""));
    assert.deepEqual(
      [...bodies].map((body) => JSON.parse(body) as unknown),
      [
        {
          type: "urn:mimi-gateway:mtp:not_found",
          title: problems.not_found[1],
          status: 404,
          code: "not_found",
        },
      ],
    );
    for (const { status, headers } of answers)
      assert.deepEqual(
        [status, headers["content-type"], headers["cache-control"]],
        [404, PROBLEM_TYPE, "no-store"],
      );
  });

  void it("takes JSON in UTF-8 with its digest, and nothing else", async (t) => {
    const form = z.object({ after: z.array(z.object({ group: z.string() })) });
    const routes = (server: FastifyInstance): void => {
      server.post("/read", (request) => readAs(form, request.body));
    };
    const both = await TwoGateways.start(t, [echoRoutes, routes]);
    const post = (body: string) => both.send(both.signed({ path: "/read", body }));
    assert.equal((await post('{"after": []}')).status, 200);
    for (const [body, detail] of [
      ["{", /undefined/],
      ['{"__proto__": 1}', /undefined/],
      ['{"after": [{"group": "a"}, {"group": 7}]}', /^after\.1\.group: /],
      ["7", /^the whole: /],
      [" ", /undefined/],
    ] as const) {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.code], [400, "malformed"], body);
      assert.match(String(answer.problem["detail"]), detail);
    }
    const sent = both.signed({ path: "/read", body: "{}" });
    for (const type of ["text/plain", "application/cbor", "nonsense", ""]) {
      const headers = { ...sent.headers, "content-type": type };
      assert.ok([401, 415].includes((await both.send({ ...sent, headers })).status), type);
    }
  });

  void it("refuses other types and octets that are not UTF-8 on a route for strangers too", async (t) => {
    const both = await TwoGateways.start(t, [redeemRoute]);
    const post = (type: string, body: string, digest = contentDigest(Buffer.from(body))) =>
      both.send({
        method: "POST",
        path: "/redeem",
        headers: { "content-type": type, "content-digest": digest },
        body,
      });
    assert.equal((await post("application/json", "{}")).status, 200);
    assert.equal(
      (await post("application/json; charset=iso-8859-1", '{"a":"\u00fc"}')).text,
      '{"a":"\u00fc"}',
    );
    assert.equal((await post("text/plain", "{}")).code, "media_type");
    assert.equal(
      (await post("application/json", "{}", contentDigest(Buffer.from("[]")))).code,
      "bad_signature",
    );
    for (const digest of ["sha-256=YWJj", "sha-512=:YWJj:", "((", "sha-256=:YWJj:"])
      assert.equal((await post("application/json", "{}", digest)).code, "bad_signature", digest);
    const octets = Buffer.from([0x22, 0xff, 0x22]);
    const head =
      `POST /redeem HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-digest: ${contentDigest(octets)}\r\ncontent-length: 3\r\n\r\n`;
    const socket = connect(both.server.port, "127.0.0.1");
    socket.write(head);
    socket.write(octets);
    assert.match(await text(socket), /^HTTP\/1\.1 400 [^]*"malformed"/);
  });

  void it("takes no body where none belongs, and none with a content coding", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const got = await both.send(both.signed({ method: "GET", body: "{}" }));
    assert.deepEqual([got.status, got.code], [400, "malformed"]);
    const sent = both.signed({ path: "/echo", body: "{}" });
    const coded = { ...sent, headers: { ...sent.headers, "content-encoding": "gzip" } };
    assert.equal((await both.send(coded)).code, "media_type");
  });

  void it("ends bodies at the limit, announced or not, and each route may have its own", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes, smallRoute]);
    const long = JSON.stringify("x".repeat(101));
    assert.equal((await both.send(both.signed({ path: "/echo", body: long }))).status, 200);
    const announced = await both.send(both.signed({ path: "/small", body: long }));
    assert.deepEqual([announced.status, announced.code], [413, "too_large"]);
    const { headers } = both.signed({ path: "/small", body: long });
    const chunked = httpRequest(`${both.origin}/small`, {
      method: "POST",
      agent: false,
      headers: { ...headers, "transfer-encoding": "chunked" },
    });
    chunked.write(long.slice(0, 50));
    chunked.end(long.slice(50));
    const [answer] = (await once(chunked, "response")) as [NodeJS.ReadableStream & { statusCode: number }];
    answer.resume();
    assert.equal(answer.statusCode, 413);
    const most = JSON.stringify("x".repeat(limits.peerRequestBytes));
    assert.equal((await both.send(both.signed({ path: "/echo", body: most }))).status, 413);
  });

  void it("gives up on those who send slowly, in the head and in the body", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes], {
      limits: { ...limits, peerHeadMs: 300, peerRequestMs: 600 },
    });
    const signed = both.signed({ path: "/echo", body: "{}" });
    const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const [head, body] = await Promise.all([
      both.talk("POST /echo HTTP/1.1\r\nhost: a\r\nx-slow: "),
      both.talk(`POST /echo HTTP/1.1\r\nhost: a\r\n${lines.join("")}content-length: 2\r\n\r\n{`),
    ]);
    for (const answer of [head, body]) {
      assert.match(answer, /^HTTP\/1\.1 408 /);
      assert.match(answer, /content-type: application\/problem\+json\r\n[^]*"code":"slow"/);
    }
  });

  void it("answers what is no HTTP, or has too long a head, with a problem", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    assert.match(await both.talk("nonsense\r\n\r\n"), /^HTTP\/1\.1 400 [^]*"malformed"/);
    const long = `GET /who HTTP/1.1\r\nhost: a\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`;
    assert.match(await both.talk(long), /^HTTP\/1\.1 431 [^]*"header_too_large"/);
  });

  void it("lets a peer make so many requests, and says when there may be more", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes], {
      limits: { ...limits, peerBurst: 2, peerPerSecond: 0.5 },
    });
    const other = newSigner();
    both.know(other, 2, {});
    for (let i = 0; i < 2; i++) assert.equal((await both.send(both.signed())).status, 200);
    const refused = await both.send(both.signed());
    assert.deepEqual(
      [refused.status, refused.code, refused.headers["retry-after"]],
      [429, "rate_limited", "2"],
    );
    assert.equal((await both.send(both.signed({ signer: other }))).status, 200, "another peer");
    both.now += 2_000;
    assert.equal((await both.send(both.signed())).status, 200);
    assert.equal((await both.send(both.signed())).status, 429);
  });

  void it("counts what strangers ask by their address", async (t) => {
    const both = await TwoGateways.start(t, [doorRoute], { limits: { ...limits, strangerBurst: 1 } });
    const knock = { method: "GET", path: "/door", headers: {}, body: "" };
    assert.equal((await both.send(knock)).status, 200);
    assert.equal((await both.send(knock)).status, 429);
  });

  void it("believes a proxy whom it asks for, and nobody else", async (t) => {
    const strict = { limits: { ...limits, strangerBurst: 1 } };
    const behind = await TwoGateways.start(t, [doorRoute], { ...strict, proxies: ["127.0.0.0/8"] });
    assert.equal((await behind.send(knockFrom("192.0.2.1"))).status, 200);
    assert.equal((await behind.send(knockFrom("192.0.2.2"))).status, 200);
    // What somebody has written in front of what the proxy says is nothing.
    assert.equal((await behind.send(knockFrom("198.51.100.9, 192.0.2.2"))).status, 429);
    const alone = await TwoGateways.start(t, [doorRoute], strict);
    assert.equal((await alone.send(knockFrom("192.0.2.1"))).status, 200);
    assert.equal((await alone.send(knockFrom("192.0.2.2"))).status, 429);
  });

  void it("does not tell of its own faults, and asks to come again where the store is away", async (t) => {
    const faults: Error[] = [
      new GatewayError("internal", "hunter2"),
      new TypeError("hunter2"),
      new GatewayError("store_failed", "hunter2"),
    ];
    const routes = (server: FastifyInstance): void => {
      server.get("/fault", () => {
        throw faults.shift() ?? new Error("no more");
      });
      server.get("/open", { config: { caller: "anyone" } }, (request) => callerOf(request));
    };
    const both = await TwoGateways.start(t, [routes], { log: silent });
    for (const [status, code] of [
      [500, "internal"],
      [500, "internal"],
      [503, "unavailable"],
    ]) {
      const answer = await both.send(both.signed({ path: "/fault" }));
      assert.deepEqual([answer.status, answer.code], [status, code]);
      assert.ok(!answer.text.includes("hunter2"));
      assert.equal(answer.headers["retry-after"], status === 503 ? "5" : undefined);
    }
    assert.equal((await both.send({ method: "GET", path: "/open", headers: {}, body: "" })).status, 500);
  });

  void it("lies below the path of its public address, and its well-known at the root", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes], {
      endpoint: "https://a.example/mimi/mtp",
      wellKnown: (server) => {
        server.get("/.well-known/mtp", { config: { caller: "anyone" } }, () => ({ here: true }));
      },
    });
    const endpoint = "https://a.example";
    assert.equal((await both.send(both.signed({ path: "/mimi/mtp/who", endpoint }))).status, 200);
    assert.equal((await both.send(both.signed({ path: "/who", endpoint }))).status, 404);
    const known = await both.send({ method: "GET", path: "/.well-known/mtp", headers: {}, body: "" });
    assert.equal(known.text, '{"here":true}');
  });
});

/** A stranger's request through a proxy that says whose it is. */
const knockFrom = (address: string) => ({
  method: "GET",
  path: "/door",
  headers: { "x-forwarded-for": address },
  body: "",
});
