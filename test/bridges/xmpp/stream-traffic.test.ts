import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import type { StreamOptions } from "../../../bridges/xmpp/stream.ts";
import { xml } from "../../../bridges/xmpp/xml.ts";
import { ScriptedComponentServer } from "../../support/scripted-component-server.ts";
import type { ScriptedConnection } from "../../support/scripted-component-server.ts";
import { StreamRecorder } from "../../support/stream-recorder.ts";

type Work = (
  recorder: StreamRecorder,
  connection: ScriptedConnection,
  server: ScriptedComponentServer,
) => Promise<void>;

async function online(limits: StreamOptions["limits"], work: Work): Promise<void> {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service, limits: { retryFirstMs: 1, ...limits } });
  await recorder.stream.start();
  try {
    const connection = await server.next();
    // The blank that follows the handshake.
    await connection.until(/^ $/);
    connection.received = "";
    connection.reads = 0;
    await work(recorder, connection, server);
  } finally {
    await recorder.stream.stop();
    await server.close();
  }
}

const message = (id: number | string) => xml("message", { id, to: "u@x.test" }, xml("body", {}, "text"));

void describe("writing", () => {
  void it("does not wait for acknowledgements", async (context) => {
    const noDelay = context.mock.method(Socket.prototype, "setNoDelay");
    await online({}, async () => {
      assert.ok(noDelay.mock.calls.some((call) => call.arguments[0] === true));
      await Promise.resolve();
    });
  });

  void it("joins the stanzas of one turn in one write, in order", async () => {
    await online({}, async (recorder, connection) => {
      for (let id = 0; id < 100; id += 1) recorder.stream.send(message(id));
      await connection.until(/id="99".*<\/message>$/);
      assert.equal(connection.reads, 1);
      const ids = [...connection.received.matchAll(/ id="(\d+)"/g)].map((match) => Number(match[1]));
      assert.deepEqual(ids, [...Array(100).keys()]);
    });
  });

  void it("keeps the order over many megabytes in one turn", async () => {
    await online({}, async (recorder, connection) => {
      const body = "x".repeat(50_000);
      for (let id = 0; id < 100; id += 1) {
        recorder.stream.send(xml("message", { to: "u@x.test", id }, xml("body", {}, body)));
      }
      recorder.stream.send(message("last"));
      await connection.until(/id="last".*<\/message>$/);
      const ids = [...connection.received.matchAll(/ id="(\d+)"/g)].map((match) => Number(match[1]));
      assert.deepEqual(ids, [...Array(100).keys()]);
    });
  });

  void it("what was sent leaves also when the stream is stopped in the same turn", async () => {
    await online({}, async (recorder, connection) => {
      recorder.stream.send(message("last"));
      await recorder.stream.stop();
      await connection.until(/id="last".*<\/message><\/stream:stream>$/);
    });
  });
});

void describe("the blank that carries acknowledgements", () => {
  void it("follows what was read, once", async () => {
    await online({}, async (recorder, connection) => {
      connection.write("<message/>".repeat(20));
      await recorder.until(() => recorder.stanzas.length === 20);
      await connection.until(/^ /);
      recorder.stream.send(message("end"));
      await connection.until(/<\/message>$/);
      assert.match(connection.received, /^ <message/);
    });
  });

  void it("is not written where a stanza is", async () => {
    await online({}, async (recorder, connection) => {
      recorder.onStanza = () => {
        recorder.stream.send(message("answer"));
      };
      connection.write("<message/>");
      await connection.until(/<\/message>/);
      assert.match(connection.received, /^<message/);
      assert.equal(connection.reads, 1);
    });
  });

  void it("does not answer blanks", async () => {
    await online({}, async (recorder, connection) => {
      connection.socket.setNoDelay(true);
      for (let times = 0; times < 20; times += 1) {
        // Each is read by itself: the loop polls the sockets in between.
        connection.write(" ");
        await new Promise((resolve) => setImmediate(resolve));
      }
      connection.write("<message/>");
      await recorder.until(() => recorder.stanzas.length === 1);
      await connection.until(/^ /);
      recorder.stream.send(message("end"));
      await connection.until(/^ <message.*<\/message>$/);
    });
  });
});

void describe("pause", () => {
  void it("holds the server back until resume", async () => {
    await online({}, async (recorder, connection) => {
      const bytes = `<message><body>${"x".repeat(8_000)}</body></message>`;
      recorder.onStanza = () => {
        recorder.stream.pause();
      };
      // More than the sockets' buffers take: written to the end only if somebody reads.
      let written = false;
      connection.socket.write(bytes.repeat(2_000), () => {
        written = true;
      });
      await recorder.until(() => recorder.stanzas.length > 0);
      recorder.stream.send(message("still able to send"));
      await connection.until(/still able/);
      const held = recorder.stanzas.length;
      assert.ok(held <= 9, `${held} stanzas of 8 kB came: more than one read`);
      assert.equal(written, false);
      recorder.onStanza = () => undefined;
      recorder.stream.resume();
      await recorder.until(() => recorder.stanzas.length === 2_000);
    });
  });

  void it("lasts over a reconnection, and does not make the stream look dead", async () => {
    await online({ idleMs: 100, pongMs: 100 }, async (recorder, _, server) => {
      recorder.stream.pause();
      recorder.stream.reconnect("a test");
      const second = await server.next();
      await recorder.until(() => recorder.online === 2);
      second.write("<message/>");
      await new Promise((resolve) => setTimeout(resolve, 400));
      assert.equal(recorder.stanzas.length, 0);
      assert.equal(recorder.offline.length, 1);
      recorder.stream.resume();
      await recorder.until(() => recorder.stanzas.length === 1);
    });
  });
});

void describe("silence", () => {
  const ping =
    /<iq type="get" from="gw.test" to="gw.test" id="([0-9a-f]{32})"><ping xmlns="urn:xmpp:ping"\/><\/iq>/;

  void it("is broken by a ping; a server that sends it back is alive", async () => {
    await online({ idleMs: 30, pongMs: 500 }, async (recorder, connection) => {
      for (let times = 0; times < 3; times += 1) {
        const [sent] = await connection.until(ping);
        connection.received = "";
        connection.write(sent);
      }
      assert.equal(recorder.offline.length, 0);
      assert.equal(recorder.stanzas.length, 0, "our own ping is nobody else's business");
    });
  });

  void it("is broken by any byte", async () => {
    await online({ idleMs: 30, pongMs: 500 }, async (recorder, connection) => {
      for (let times = 0; times < 4; times += 1) {
        await connection.until(ping);
        connection.received = "";
        connection.write(" ");
      }
      assert.equal(recorder.offline.length, 0);
    });
  });

  void it("that lasts makes the stream reconnect", async () => {
    await online({ idleMs: 30, pongMs: 30 }, async (recorder, connection) => {
      await connection.until(ping);
      await recorder.until(() => recorder.online === 2);
      assert.match(recorder.offline[0]?.message ?? "", /account_down: the server has been silent for \d+ ms/);
      await connection.closed;
    });
  });

  void it("of a turn that took long is not the server's", async () => {
    await online({ idleMs: 30, pongMs: 300 }, async (recorder, connection) => {
      await connection.until(ping);
      connection.write("<message/>");
      const until = performance.now() + 600;
      while (performance.now() < until);
      await recorder.until(() => recorder.stanzas.length === 1);
      await connection.until(/id="[^]*id="/);
      assert.equal(recorder.offline.length, 0);
    });
  });
});
