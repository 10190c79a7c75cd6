import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import { isAllowedAddress } from "../../../core/media/address-guard.ts";
import { openRemoteFile, putFile } from "../../../core/media/remote-file.ts";

const allowed = { maxBytes: 1_000, allow: ["127.0.0.0/8"] };
const strict = { maxBytes: 1_000, allow: [] };

const refuses = (url: string, code: string, limits = allowed) =>
  assert.rejects(
    openRemoteFile(url, limits),
    (error) => error instanceof GatewayError && error.code === code,
  );

void describe("files that somebody else named", () => {
  let base: string;
  const put: { body: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((request, response) => void serve(request, response));
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "PUT") {
      put.push({ body: await text(request), headers: request.headers });
      response.writeHead(request.url === "/full" ? 507 : 201).end();
      return;
    }
    switch (request.url) {
      case "/small":
        response.writeHead(200, { "content-type": "image/png", "content-length": 5 }).end("bytes");
        return;
      case "/large":
        response.writeHead(200, { "content-length": 2_000 }).end("x".repeat(2_000));
        return;
      case "/endless":
        response.writeHead(200);
        Readable.from(Array.from({ length: 100 }, () => "x".repeat(100))).pipe(response);
        return;
      case "/short":
        response.writeHead(200, { "content-length": 50 });
        response.write("only this", () => response.destroy());
        return;
      case "/moved":
        response.writeHead(302, { location: "/small" }).end();
        return;
      case "/astray":
        response.writeHead(302, { location: "http://[::1]:9/secret" }).end();
        return;
      case "/circle":
        response.writeHead(302, { location: "/circle" }).end();
        return;
      default:
        response.writeHead(404).end();
    }
  }

  void it("come as a stream, with their size and type, also after a redirect", async () => {
    for (const path of ["/small", "/moved"]) {
      const file = await openRemoteFile(base + path, allowed);
      assert.deepEqual([file.size, file.contentType], [5, "image/png"]);
      assert.equal(await text(file.body), "bytes");
    }
  });

  void it("are not taken beyond the limit, whether they say their size or not", async () => {
    await refuses(`${base}/large`, "media_refused");
    const endless = await openRemoteFile(`${base}/endless`, allowed);
    await assert.rejects(buffer(endless.body), /media_refused/);
  });

  void it("end with an error when they are cut short", async () => {
    const short = await openRemoteFile(`${base}/short`, allowed);
    await assert.rejects(buffer(short.body));
  });

  void it("are never fetched from this machine or its networks, however they are written", async () => {
    const { port } = new URL(base);
    const spellings = [
      "127.0.0.1",
      "localhost",
      "127.1",
      "0x7f.1",
      "2130706433",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "0.0.0.0",
    ];
    for (const host of spellings) await refuses(`http://${host}:${port}/small`, "media_refused", strict);
    await refuses(`${base}/astray`, "media_refused", allowed);
  });

  void it("have addresses of http or https, answer, and do not lead in circles", async () => {
    await refuses("file:///etc/passwd", "media_refused");
    await refuses("no address", "media_refused");
    await refuses(`${base}/nothing`, "media_unreachable");
    await refuses(`${base}/circle`, "media_refused");
    await refuses("http://127.0.0.1:9/", "media_unreachable");
  });

  void it("are put as they come, with the headers asked for", async () => {
    const file = { body: Readable.from(["by", "tes"]), size: 5, contentType: "image/png" };
    await putFile(`${base}/here`, file, { authorization: "Bearer slot" }, null);
    const { body, headers } = put.at(-1) ?? assert.fail("nothing was put");
    assert.equal(body, "bytes");
    assert.deepEqual(
      [headers["content-length"], headers["content-type"], headers.authorization],
      ["5", "image/png", "Bearer slot"],
    );
    const again = () => ({ ...file, body: Readable.from(["bytes"]) });
    await assert.rejects(putFile(`${base}/full`, again(), {}, null), /media_unreachable.*507/);
    const before = put.length;
    const { port } = new URL(base);
    for (const host of ["127.0.0.1", "localhost"])
      await assert.rejects(putFile(`http://${host}:${port}/here`, again(), {}, []), /media_refused/);
    assert.equal(put.length, before, "not to where a stranger's server says");
    await putFile(`${base}/here`, again(), {}, ["127.0.0.0/8"]);
  });
});

void it("addresses of special use are none of the public internet", () => {
  const special = [
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2001:db8::1",
    "no address",
  ];
  for (const address of special) assert.equal(isAllowedAddress(address, []), false, address);
  for (const address of ["93.184.216.34", "2606:2800:220:1::1"]) assert.ok(isAllowedAddress(address, []));
  assert.ok(isAllowedAddress("10.1.2.3", ["10.0.0.0/8"]));
  assert.equal(isAllowedAddress("10.1.2.3", ["10.2.0.0/16", "fc00::/7"]), false);
});
