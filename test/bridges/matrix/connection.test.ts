import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { MatrixApi } from "../../../bridges/matrix/api.ts";
import { asDeliveryError, refusalOf } from "../../../bridges/matrix/refusal.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";

const whoami = { method: "GET", path: "/account/whoami" } as const;

/** The calls of a gateway at what answers like this, and what it says of who answers. */
async function at(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  after(() => server.closeAllConnections());
  after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return apiAt(port);
}

function apiAt(port: number) {
  const unanswered: unknown[] = [];
  let answered = 0;
  const reach = {
    answered: () => void (answered += 1),
    unanswered: (thrown: unknown) => void unanswered.push(thrown),
  };
  const api = new MatrixApi(
    { homeserver: `http://127.0.0.1:${port}`, asToken: "token" },
    "@mimi:hs.example",
    reach,
  );
  after(() => api.stop());
  return { api, unanswered, answered: () => answered };
}

void describe("a call of the client-server API", () => {
  void it("says in whose name, by whose token, and what", async () => {
    const seen: object[] = [];
    const { api, answered } = await at((request, response) => {
      const { method, url, headers } = request;
      seen.push({ method, url, authorization: headers.authorization, type: headers["content-type"] });
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => response.end(body === "" ? "{}" : body));
    });
    const body = { body: "gr\u00fc\u00df dich" };
    const query = "user_id=%40ben%3Ahs.example&device_id=D&org.matrix.msc3202.device_id=D";
    assert.deepEqual(
      await api.call({ method: "PUT", path: "/here", as: "@ben:hs.example", device: "D", body }),
      body,
    );
    const authorization = "Bearer token";
    const put = {
      method: "PUT",
      url: `/_matrix/client/v3/here?${query}`,
      authorization,
      type: "application/json",
    };
    assert.deepEqual(await api.call(whoami), {});
    const url = "/_matrix/client/v3/account/whoami?user_id=%40mimi%3Ahs.example";
    assert.deepEqual(seen, [put, { method: "GET", url, authorization, type: undefined }]);
    assert.equal(answered(), 2);
  });

  void it("takes one connection after the other again", async () => {
    const ports = new Set<number | undefined>();
    const { api } = await at((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("{}");
    });
    for (let i = 0; i < 3; i++) await api.call(whoami);
    assert.equal(ports.size, 1);
  });

  void it("is refused with the homeserver's own word, and with how long it asks to wait", async () => {
    const { api, answered } = await at((_request, response) => {
      response.writeHead(429, { "content-type": "application/json", "retry-after": "3" });
      response.end(JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", error: "slower" }));
    });
    await assert.rejects(api.call(whoami), (thrown) => {
      assert.equal(refusalOf(thrown), "M_LIMIT_EXCEEDED");
      assert.equal(asDeliveryError(thrown, "whoami").afterMs, 3_000);
      return true;
    });
    assert.equal(answered(), 1);
  });

  void it("has certainly told nobody anything where nobody listens", async () => {
    const [port = 0] = await freePorts(1);
    const { api, unanswered } = apiAt(port);
    await assert.rejects(api.call(whoami), (thrown) => {
      const { certainty, detail } = asDeliveryError(thrown, "whoami");
      assert.equal(certainty, "certain");
      assert.match(detail, /ECONNREFUSED/);
      return true;
    });
    assert.equal(unanswered.length, 1);
  });

  void it("may have been taken where its answer breaks off, does not come, or leads elsewhere", async () => {
    const broken = await at((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    });
    const silent = await at(() => silent.api.stop());
    const elsewhere = await at((_request, response) => {
      response.writeHead(308, { location: "https://hs.example/" }).end();
    });
    for (const { api, unanswered } of [broken, silent, elsewhere]) {
      await assert.rejects(api.call(whoami), (thrown) => {
        assert.equal(asDeliveryError(thrown, "whoami").certainty, "unknown");
        return true;
      });
      assert.equal(unanswered.length, 1);
    }
  });
});
