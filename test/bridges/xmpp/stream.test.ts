import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { test } from "node:test";
import { ComponentStream } from "../../../bridges/xmpp/stream.ts";
import { xml } from "../../../bridges/xmpp/xml.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { ErrorCode } from "../../../core/errors.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { ScriptedComponentServer } from "../../support/scripted-component-server.ts";
import { StreamRecorder } from "../../support/stream-recorder.ts";

const events = { stanza: () => undefined, online: () => undefined, offline: () => undefined };
const code = (expected: ErrorCode) => (thrown: unknown) =>
  thrown instanceof GatewayError && thrown.code === expected;
const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
const hello = () => xml("message", { to: "u@x.test" }, xml("body", {}, "hello"));

void test("connects, sends, receives and ends in order", async () => {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service });
  const { stream, stanzas } = recorder;
  await stream.start();
  assert.equal(stream.online, true);
  const connection = await server.next();
  stream.send(hello());
  await connection.until(/<message to="u@x.test" from="gw.test"><body>hello<\/body><\/message>/);
  connection.write("<message from='a@b' to='c@gw.test'><body>1</body></message> <presence/>");
  await recorder.until(() => stanzas.length === 2);
  assert.equal(stanzas[0]?.getChildText("body", "jabber:component:accept"), "1");
  connection.answersEnd = false;
  const stopped = stream.stop();
  assert.equal(stream.online, false);
  assert.throws(() => stream.send(hello()), code("account_down"));
  await connection.until(/<\/stream:stream>$/);
  connection.socket.end("<message/></stream:stream>");
  await stopped;
  await connection.closed;
  assert.deepEqual(recorder.offline, [null]);
  assert.equal(stanzas.length, 2);
  assert.equal(server.arrivals.length, 1);
  await server.close();
});

void test("gives up at once where the server does not take the secret", async () => {
  const server = await ScriptedComponentServer.listen("another");
  const recorder = new StreamRecorder({ service: server.service });
  await assert.rejects(recorder.stream.start(), code("account_refused"));
  assert.equal(recorder.offline[0]?.code, "account_refused");
  assert.throws(() => recorder.stream.send(hello()), code("account_down"));
  await recorder.stream.stop();
  assert.equal(recorder.offline.length, 1);
  assert.equal(server.arrivals.length, 1);
  await server.close();
});

void test("a secret refused later is tried again: the server may get it back", async () => {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service, limits: { retryFirstMs: 1 } });
  await recorder.stream.start();
  server.refusal = "not-authorized";
  (await server.next()).drop();
  await recorder.until(() => recorder.offline.some((error) => error?.code === "account_refused"));
  server.refusal = null;
  await recorder.until(() => recorder.online === 2);
  await recorder.stream.stop();
  await server.close();
});

void test("keeps trying until a server is there", async () => {
  const [port = 0] = await freePorts(1);
  const recorder = new StreamRecorder({
    service: `xmpp://127.0.0.1:${port}`,
    limits: { retryFirstMs: 1, retryMostMs: 20 },
  });
  const started = recorder.stream.start();
  await recorder.until(() => recorder.offline.length === 3);
  assert.match(recorder.offline[2]?.message ?? "", /^account_down: .*ECONNREFUSED/);
  const server = await ScriptedComponentServer.listen("secret", port);
  server.refusal = "host-unknown";
  await recorder.until(() => recorder.offline.at(-1)?.code === "stream_failed");
  assert.match(recorder.offline.at(-1)?.detail ?? "", /host-unknown/);
  server.refusal = null;
  await started;
  await recorder.stream.stop();
  await server.close();
});

void test("a server that says nothing is given up in time", async () => {
  const server = createServer((socket) => socket.resume());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const recorder = new StreamRecorder({
    service: `xmpp://127.0.0.1:${address.port}`,
    limits: { openMs: 30, retryFirstMs: 1 },
  });
  const started = recorder.stream.start();
  await recorder.until(() => recorder.offline.length === 2);
  assert.match(recorder.offline[0]?.message ?? "", /account_down: .*in time/);
  await recorder.stream.stop();
  await assert.rejects(started, code("account_down"));
  server.close();
});

void test("what only sends everything back is no server, nor is a connection to itself", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const recorder = new StreamRecorder({
    service: `xmpp://127.0.0.1:${address.port}`,
    limits: { retryFirstMs: 1 },
  });
  const started = recorder.stream.start();
  await recorder.until(() => recorder.offline.length === 2);
  assert.match(recorder.offline[0]?.message ?? "", /^stream_failed: .*not a component port/);
  assert.equal(recorder.online, 0);
  await recorder.stream.stop();
  await assert.rejects(started, code("account_down"));
  server.close();
});

void test("waits grow with every failure, and start over only after the stream has held", async () => {
  const server = await ScriptedComponentServer.listen();
  const limits = { retryFirstMs: 16, retryMostMs: 4_096, stableMs: 1_000 };
  const recorder = new StreamRecorder({ service: server.service, limits });
  await recorder.stream.start();
  for (let times = 0; times < 6; times += 1) (await server.next()).drop();
  const held = await server.next();
  const gaps = server.arrivals.slice(1).map((at, index) => at - (server.arrivals[index] ?? 0));
  // At least half of 16, 32, 64, 128, 256, 512; timers count whole milliseconds.
  for (const [index, least] of [8, 16, 32, 64, 128, 256].entries()) {
    assert.ok((gaps[index] ?? 0) >= least - 2, `gaps ${gaps.join(", ")}`);
  }
  await recorder.until(() => recorder.online === 7);
  await new Promise((resolve) => setTimeout(resolve, limits.stableMs + 10));
  const dropped = performance.now();
  held.drop();
  await server.next();
  assert.ok((server.arrivals.at(-1) ?? 0) - dropped < 512, "the first wait is a short one again");
  await recorder.stream.stop();
  await server.close();
});

void test("reconnect drops the connection and makes another", async () => {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service, limits: { retryFirstMs: 1 } });
  await recorder.stream.start();
  const first = await server.next();
  recorder.stream.send(hello());
  recorder.stream.reconnect("a test wants it");
  recorder.stream.reconnect("again");
  assert.equal(recorder.stream.online, false);
  await first.until(/hello.*<\/stream:stream>$/);
  await first.closed;
  await recorder.until(() => recorder.online === 2);
  assert.equal(recorder.offline.length, 1);
  assert.match(recorder.offline[0]?.message ?? "", /account_down: .*a test wants it/);
  assert.equal(server.arrivals.length, 2);
  await recorder.stream.stop();
  await server.close();
});

void test("stop is safe at any moment", async () => {
  const server = await ScriptedComponentServer.listen();
  const fresh = new ComponentStream({ service: server.service, domain: "gw.test", password: "s" }, events);
  await fresh.stop();
  await assert.rejects(fresh.start(), code("account_down"));

  const connecting = new StreamRecorder({ service: server.service });
  const started = connecting.stream.start();
  await Promise.all([connecting.stream.stop(), connecting.stream.stop()]);
  await assert.rejects(started, code("account_down"));
  assert.deepEqual(connecting.offline, [null]);

  const waiting = new StreamRecorder({ service: server.service, limits: { retryFirstMs: 60_000 } });
  await waiting.stream.start();
  (await server.next()).drop();
  await waiting.until(() => waiting.offline.length === 1);
  await waiting.stream.stop();
  await waiting.stream.stop();
  assert.equal(waiting.online, 1);
  await server.close();
});

void test("stop takes bounded time with a server that does not answer", async () => {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service, limits: { closeMs: 50 } });
  await recorder.stream.start();
  const connection = await server.next();
  connection.answersEnd = false;
  const before = performance.now();
  await recorder.stream.stop();
  assert.ok(performance.now() - before < 10_000);
  await connection.closed;
  await server.close();
});

void test("stop in a pause reads to the end, but hands nothing on", async () => {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service, limits: { closeMs: 30_000 } });
  await recorder.stream.start();
  const connection = await server.next();
  recorder.stream.pause();
  connection.write("<message/>".repeat(100));
  const before = performance.now();
  await recorder.stream.stop();
  assert.ok(performance.now() - before < 15_000);
  assert.equal(recorder.stanzas.length, 0);
  await server.close();
});

void test("nothing is left waiting after a stop while the stream opens", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const before = timers();
  const recorder = new StreamRecorder({ service: `xmpp://127.0.0.1:${address.port}` });
  recorder.stream.start().catch(() => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  await once(socket, "data");
  assert.ok(timers() > before);
  await recorder.stream.stop();
  await once(socket, "close");
  // Others may have ended meanwhile.
  assert.ok(timers() <= before);
  server.close();
});

void test("a stanza whose handler throws ends the stream", async () => {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service, limits: { retryFirstMs: 1 } });
  recorder.onStanza = () => {
    if (recorder.online === 1) throw new TypeError("a mistake of ours");
  };
  await recorder.stream.start();
  const connection = await server.next();
  connection.write("<message id='1'/><message id='2'/>");
  await connection.until(/internal-server-error/);
  await recorder.until(() => recorder.online === 2);
  assert.equal(recorder.stanzas.length, 1);
  assert.equal(recorder.offline[0]?.message, "internal: a mistake of ours");
  await recorder.stream.stop();
  await server.close();
});

void test("what cannot work is refused before anything is tried", () => {
  for (const password of ["", "pässword", "tab\t", "😀"]) {
    assert.throws(
      () => new ComponentStream({ service: "xmpp://h:1", domain: "gw.test", password }, events),
      code("config_invalid"),
    );
  }
  for (const service of ["", "localhost:5347", "https://h:1", "xmpp://"]) {
    assert.throws(
      () => new ComponentStream({ service, domain: "gw.test", password: "s" }, events),
      code("config_invalid"),
    );
  }
});
