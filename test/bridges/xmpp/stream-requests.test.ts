import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StanzaError } from "../../../bridges/xmpp/stream.ts";
import { attribute, xml } from "../../../bridges/xmpp/xml.ts";
import type { Element } from "../../../bridges/xmpp/xml.ts";
import { GatewayError } from "../../../core/errors.ts";
import { ScriptedComponentServer } from "../../support/scripted-component-server.ts";
import type { ScriptedConnection } from "../../support/scripted-component-server.ts";
import { StreamRecorder } from "../../support/stream-recorder.ts";

const query = (to = "room@muc.test") =>
  xml("iq", { type: "get", to, from: "g@gw.test/gw" }, xml("ping", { xmlns: "urn:xmpp:ping" }));

async function online(
  work: (recorder: StreamRecorder, connection: ScriptedConnection) => Promise<void>,
): Promise<void> {
  const server = await ScriptedComponentServer.listen();
  const recorder = new StreamRecorder({ service: server.service });
  await recorder.stream.start();
  try {
    await work(recorder, await server.next());
  } finally {
    await recorder.stream.stop();
    await server.close();
  }
}

/** Sends the request and resolves to the id that it left with. */
async function asked(
  recorder: StreamRecorder,
  connection: ScriptedConnection,
  iq: Element = query(),
): Promise<{ id: string; answer: Promise<Element> }> {
  const answer = recorder.stream.request(iq);
  answer.catch(() => undefined);
  const match = await connection.until(/<iq [^>]*id="([0-9a-f]{32})"/);
  return { id: match[1] ?? "", answer };
}

void describe("request", () => {
  void it("resolves to the answer of the addressee and of nobody else", async () => {
    await online(async (recorder, connection) => {
      const { id, answer } = await asked(recorder, connection);
      for (const from of ["evil@x.test", "room@muc.test/nick", "muc.test", "ROOM@evil.test", ""]) {
        connection.write(`<iq type='result' id='${id}' from='${from}' to='g@gw.test/gw'><forged/></iq>`);
      }
      connection.write(`<iq type='get' id='${id}' from='room@muc.test'><forged/></iq>`);
      connection.write(`<message type='result' id='${id}' from='room@muc.test'><forged/></message>`);
      connection.write(`<iq type='result' id='${id}' from='room@muc.test' to='g@gw.test/gw'><real/></iq>`);
      assert.ok((await answer).getChild("real"));
      assert.equal(recorder.stanzas.length, 7, "what is no answer is a stanza like any other");
      assert.ok(recorder.stanzas.every((stanza) => stanza.getChild("forged")));
      connection.write(`<iq type='result' id='${id}' from='room@muc.test'><late/></iq>`);
      await recorder.until(() => recorder.stanzas.at(-1)?.getChild("late") !== undefined);
    });
  });

  void it("knows an address in another case, but not another resource", async () => {
    await online(async (recorder, connection) => {
      const { id, answer } = await asked(recorder, connection, query("Room@MUC.test/Nick"));
      connection.write(`<iq type='result' id='${id}' from='room@muc.test/nick'><forged/></iq>`);
      connection.write(`<iq type='result' id='${id}' from='room@muc.test/Nick'><real/></iq>`);
      assert.ok((await answer).getChild("real"));
    });
  });

  void it("makes an id of its own for each", async () => {
    await online(async (recorder) => {
      const ids = new Set<string>();
      for (let times = 0; times < 100; times += 1) {
        const iq = query();
        recorder.stream.request(iq).catch(() => undefined);
        ids.add(attribute(iq, "id") ?? "");
      }
      assert.equal(ids.size, 100);
      assert.ok([...ids].every((id) => /^[0-9a-f]{32}$/.test(id)));
      await recorder.stream.stop();
    });
  });

  void it("rejects with the condition of an answer of type error", async () => {
    await online(async (recorder, connection) => {
      const { id, answer } = await asked(recorder, connection);
      connection.write(
        `<iq type='error' id='${id}' from='room@muc.test'><ping xmlns='urn:xmpp:ping'/><error type='auth'>` +
          "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" +
          "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>not you</text></error></iq>",
      );
      await assert.rejects(answer, (error) => {
        assert.ok(error instanceof StanzaError && error instanceof GatewayError);
        assert.equal(error.code, "request_refused");
        assert.equal(error.condition, "forbidden");
        assert.equal(error.type, "auth");
        assert.equal(error.text, "not you");
        assert.equal(error.detail, "room@muc.test answered forbidden (not you)");
        return true;
      });
    });
  });

  for (const [what, error] of [
    ["without a condition", ""],
    ["with one of its sender's own", "<error><no.1 xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"],
  ] as const)
    void it(`takes an error ${what} too`, async () => {
      await online(async (recorder, connection) => {
        const { id, answer } = await asked(recorder, connection);
        connection.write(`<iq type='error' id='${id}' from='room@muc.test'>${error}</iq>`);
        await assert.rejects(answer, /request_refused: room@muc.test answered undefined-condition$/m);
      });
    });

  void it("rejects when nobody answers, when the stream is lost and when it is down", async () => {
    await online(async (recorder, connection) => {
      await assert.rejects(recorder.stream.request(query(), 20), /request_timeout: room@muc.test .* 20 ms/);
      const lost = recorder.stream.request(query());
      connection.drop();
      await assert.rejects(lost, /account_down: the stream of gw.test is down: /);
      await assert.rejects(recorder.stream.request(query()), /account_down/);
    });
  });

  void it("rejects at once when the stream is stopped", async () => {
    await online(async (recorder) => {
      const cut = recorder.stream.request(query());
      const stopped = recorder.stream.stop();
      await assert.rejects(cut, /account_down/);
      await stopped;
    });
  });
});

void it("requests of others are handed on and not answered", async () => {
  await online(async (recorder, connection) => {
    connection.write("<iq type='get' id='1' from='a@b' to='c@gw.test'><query xmlns='urn:x'/></iq>");
    connection.write("<iq type='set' id='2' from='a@b' to='c@gw.test'/>");
    await recorder.until(() => recorder.stanzas.length === 2);
    recorder.stream.send(xml("message", { to: "end@x.test" }));
    await connection.until(/end@x.test/);
    assert.doesNotMatch(connection.received, /<iq/);
  });
});
