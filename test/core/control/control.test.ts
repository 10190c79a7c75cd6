import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { openControlClient } from "../../../core/control/client.ts";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import type { ErrorCode } from "../../../core/errors.ts";
import { GatewayError } from "../../../core/errors.ts";
import { sampleOperations, sampleSetAside, sampleStatus, sampleTrace } from "./sample-operations.ts";

const folder = mkdtempSync(join(tmpdir(), "mimi-control-"));
after(() => rmSync(folder, { recursive: true }));
let folders = 0;
const freshFolder = (): string => join(folder, String((folders += 1)));

function code(expected: ErrorCode) {
  return (thrown: unknown): boolean => thrown instanceof GatewayError && thrown.code === expected;
}

async function post(socketPath: string, path: string, body: string, length = Buffer.byteLength(body)) {
  const headers = { "content-type": "application/json", "content-length": length };
  const call = request({ socketPath, path, method: "POST", headers, agent: false });
  call.write(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  const text = (await response.toArray()).join("");
  call.destroy();
  return {
    status: response.statusCode,
    type: response.headers["content-type"],
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

async function running() {
  const socket = controlSocketPath(freshFolder());
  const asked = sampleOperations();
  const server = await startControlServer({ socket, version: "1.2.3", operations: asked.operations });
  return { socket, server, ...asked };
}

void describe("the control socket", () => {
  void it("carries every operation and its answer", async () => {
    const { socket, server, calls } = await running();
    const client = await openControlClient(socket);
    assert.ok(client);
    const room = { account: "xmpp", room: "lobby@rooms.example.org" };
    assert.deepEqual(await client.status(), sampleStatus);
    assert.deepEqual(await client.trace("abc"), [sampleTrace]);
    assert.equal((await client.link([room], null)).rooms[0]?.state, "already");
    assert.equal((await client.unlink(room, true)).erased, true);
    assert.equal((await client.resume(room, true)).dropping, true);
    assert.deepEqual(await client.setAsideList(), [sampleSetAside]);
    assert.deepEqual(await client.setAsideRetry(3), sampleSetAside);
    assert.deepEqual(await client.setAsideDiscard(3), sampleSetAside);
    assert.equal((await client.secrets.list())[0]?.kind, "installation");
    assert.equal((await client.secrets.rotate()).key, 3);
    assert.equal((await client.secrets.installLink("far")).account, "far");
    assert.deepEqual(await client.secrets.roomPassword(room, "open sesame"), { ...room, kept: true });
    assert.equal((await client.secrets.roomPassword(room, null)).kept, false);
    assert.deepEqual(calls, [
      ["status"],
      ["trace", "abc"],
      ["link", [room], null],
      ["unlink", room, true],
      ["resume", room, true],
      ["setAsideList"],
      ["setAsideRetry", 3],
      ["setAsideDiscard", 3],
      ["secret-list"],
      ["secret-rotate"],
      ["install-link", "far"],
      ["room-password", room, "open sesame"],
      ["room-password", room, null],
    ]);
    await server.close();
    assert.ok(!existsSync(socket));
  });

  void it("carries errors with their code and detail", async () => {
    const { socket, server } = await running();
    const client = await openControlClient(socket);
    await assert.rejects(
      async () => client?.setAsideRetry(9),
      (thrown) => code("set_aside_unknown")(thrown) && String(thrown).includes("the number 9"),
    );
    await server.close();
  });

  void it("is open to its owner alone", async () => {
    const { socket, server } = await running();
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    await server.close();
  });

  void it("answers wrong questions with problem details", async () => {
    const { socket, server } = await running();
    for (const [path, body, length] of [
      ["/v1/trace", "{"],
      ["/v1/trace", "{}"],
      ["/v1/trace", '{"id":"a","more":1}'],
      ["/v1/link", '{"rooms":[],"group":null}'],
      ["/v1/nothing", "{}"],
      ["/v1/trace", "{", 2 * 1024 * 1024],
    ] as const) {
      const answer = await post(socket, path, body, length);
      assert.equal(answer.status, 400, path);
      assert.match(answer.type ?? "", /^application\/problem\+json/);
      assert.equal(answer.body["code"], "usage");
      assert.equal(answer.body["type"], "urn:mimi-gateway:error:usage");
    }
    await server.close();
  });

  void it("replaces what a killed process left, and nothing else", async () => {
    const socket = controlSocketPath(freshFolder());
    mkdirSync(join(socket, ".."), { recursive: true });
    const script = `require("node:net").createServer().listen(${JSON.stringify(socket)}, () => console.log("up"))`;
    const dead = spawn(process.execPath, ["-e", script]);
    await once(dead.stdout, "data");
    dead.kill("SIGKILL");
    await once(dead, "exit");
    assert.ok(existsSync(socket));
    assert.equal(await openControlClient(socket), null);

    const { operations } = sampleOperations();
    const first = await startControlServer({ socket, version: "1", operations });
    await assert.rejects(startControlServer({ socket, version: "1", operations }), code("store_locked"));
    assert.ok(await openControlClient(socket));
    await first.close();

    writeFileSync(socket, "precious");
    await assert.rejects(startControlServer({ socket, version: "1", operations }), code("config_invalid"));
    assert.equal(statSync(socket).size, "precious".length);
  });

  void it("is closed although a request hangs", async () => {
    const socket = controlSocketPath(freshFolder());
    const { operations } = sampleOperations();
    const asked = Promise.withResolvers<void>();
    const hanging = {
      ...operations,
      trace: () => {
        asked.resolve();
        return new Promise<never>(() => {});
      },
    };
    const server = await startControlServer({ socket, version: "1", operations: hanging, graceMs: 50 });
    const client = await openControlClient(socket);
    const answer = assert.rejects(async () => client?.trace("x"), code("gateway_unreachable"));
    await asked.promise;
    await server.close();
    await answer;
  });
});

void describe("a client of the control socket", () => {
  void it("finds that nobody listens", async () => {
    assert.equal(await openControlClient(controlSocketPath(freshFolder())), null);
  });

  void it("says so when a gateway listens and does not answer", async () => {
    const socket = join(folder, "mute.sock");
    const mute = createServer(() => {}).listen(socket);
    await once(mute, "listening");
    await assert.rejects(openControlClient(socket, 100), code("gateway_unreachable"));
    mute.close();
  });

  void it("refuses an answer of another form", async () => {
    const socket = controlSocketPath(freshFolder());
    const { operations } = sampleOperations();
    const odd = {
      ...operations,
      status: () => Promise.resolve({ ...sampleStatus, pid: "x" as unknown as number }),
    };
    const server = await startControlServer({ socket, version: "1", operations: odd });
    const client = await openControlClient(socket);
    await assert.rejects(async () => client?.status(), code("gateway_unreachable"));
    await server.close();
  });
});

void describe("the socket's path", () => {
  void it("is refused when it is too long for the system, with the number of bytes", () => {
    const longest = `/${"x".repeat(107 - 14)}`;
    assert.equal(controlSocketPath(longest).length, 107);
    assert.throws(
      () => controlSocketPath(`${longest}yy`),
      (thrown) =>
        code("config_invalid")(thrown) && /109 bytes and 107 .* 2 bytes shorter/.test(String(thrown)),
    );
  });
});
