import assert from "node:assert/strict";
import { createPublicKey, sign, verify } from "node:crypto";
import { describe, it } from "node:test";
import { createSignatureSync } from "http-message-sig";
import { contentDigest } from "../../../../core/federation/wire/content-digest.ts";
import type { Routes } from "../../../../core/federation/serving/public-server.ts";
import { signRequest } from "../../../../core/federation/wire/signature.ts";
import {
  asker,
  domain,
  echoRoutes,
  newSigner,
  rfcKey,
  type SentRequest,
  TwoGateways,
} from "../two-gateways.ts";

void describe("the signature of a request", () => {
  void it("is that of RFC 9421, section B.2.6, for the fields given there", () => {
    const fields = createSignatureSync(
      {
        kind: "request",
        method: "POST",
        targetUri: "https://example.com/foo?param=Value&Pet=dog",
        fields: [
          { name: "date", value: "Tue, 20 Apr 2021 02:07:55 GMT" },
          { name: "content-type", value: "application/json" },
          { name: "content-length", value: "18" },
        ],
      },
      {
        label: "sig-b26",
        components: ["date", "@method", "@path", "@authority", "content-type", "content-length"],
        parameters: { created: 1_618_884_473, keyid: "test-key-ed25519" },
        signer: { algorithm: "ed25519", sign: (base) => sign(null, base, rfcKey) },
      },
    );
    assert.equal(
      fields.signature,
      "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    );
  });

  void it("covers the lines that the specification names, in their order", () => {
    const body = { octets: Buffer.from('{"hello": "world"}'), type: "application/json" };
    const signer = newSigner(rfcKey);
    const headers = signRequest(
      { method: "POST", url: "https://a.example/sync?wait=25", as: asker, body },
      signer,
      1_618_884_473_999,
    );
    const input = headers["signature-input"] ?? "";
    const parameters = input.replace(/^mtp=/, "");
    const [, nonce = ""] = /nonce="([^"]+)"/.exec(input) ?? [];
    assert.equal(Buffer.from(nonce, "base64url").length, 16);
    assert.equal(
      parameters,
      '("@method" "@authority" "@path" "@query" "mtp-as" "content-digest" "content-type")' +
        `;created=1618884473;nonce="${nonce}";keyid="${signer.kid}";tag="mtp/1"`,
    );
    // The digest of this body is that of RFC 9530, section D.3.
    const base = [
      '"@method": POST',
      '"@authority": a.example',
      '"@path": /sync',
      '"@query": ?wait=25',
      '"mtp-as": b.example',
      '"content-digest": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
      '"content-type": application/json',
      `"@signature-params": ${parameters}`,
    ].join("\n");
    const signature = Buffer.from(headers["signature"]?.slice("mtp=:".length, -1) ?? "", "base64");
    assert.ok(verify(null, Buffer.from(base), createPublicKey(rfcKey), signature));
  });
});

const BODY = '{"a":1}';

/** What an attacker on the way may change, one thing at a time. */
const tampered: Readonly<Record<string, (sent: SentRequest) => SentRequest>> = {
  method: (sent) => ({ ...sent, method: "PUT" }),
  path: (sent) => ({ ...sent, path: sent.path.replace("/echo", "/other") }),
  query: (sent) => ({ ...sent, path: `${sent.path}&b=2` }),
  "an empty query": (sent) => ({ ...sent, path: sent.path.split("?")[0] ?? "" }),
  "acting provider": (sent) => ({ ...sent, headers: { ...sent.headers, "mtp-as": "c.example" } }),
  "acting provider, twice": (sent) => ({
    ...sent,
    headers: { ...sent.headers, "mtp-as": ["b.example", "c.example"] },
  }),
  "media type": (sent) => ({
    ...sent,
    headers: { ...sent.headers, "content-type": "application/json; a=b" },
  }),
  body: (sent) => ({ ...sent, body: '{"a":2}' }),
  "body and digest": (sent) => ({
    ...sent,
    body: '{"a":2}',
    headers: { ...sent.headers, "content-digest": contentDigest(Buffer.from('{"a":2}')) },
  }),
  "no digest": (sent) => ({ ...sent, headers: without(sent.headers, "content-digest") }),
  created: (sent) => inInput(sent, /created=(\d+)/, "created=1700000001"),
  nonce: (sent) => inInput(sent, /nonce="[^"]+"/, 'nonce="AAAAAAAAAAAAAAAAAAAAAA"'),
  "no nonce": (sent) => inInput(sent, /;nonce="[^"]+"/, ""),
  tag: (sent) => inInput(sent, "mtp/1", "mtp/x"),
  "no tag": (sent) => inInput(sent, ';tag="mtp/1"', ""),
  algorithm: (sent) => inInput(sent, ";nonce", ';alg="hmac-sha256";nonce'),
  "less covered": (sent) => inInput(sent, ' "@query"', ""),
  "digest not covered": (sent) => inInput(sent, ' "content-digest"', ""),
  label: (sent) => ({
    ...sent,
    headers: Object.fromEntries(
      Object.entries(sent.headers).map(([name, value]) => [name, String(value).replace(/^mtp=/, "sig1=")]),
    ),
  }),
  "two of the label": (sent) => inInput(sent, /^(.*)$/, "$1, $1"),
  "no form": (sent) => inInput(sent, /^(.*)$/, "mtp=(("),
};

function without(headers: SentRequest["headers"], name: string): SentRequest["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

function inInput(sent: SentRequest, from: string | RegExp, to: string): SentRequest {
  const input = String(sent.headers["signature-input"]).replace(from, to);
  assert.notEqual(input, sent.headers["signature-input"]);
  return { ...sent, headers: { ...sent.headers, "signature-input": input } };
}

const anyRoutes: Routes = (server) => {
  for (const method of ["POST", "PUT"])
    for (const url of ["/echo", "/other"]) server.route({ method, url, handler: () => ({}) });
};

void describe("a signed request", () => {
  void it("is known by its peer and the provider that it acts for, by GET and by POST", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const caller = { peer: 1, as: "b.example", kid: both.signer.kid };
    const read = await both.send(both.signed());
    assert.deepEqual([read.status, JSON.parse(read.text)], [200, caller]);
    const told = await both.send(both.signed({ path: "/echo?a=1", body: BODY }));
    assert.deepEqual([told.status, JSON.parse(told.text)], [200, { caller, body: { a: 1 } }]);
  });

  void it("is refused with whatever of it is changed", async (t) => {
    const both = await TwoGateways.start(t, [anyRoutes]);
    both.speaks.add("c.example");
    assert.equal((await both.send(both.signed({ path: "/echo?a=1", body: BODY }))).status, 200);
    for (const [what, change] of Object.entries(tampered)) {
      const answer = await both.send(change(both.signed({ path: "/echo?a=1", body: BODY })));
      assert.deepEqual([answer.status, answer.code], [401, "bad_signature"], what);
    }
  });

  void it("is refused when somebody gives it a body that it had not", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const sent = both.signed({ method: "POST", path: "/echo" });
    const headers = {
      ...sent.headers,
      "content-type": "application/json",
      "content-digest": contentDigest(Buffer.from(BODY)),
    };
    assert.equal((await both.send({ ...sent, headers, body: BODY })).code, "bad_signature");
  });

  void it("is refused where it covers more than it is to, right as that may be", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const fields = [
      { name: "mtp-as", value: asker },
      { name: "x-other", value: "1" },
    ];
    const signedOver = (components: readonly string[]): SentRequest => {
      const { signature, signatureInput } = createSignatureSync(
        { kind: "request", method: "GET", targetUri: "https://a.example/who", fields },
        {
          label: "mtp",
          components,
          parameters: {
            created: both.now / 1_000,
            nonce: "AAAAAAAAAAAAAAAAAAAAAA",
            keyid: both.signer.kid,
            tag: "mtp/1",
          },
          signer: { algorithm: "ed25519", sign: (base) => sign(null, base, both.signer.key) },
        },
      );
      const named = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
      const headers = { ...named, signature, "signature-input": signatureInput };
      return { method: "GET", path: "/who", headers, body: "" };
    };
    const due = ["@method", "@authority", "@path", "@query", "mtp-as"];
    assert.equal((await both.send(signedOver(due.toReversed()))).status, 200);
    for (const more of ["@scheme", "x-other"]) {
      const answer = await both.send(signedOver([...due, more]));
      assert.deepEqual([answer.status, answer.code], [401, "bad_signature"], more);
    }
  });

  void it("of another version is told so before its key is looked up", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    for (const signer of [both.signer, newSigner()]) {
      const answer = await both.send(inInput(both.signed({ signer }), "mtp/1", "mtp/2"));
      assert.deepEqual([answer.status, answer.code], [426, "version"]);
    }
  });

  void it("is told apart from one that is not signed, or half", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const sent = both.signed();
    for (const missing of ["signature", "signature-input"]) {
      const answer = await both.send({ ...sent, headers: without(sent.headers, missing) });
      assert.deepEqual([answer.status, answer.code], [401, "unsigned"]);
    }
    assert.equal(
      (await both.send({ ...sent, headers: without(sent.headers, "mtp-as") })).code,
      "bad_signature",
    );
  });

  void it("may be repeated within the window, and is refused outside of it with the server's time", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const sent = both.signed();
    for (const later of [0, 0, 299_000]) {
      both.now += later;
      assert.equal((await both.send(sent)).status, 200);
    }
    both.now += 2_000;
    const old = await both.send(sent);
    assert.deepEqual([old.status, old.code, old.problem["server_time"]], [401, "clock_skew", both.now]);
    const early = both.signed({ at: both.now + 301_000 });
    assert.equal((await both.send(early)).code, "clock_skew");
    assert.equal((await both.send(both.signed({ at: both.now + 299_000 }))).status, 200);
  });

  void it("is for the public address, whatever host a proxy names, and for no other gateway", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const sent = both.signed();
    const proxied = {
      ...sent,
      headers: { ...sent.headers, host: "upstream-7:8448", "x-forwarded-host": "evil.example" },
    };
    assert.equal((await both.send(proxied)).status, 200);
    for (const endpoint of ["https://other.example", both.origin, "https://a.example:444"])
      assert.equal((await both.send(both.signed({ endpoint }))).code, "bad_signature");
    const sameByDefault = both.signed({ endpoint: "https://A.example:443" });
    assert.equal((await both.send(sameByDefault)).status, 200);
  });

  void it("needs a key that is known, and in its time", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const stranger = newSigner();
    assert.equal((await both.send(both.signed({ signer: stranger }))).code, "key_unknown");
    const impostor = { kid: both.signer.kid, key: stranger.key };
    assert.equal((await both.send(both.signed({ signer: impostor }))).code, "bad_signature");
    const named = inInput(both.signed(), /keyid="[^"]+"/, 'keyid="no key"');
    assert.equal((await both.send(named)).code, "key_unknown");

    both.know(stranger, 2, { notBefore: both.now - 1_000_000, expires: both.now - 299_000 });
    assert.equal((await both.send(both.signed({ signer: stranger }))).status, 200, "within the window");
    both.now += 2_000;
    assert.equal((await both.send(both.signed({ signer: stranger }))).code, "key_unknown", "expired");
    both.know(stranger, 2, { notBefore: both.now + 301_000 });
    assert.equal((await both.send(both.signed({ signer: stranger }))).code, "key_unknown", "to come");
  });

  void it("is refused where the peer is blocked, or does not speak for the provider", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const foreign = await both.send(both.signed({ as: domain("c.example") }));
    assert.deepEqual([foreign.status, foreign.code], [403, "unknown_peer"]);
    both.know(both.signer, 1, { blocked: true });
    const blocked = await both.send(both.signed());
    assert.deepEqual([blocked.status, blocked.code], [403, "blocked"]);
  });

  void it("may stand beside a proxy's own signature and headers that are not ASCII", async (t) => {
    const both = await TwoGateways.start(t, [echoRoutes]);
    const sent = both.signed();
    const headers = {
      ...sent.headers,
      "signature-input": `${String(sent.headers["signature-input"])}, proxy=("@method");created=1`,
      signature: `${String(sent.headers["signature"])}, proxy=:AAAA:`,
      "x-city": "Z\u00fcrich",
    };
    assert.equal((await both.send({ ...sent, headers })).status, 200);
  });
});
