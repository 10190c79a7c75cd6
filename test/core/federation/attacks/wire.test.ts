import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { contentDigest } from "../../../../core/federation/wire/content-digest.ts";
import { signRequest } from "../../../../core/federation/wire/signature.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { pathOf } from "./door.ts";
import { House } from "./house.ts";

const folder = temporaryFolder("wire");

/** The status lines of all answers in what came back. */
const statuses = (said: string): readonly string[] =>
  [...said.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status = ""]) => status);

/** An array of a million octets. */
const many = (item: string): string =>
  `[${`${item},`.repeat(Math.floor(1_000_000 / (item.length + 1)))}${item}]`;

const closing = "GET /.well-known/mtp HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

void describe("attacks", () => {
  void it("path tricks: another spelling of a path is no path, for whoever signs it", async (t) => {
    const house = await House.start(t, folder);
    const { guest } = house;
    const good = `${pathOf(house.tea)}/events`;
    assert.equal((await house.ask(guest, { path: good })).status, 200);
    const tricks = [
      good.replace("/groups", "//groups"),
      good.replace("/events", "//events"),
      `/.${good}`,
      `/x/..${good}`,
      `${good}/.`,
      `${good}/..`,
      `${good}/../events`,
      `${good}/`,
      `${good};a=b`,
      `${good}%3Fafter=x`,
      `${good}%00`,
      good.replace("events", "%65vents"),
      good.replace("events", "Events"),
      good.replace("groups", "GROUPS"),
      good.replace("fake.mimi.test", "FAKE.mimi.test"),
      good.replace("fake.mimi.test", "fake.mimi.test."),
      `${good}\\`,
      "/.well-known/../connections",
      "/.well-known/mtp/",
      "/%2e%2e/connections",
      "//fake.mimi.test/connections",
      "/groups/fake.mimi.test/__proto__/events",
      "/constructor",
    ];
    for (const path of tricks) {
      const { status, code } = await house.ask(guest, { path });
      assert.deepEqual([path, status, code], [path, 404, "not_found"]);
    }
  });

  void it("absolute URIs, other methods and HTTP/1.0: what is not a plain request line is no request", async (t) => {
    const house = await House.start(t, folder);
    const { guest, port } = house;
    const path = "/connections";
    const lines: readonly (readonly [line: string, status: RegExp])[] = [
      [`GET http://127.0.0.1:${port}${path} HTTP/1.1`, /^404$/],
      [`GET https://elsewhere.example${path} HTTP/1.1`, /^404$/],
      [`GET ${path}#part HTTP/1.1`, /^40[014]$/],
      [`GET connections HTTP/1.1`, /^40[04]$/],
      [`GET * HTTP/1.1`, /^40[04]$/],
      [`OPTIONS * HTTP/1.1`, /^40[04]$/],
      [`TRACE ${path} HTTP/1.1`, /^40[04]$/],
      [`CONNECT 127.0.0.1:${port} HTTP/1.1`, /^(?:40[04])?$/],
      [`FROB ${path} HTTP/1.1`, /^40[04]$/],
      [`get ${path} HTTP/1.1`, /^40[04]$/],
      [`GET ${path} HTTP/1.1 x`, /^400$/],
    ];
    for (const [line, status] of lines) {
      const said = await house.talk(house.wire(guest, { path }, { line, more: "connection: close\r\n" }));
      assert.match(statuses(said).join(" "), status, line);
      assert.ok(!said.includes('"connections"'), line);
    }
    const old = await house.talk(house.wire(guest, { path }, { line: `GET ${path} HTTP/1.0` }));
    assert.match(old, /^HTTP\/1\.1 200 [^]*"connections"/, "an old version alone is no fault");
    const bare = await house.talk("GET /connections HTTP/1.0\r\n\r\n");
    assert.match(bare, /^HTTP\/1\.1 401 [^]*"unsigned"/);
  });

  void it("a head without a host, or with an expectation that nobody knows, is answered with a problem", async (t) => {
    const house = await House.start(t, folder);
    const bare = await house.talk("GET /connections HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert.match(bare, /^HTTP\/1\.1 400 [^]*"malformed"/);
    const wild = house.wire(
      house.guest,
      { path: "/connections" },
      { more: "expect: miracle\r\nconnection: close\r\n" },
    );
    assert.deepEqual(statuses(await house.talk(wild)), ["200"]);
  });

  void it("request smuggling: two lengths, chunks with a length, and heads that others read otherwise are refused whole", async (t) => {
    const house = await House.start(t, folder);
    const { guest } = house;
    const path = "/hint";
    const body = '{"reason":"back"}';
    const inner = house.wire(guest, { path: "/connections" });
    const heads: readonly (readonly [more: string, body: string])[] = [
      [`content-length: ${body.length}\r\ncontent-length: ${body.length + inner.length}\r\n`, body + inner],
      [`content-length: ${body.length + inner.length}\r\ncontent-length: ${body.length}\r\n`, body + inner],
      [`content-length: 4\r\ntransfer-encoding: chunked\r\n`, `0\r\n\r\n${inner}`],
      [`transfer-encoding: chunked\r\ncontent-length: 4\r\n`, `0\r\n\r\n${inner}`],
      [`transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n`, `0\r\n\r\n${inner}`],
      [`transfer-encoding: identity\r\n`, body + inner],
      [`transfer-encoding: xchunked\r\n`, `0\r\n\r\n${inner}`],
      [`transfer-encoding : chunked\r\n`, `0\r\n\r\n${inner}`],
      [`transfer-encoding:\x0bchunked\r\n`, `0\r\n\r\n${inner}`],
      [`transfer-encoding: chunked\r\n`, `0x11\r\n${body}\r\n0\r\n\r\n${inner}`],
      [`transfer-encoding: chunked\r\n`, `-1\r\n${inner}`],
      [`transfer-encoding: chunked\r\n`, `11\r\n${body}xx0\r\n\r\n${inner}`],
      [`transfer-encoding: chunked\r\n`, `fffffffffffffffff\r\n${inner}`],
      [`content-length: +17\r\n`, body + inner],
      [`content-length: 17, 17\r\n`, body + inner],
      [`content-length: -17\r\n`, body + inner],
      [`content-length: 0x11\r\n`, body + inner],
      [`content-length:\r\n 17\r\n`, body + inner],
      [`content-length: 17\r\n x: y\r\n`, body + inner],
      [`content length: 17\r\n`, body + inner],
      [`x: y\rcontent-length: 17\r\n`, body + inner],
      [`x: a\x00b\r\ncontent-length: 17\r\n`, body + inner],
    ];
    for (const [more, octets] of heads) {
      const head = house.wire(guest, { path, body }, { more }).slice(0, -body.length);
      const said = await house.talk(Buffer.from(head + octets, "latin1"));
      const told = JSON.stringify([more, said.slice(0, 300)]);
      assert.ok(!said.includes('"connections":'), `a request in a request was answered: ${told}`);
      assert.equal(statuses(said).length, 1, told);
      assert.match(said, /^HTTP\/1\.1 4\d\d /, told);
    }
  });

  void it("pipelining after a refusal: what stood in a refused body is never taken for a request", async (t) => {
    const house = await House.start(t, folder);
    const { guest } = house;
    const inner = house.wire(guest, { path: "/connections" });
    const unsigned =
      `POST /sync HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n` +
      `content-length: ${inner.length}\r\n\r\n${inner}`;
    const said = await house.talk(unsigned + closing);
    assert.ok(!said.includes('"connections":'));
    assert.deepEqual(statuses(said).slice(0, 1), ["401"]);
    assert.ok(statuses(said).length <= 2);
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    const chunked = `POST /sync HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`;
    const other = await house.talk(chunked + closing);
    assert.ok(!other.includes('"connections":'));
    assert.deepEqual(statuses(other).slice(0, 1), ["401"]);
    const twice = await house.talk(house.wire(guest, { path: "/nothing" }) + inner + closing);
    assert.deepEqual(statuses(twice), ["404", "200", "200"], "a refusal of one is none of the next");
  });

  void it("compressed bodies: refused, announced or not, signed or not, and none is unpacked", async (t) => {
    const house = await House.start(t, folder);
    const { guest } = house;
    const bomb = gzipSync(Buffer.alloc(50_000_000, "["));
    const octets = bomb.toString("latin1");
    const signed = (type: string) =>
      signRequest(
        { method: "POST", url: `${house.endpoint}/sync`, as: guest.as, body: { octets: bomb, type } },
        guest.signer,
        house.clock.now,
      );
    for (const coding of ["gzip", "br", "identity", "gzip, gzip", ""]) {
      const headers = Object.entries({ ...signed("application/json"), "content-encoding": coding });
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const head = `POST /sync HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${bomb.length}\r\n${lines}\r\n`;
      const said = await house.talk(Buffer.from(head + octets, "latin1"));
      assert.match(said, /^HTTP\/1\.1 415 [^]*"media_type"/, coding);
    }
    const coded = `POST /sync HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`;
    assert.match(await house.talk(coded + closing), /^HTTP\/1\.1 4/);
    const digest = contentDigest(bomb);
    assert.ok(digest.startsWith("sha-256"));
  });

  void it("oversized body of many small things: refused in a moment, whatever there is too much of", async (t) => {
    const house = await House.start(t, folder);
    const { guest } = house;
    const deep = "[".repeat(500_000) + "]".repeat(500_000);
    const bodies: readonly (readonly [path: string, body: string])[] = [
      ["/sync", `{"subscriptions":${many("0")}}`],
      ["/sync", `{"subscriptions":${many("{}")}}`],
      ["/sync", `{"subscriptions":${deep}}`],
      ["/sync", `{"subscriptions":[],"x":${deep}}`],
      ["/sync", deep],
      ["/submissions", `{"groups":${many('{"verdicts":[0,0]}')}}`],
      ["/submissions", `{"groups":[{"group":"${house.cake.groupUri}","verdicts":${many("0")}}]}`],
      [`${pathOf(house.tea)}/events`, `{"events":${many("0")}}`],
      [`${pathOf(house.tea)}/events`, `{"events":[],"markers":${many("0")}}`],
      ["/hint", `{"reason":"new","groups":${many("0").slice(0, 500_000)}`],
    ];
    for (const [path, body] of bodies) {
      const started = process.cpuUsage();
      const { status } = await house.ask(guest, { path, body });
      const spent = process.cpuUsage(started).user / 1_000;
      assert.ok(status === 400 || status === 200, `${path} ${body.slice(0, 40)}: ${status}`);
      assert.ok(spent < 2_000, `${path} ${body.slice(0, 40)}: ${spent} ms`);
      t.diagnostic(`${path} ${body.slice(0, 30)}: ${Math.round(spent)} ms of CPU`);
    }
  });
});
