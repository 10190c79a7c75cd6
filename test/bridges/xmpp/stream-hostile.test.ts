import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StreamOptions } from "../../../bridges/xmpp/stream.ts";
import { xml } from "../../../bridges/xmpp/xml.ts";
import type { ErrorCode } from "../../../core/errors.ts";
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
  const recorder = new StreamRecorder({
    service: server.service,
    limits: { retryFirstMs: 1, ...limits },
  });
  await recorder.stream.start();
  try {
    await work(recorder, await server.next(), server);
  } finally {
    await recorder.stream.stop();
    await server.close();
  }
}

const text = "é € 😀 👩‍👩‍👧 end";

void describe("characters", () => {
  void it("are whole wherever a packet cuts them", async () => {
    await online({}, async (recorder, connection) => {
      connection.socket.setNoDelay(true);
      const bytes = Buffer.from(`<message><body x="${text}">${text}</body></message>`);
      for (let index = 0; index < bytes.length; index += 1) {
        connection.write(bytes.subarray(index, index + 1));
        // Each byte its own packet: the next one leaves when this one is out.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await recorder.until(() => recorder.stanzas.length === 1);
      const body = recorder.stanzas[0]?.getChild("body");
      assert.equal(body?.getText(), text);
      assert.equal(body?.attrs["x"], text);
    });
  });

  void it("that XML forbids never leave, from text or attribute", async () => {
    await online({}, async (recorder, connection) => {
      const bad = "\0\x01\x08\x0b\x0c\x0e\x1f\ufffe\uffff\ud83d";
      recorder.stream.send(
        xml("message", { to: `u${bad}@x.test` }, xml("body", {}, `a${bad}b\r\nc\rd\t😀`), "\udc00"),
      );
      await connection.until(/<\/message>/);
      assert.equal(
        connection.received.trim(),
        '<message to="u@x.test" from="gw.test"><body>ab\nc\nd\t😀</body></message>',
      );
    });
  });
});

void describe("what is not XML", () => {
  for (const [what, bytes] of [
    ["an illegal character reference", "<message><body>&#1;</body></message>"],
    ["an unknown entity", "<message><body>&nbsp;</body></message>"],
    ["an unknown entity in an attribute", "<message from='&x;'/>"],
    ["a wrong end tag", "<message><body></message></body>"],
    ["text between stanzas", "<message id='1'/>text<message/>"],
    ["text between stanzas without a tag to follow", "text"],
    ["an end tag after the end", "</stream:stream></stream:stream>"],
  ] as const) {
    void it(`${what} ends the stream, and it comes back`, async () => {
      await online({}, async (recorder, connection, server) => {
        connection.write(`<message id='0'/>${bytes}`);
        await connection.until(/<\/stream:stream>$/);
        await recorder.until(() => recorder.online === 2);
        const ended: ErrorCode = bytes.startsWith("</stream") ? "account_down" : "stream_failed";
        assert.deepEqual(
          recorder.offline.map((error) => error?.code),
          [ended],
        );
        assert.ok(recorder.stanzas.length <= 2, "nothing after the fault is handed on");
        (await server.next()).write("<message id='2'/>");
        await recorder.until(() => recorder.stanzas.at(-1)?.attrs["id"] === "2");
      });
    });
  }

  void it("blanks between stanzas mean nothing", async () => {
    await online({}, async (recorder, connection) => {
      for (let times = 0; times < 50; times += 1) connection.write(" \n\t");
      connection.write("<message/> \r\n <presence/> ");
      await recorder.until(() => recorder.stanzas.length === 2);
      assert.equal(recorder.offline.length, 0);
      // The stream's root is the parent of every stanza; it must not collect what passes.
      assert.deepEqual(recorder.stanzas[0]?.parent?.children, []);
    });
  });
});

void describe("sizes", () => {
  const cases: readonly [string, string][] = [
    ["4 MiB of text", `<message><body>${"a".repeat(4 * 1024 * 1024)}</body></message>`],
    ["4 MiB of elements", `<message>${"<a/>".repeat(1024 * 1024)}</message>`],
    ["4 MiB in an attribute", `<message a='${"a".repeat(4 * 1024 * 1024)}'/>`],
    ["a tag that does not end", `<${"a".repeat(2 * 1024 * 1024)}`],
    ["text that does not end", `<message>${"a".repeat(2 * 1024 * 1024)}`],
    ["10,000 elements in each other", `<message>${"<a>".repeat(10_000)}${"</a>".repeat(10_000)}</message>`],
    ["65 elements in each other", "<a>".repeat(65) + "</a>".repeat(65)],
  ];
  for (const [what, bytes] of cases) {
    void it(`${what} end the stream, and it comes back`, async () => {
      await online({}, async (recorder, connection) => {
        connection.write(bytes);
        await recorder.until(() => recorder.online === 2);
        assert.equal(recorder.offline[0]?.code, "stanza_too_large");
        assert.equal(recorder.stanzas.length, 0);
      });
    });
  }

  void it("the server is told why", async () => {
    await online({ stanzaLength: 100 }, async (recorder, connection) => {
      connection.write(`<message><body>${"a".repeat(100)}</body></message>`);
      await connection.until(/<stream:error><policy-violation [^>]*><\/stream:error><\/stream:stream>$/);
      assert.match(recorder.offline[0]?.message ?? "", /longer than 100/);
    });
  });

  void it("what is just within the limits passes, and quickly", async () => {
    await online({}, async (recorder, connection) => {
      const body = "ä".repeat(1024 * 1024 - 64);
      connection.write(`<message><body>${body}</body></message>`);
      connection.write(`${"<message>".repeat(64)}deep${"</message>".repeat(64)}`);
      const before = process.cpuUsage();
      await recorder.until(() => recorder.stanzas.length === 2);
      assert.equal(recorder.stanzas[0]?.getChildText("body"), body);
      const { user } = process.cpuUsage(before);
      // The tokenizer by itself takes several times as long: its time grows with the square of a packet.
      assert.ok(user < 150_000, `took ${user} µs`);
      assert.equal(recorder.offline.length, 0);
    });
  });
});

void it("stanzas in the packet that ends the handshake are not lost", async () => {
  const server = await ScriptedComponentServer.listen();
  server.greeting = "<message id='1'/><message id='2'/>";
  const recorder = new StreamRecorder({ service: server.service });
  recorder.onStanza = () => {
    assert.equal(recorder.online, 1, "online comes before the first stanza");
  };
  await recorder.stream.start();
  await recorder.until(() => recorder.stanzas.length === 2);
  assert.deepEqual(
    recorder.stanzas.map((stanza): unknown => stanza.attrs["id"]),
    ["1", "2"],
  );
  await recorder.stream.stop();
  await server.close();
});

void it("a redirection is not followed", async () => {
  await online({}, async (recorder, connection) => {
    connection.write(
      "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:1</see-other-host>" +
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>go there</text></stream:error>",
    );
    await recorder.until(() => recorder.online === 2);
    assert.match(recorder.offline[0]?.message ?? "", /^stream_failed: .*see-other-host \(go there\)/);
  });
});
