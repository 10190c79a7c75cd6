import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import type { ProviderDomain } from "../../../../mappings/ids.ts";
import {
  type ExchangeAnswer,
  Exchanger,
  type ExchangeRequest,
} from "../../../../core/federation/peers/exchange.ts";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { publicKeyText } from "../../../../core/federation/wire/public-key.ts";
import type { PublishedKey } from "../../../../core/federation/peers/signing-keys.ts";
import { fetchWellKnown, hostCounts, type WellKnown } from "../../../../core/federation/peers/well-known.ts";
import { wellKnownRoute } from "../../../../core/federation/routes/well-known.ts";
import { limits } from "../../../../core/limits.ts";
import { domain, newSigner, serveOdd, TwoGateways } from "../two-gateways.ts";

const signer = newSigner();
const key: PublishedKey = { kid: signer.kid, key: createPublicKey(signer.key), notBefore: 5, expires: null };
const said: WellKnown = {
  base: domain("a.example"),
  endpoint: "https://mtp.a.example/in",
  hosts: [domain("chat.example")],
  keys: [key, { ...key, expires: 1_700_000_000_000 }],
  features: ["typing"],
  limits: { wait_seconds: 25 },
};
const path = { method: "GET", path: "/.well-known/mtp", headers: {}, body: "" };

const fetchAt = (url: string, trusted = true) =>
  fetchWellKnown(said.base, { exchanger: new Exchanger([]), at: { url, trusted } });

async function failure(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (thrown) {
    assert.ok(thrown instanceof FederationError, String(thrown));
    return thrown.message;
  }
  return assert.fail("it was granted");
}

void describe("the well-known", () => {
  void it("is read by others as it is said, without a signature", async (t) => {
    const both = await TwoGateways.start(t, [], { wellKnown: wellKnownRoute(() => said) });
    assert.deepEqual(await fetchAt(`${both.origin}/in`), said);
    const answer = await both.send(path);
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.deepEqual(JSON.parse(answer.text), {
      versions: [1],
      ...said,
      keys: [null, 1_700_000_000_000].map((expires) => ({
        kid: key.kid,
        public: publicKeyText(key.key),
        not_before: 5,
        expires,
      })),
    });
  });

  void it("may be kept for a while and asked for again", async (t) => {
    let current = said;
    const both = await TwoGateways.start(t, [], { wellKnown: wellKnownRoute(() => current) });
    const first = await both.send(path);
    assert.equal(first.headers["cache-control"], "max-age=300");
    const etag = String(first.headers["etag"]);
    const again = { ...path, headers: { "if-none-match": etag } };
    const same = await both.send(again);
    assert.deepEqual([same.status, same.text, same.headers["etag"]], [304, "", etag]);
    current = { ...said, features: [] };
    assert.equal((await both.send(again)).status, 200);
  });

  void it("is refused where anything in it cannot be, and what is not known is passed over", async (t) => {
    const [key] = [
      { kid: signer.kid, public: publicKeyText(createPublicKey(signer.key)), not_before: 0, expires: null },
    ];
    const good = { ...said, versions: [1], keys: [key] };
    let body = "";
    const url = await serveOdd(t, (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
    const reading = (document: unknown) => {
      body = JSON.stringify(document);
      return fetchAt(url);
    };
    await reading({ ...good, versions: [1, 2], news: true, keys: [{ ...key, use: "sig" }] });
    const other = newSigner();
    for (const [what, wrong] of Object.entries({
      versions: { versions: [2] },
      base: { base: "A.example" },
      "another base": { base: "b.example" },
      endpoint: { endpoint: "ftp://a.example" },
      "endpoint without https": { endpoint: "http://a.example" },
      "endpoint with a query": { endpoint: "https://a.example/?a=b" },
      "endpoint with a user": { endpoint: "https://u@a.example" },
      "endpoint that climbs": { endpoint: "https://a.example/a/../b" },
      hosts: { hosts: ["no host"] },
      "too many hosts": { hosts: Array.from({ length: 1_001 }, (_, i) => `h${i}.example`) },
      "no keys": { keys: [] },
      "a key under another id": { keys: [{ ...key, kid: other.kid }] },
      "no key": { keys: [{ ...key, public: "AAAA" }] },
      "no time": { keys: [{ ...key, not_before: "now" }] },
    }))
      assert.match(await failure(reading({ ...good, ...wrong })), /^peer_answer_invalid: /, what);
    body = `"${"x".repeat(limits.wellKnownBytes)}"`;
    assert.match(await failure(fetchAt(url)), /^peer_answer_invalid: .* more than 262144 octets/);
  });

  void it("is not looked for elsewhere when its place redirects", async (t) => {
    const url = await serveOdd(t, (request, response) => {
      assert.equal(request.url, "/.well-known/mtp");
      response.writeHead(301, { location: "/elsewhere" }).end();
    });
    assert.match(await failure(fetchAt(url)), /^peer_refused: .* answers 301/);
  });

  void it("is not fetched from this machine because somebody has named it", async (t) => {
    let asked = 0;
    const url = await serveOdd(t, (_request, response) => {
      asked += 1;
      response.end();
    });
    const exchanger = new Exchanger([]);
    for (const name of ["localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254"])
      assert.match(await failure(fetchWellKnown(domain(name), { exchanger })), /^peer_unreachable: /, name);
    assert.match(await failure(fetchAt(url, false)), /^peer_unreachable: .* without https/);
    assert.equal(asked, 0);
  });
});

/** An internet in which these domains, over https, are servers of this test. Whoever asks for another fails the test. */
class Internet extends Exchanger {
  readonly #servers: Readonly<Record<string, string>>;

  constructor(servers: Readonly<Record<string, string>>) {
    super([]);
    this.#servers = servers;
  }

  override exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
    assert.equal(request.trusted, false, "a domain that somebody has named is guarded");
    const origin = this.#servers[request.origin] ?? assert.fail(`${request.origin} is asked`);
    return super.exchange({ ...request, origin, trusted: true });
  }
}

/** Serves what a domain says of itself. */
async function saying(t: TestContext, words: WellKnown): Promise<string> {
  const both = await TwoGateways.start(t, [], { wellKnown: wellKnownRoute(() => words) });
  return both.origin;
}

void describe("a host of a peer", () => {
  const peer = { ...said, hosts: ["a.example.org", "b.example"].map(domain) };

  void it("counts where it is the base or lies under it", async () => {
    for (const host of ["a.example", "xmpp.a.example", "x.y.a.example"])
      assert.ok(await hostCounts(domain(host), said, new Internet({})), host);
  });

  void it("does not count because its name only looks so, or because nobody lists it", async () => {
    for (const host of ["ba.example", "example", "a.example.org", "xn--a.example"])
      assert.equal(await hostCounts(domain(host), said, new Internet({})), false, host);
  });

  void it("counts where its own well-known names the same endpoint and a key of the peer's", async (t) => {
    const host = domain("a.example.org");
    const other = newSigner();
    const otherKey = { ...key, kid: other.kid, key: createPublicKey(other.key) };
    const counts = async (words: Partial<WellKnown>, name: ProviderDomain = host): Promise<boolean> =>
      hostCounts(name, peer, new Internet({ [`https://${name}`]: await saying(t, { ...said, ...words }) }));
    assert.ok(await counts({}));
    assert.ok(await counts({ keys: [otherKey, key] }));
    assert.ok(await counts({}, domain("b.example")));
    assert.equal(await counts({ endpoint: "https://mtp.b.example" }), false);
    assert.equal(await counts({ keys: [otherKey] }), false);
  });

  void it("may count later where it does not answer", async (t) => {
    const gone = new Internet({ "https://b.example": "http://127.0.0.1:9" });
    assert.match(await failure(hostCounts(domain("b.example"), peer, gone)), /^peer_unreachable: /);
    const empty = await TwoGateways.start(t, []);
    const nothing = new Internet({ "https://b.example": empty.origin });
    assert.match(await failure(hostCounts(domain("b.example"), peer, nothing)), /^peer_refused: .* 404/);
  });
});
