import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { freePorts } from "../../deploy/servers/ports.ts";
import { eventually } from "./harness-eventually.ts";
import { badGateway, HttpProxy } from "./http-proxy.ts";

void describe("a proxy that a test decides by", () => {
  const taken: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      taken.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
      response.writeHead(201, { "x-said": "by the server" }).end("taken");
    });
  });
  let proxy: HttpProxy | null = null;
  const put = (): Promise<Response> =>
    fetch(`${proxy?.url}/a%2Fb?c=d`, { method: "PUT", body: "said", headers: { authorization: "token" } });

  before(async () => {
    const [port = 0] = await freePorts(1);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    proxy = await HttpProxy.open(() => `http://127.0.0.1:${port}`);
  });
  after(async () => {
    await proxy?.close();
    server.close();
  });
  const running = (): HttpProxy => proxy ?? assert.fail("there is none");

  void it("passes requests and answers on as they are", async () => {
    const answer = await put();
    assert.deepEqual(
      [answer.status, answer.headers.get("x-said"), await answer.text()],
      [201, "by the server", "taken"],
    );
    assert.deepEqual(taken.splice(0), ["PUT /a%2Fb?c=d token said"]);
  });

  void it("loses a request, or its answer", async () => {
    running().onRequest = () => ({ kind: "lost-before" });
    await assert.rejects(put(), TypeError);
    assert.deepEqual(taken, []);
    running().onRequest = () => ({ kind: "lost-after" });
    await assert.rejects(put(), TypeError);
    assert.equal(taken.splice(0).length, 1);
  });

  void it("passes a request on when it is given up", async () => {
    running().onRequest = () => ({ kind: "lost-late", ms: 1_000 });
    await assert.rejects(put(), TypeError);
    assert.deepEqual(taken, []);
    await eventually("the request", () => taken.splice(0).length === 1);
  });

  void it("answers in the server's place", async () => {
    running().onRequest = ({ method, path, body }) =>
      method === "PUT" && path === "/a%2Fb?c=d" && body === "said" ? badGateway : null;
    assert.equal((await put()).status, 502);
    assert.deepEqual(taken, []);
  });
});
