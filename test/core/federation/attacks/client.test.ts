import assert from "node:assert/strict";
import dns, { type LookupAddress } from "node:dns";
import type { ServerResponse } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { describe, it, type TestContext } from "node:test";
import { z } from "zod";
import { Exchanger } from "../../../../core/federation/peers/exchange.ts";
import { fetchWellKnown } from "../../../../core/federation/peers/well-known.ts";
import { limits } from "../../../../core/limits.ts";
import { SmallInternet } from "../small-internet.ts";
import { domain, serveOdd, TwoGateways } from "../two-gateways.ts";
import { until } from "../waiting.ts";

const request = {
  target: "/.well-known/mtp",
  method: "GET",
  headers: {},
  body: null,
  trusted: false,
  timeoutMs: 2_000,
  maxBytes: 1_000,
} as const;

/** A resolver that answers these, one after the other. */
function resolving(t: TestContext, ...answers: readonly (readonly string[])[]): readonly string[] {
  const real = dns.lookup;
  const asked: string[] = [];
  const left = [...answers];
  const lookup = (
    host: string,
    _options: unknown,
    done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
  ): void => {
    asked.push(host);
    const addresses = (left.shift() ?? []).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    setImmediate(done, null, addresses);
  };
  dns.lookup = lookup as unknown as typeof dns.lookup;
  syncBuiltinESMExports();
  t.after(() => {
    dns.lookup = real;
    syncBuiltinESMExports();
  });
  return asked;
}

async function whyNot(exchanger: Exchanger, origin: string): Promise<string> {
  try {
    await exchanger.exchange({ ...request, origin });
  } catch (thrown) {
    return String(thrown);
  }
  return "it was asked";
}

/** Sends without end, as fast as it is taken, until the connection closes. */
function pour(response: ServerResponse, ended: () => void): void {
  const piece = Buffer.alloc(64 * 1024, "[");
  const more = (): void => {
    while (response.write(piece));
  };
  response
    .on("drain", more)
    .on("close", ended)
    .on("error", () => undefined);
  response.writeHead(200, { "content-type": "application/json" });
  more();
}

void describe("attacks", () => {
  void it("SSRF by DNS rebinding: the address that was checked is the one that is connected to, each time anew", async (t) => {
    const reached: string[] = [];
    const victim = await serveOdd(t, ({ url = "" }, response) => {
      reached.push(url);
      response.end("{}");
    });
    const { port } = new URL(victim);
    const exchanger = new Exchanger([]);
    t.after(() => exchanger.close());
    const asked = resolving(
      t,
      ["192.88.98.1"],
      ["127.0.0.1"],
      ["::1", "10.0.0.1"],
      ["::ffff:127.0.0.1"],
      ["127.0.0.1"],
    );
    const origin = `https://rebind.example:${port}`;
    assert.match(
      await whyNot(exchanger, origin),
      /no answer|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ETIMEDOUT|network/i,
    );
    assert.equal(asked.length, 1, "one look-up for one connection");
    for (let again = 0; again < 3; again++)
      assert.match(await whyNot(exchanger, origin), /not on the public internet/);
    assert.equal(asked.length, 4);
    assert.deepEqual(reached, []);
  });

  void it("SSRF by well-known and by spelling: no way of writing an address of this machine's networks is asked", async (t) => {
    const exchanger = new Exchanger([]);
    t.after(() => exchanger.close());
    const asked = resolving(t);
    const hosts = [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "0",
      "10.1.2.3",
      "169.254.169.254",
      "100.64.0.1",

      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[fe80::1]",
      "[fd00::1]",
      "[64:ff9b::7f00:1]",
      "[2002:7f00:1::]",
      "192.168.0.1",
      "172.16.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "198.18.0.1",
    ];
    for (const host of hosts)
      assert.match(await whyNot(exchanger, `https://${host}`), /not on the public internet/, host);
    assert.match(await whyNot(exchanger, "http://a.example"), /without https/);
    assert.deepEqual(asked, [], "nothing was even looked up");
  });

  void it("oversized well-known and endless answer: given up at its limit, and the connection with it", async (t) => {
    let ended = 0;
    const flood = await serveOdd(t, (_request, response) => pour(response, () => (ended += 1)));
    const internet = new SmallInternet();
    internet.places.set("https://flood.example", flood);
    t.after(() => internet.close());
    const before = process.memoryUsage().rss;
    await assert.rejects(
      fetchWellKnown(domain("flood.example"), { exchanger: internet }),
      new RegExp(`more than ${limits.wellKnownBytes} octets`),
    );
    const both = await TwoGateways.start(t, []);
    const answer = both.client.request({
      endpoint: { url: flood, trusted: true },
      method: "GET",
      path: "/groups/a.example/tea/events",
      as: domain("b.example"),
      timeoutMs: 20_000,
      answer: z.unknown(),
    });
    await assert.rejects(answer, new RegExp(`more than ${limits.peerAnswerBytes} octets`));
    await until("both connections are ended", () => ended === 2);
    assert.ok(process.memoryUsage().rss - before < 200 * 2 ** 20);
  });

  void it("slow-loris by an answer that never ends: given up in time, however much of it comes", async (t) => {
    let ended = false;
    const drip = await serveOdd(t, (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = setInterval(() => response.write(" "), 20);
      response.on("close", () => {
        clearInterval(more);
        ended = true;
      });
    });
    const internet = new SmallInternet();
    internet.places.set("https://drip.example", drip);
    t.after(() => internet.close());
    const started = performance.now();
    const asked = internet.exchange({ ...request, origin: "https://drip.example", maxBytes: 1_000_000 });
    await assert.rejects(asked, /no answer within 2000 ms/);
    assert.ok(performance.now() - started < 15_000);
    await until("the connection is ended", () => ended);
  });
});
