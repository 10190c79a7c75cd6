import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { textOf } from "../../../mappings/xmpp/elements.ts";
import { readThread } from "../../../mappings/xmpp/relations-read.ts";
import { threadText } from "../../../mappings/xmpp/relations-write.ts";
import { relayedPayload } from "../../../mappings/xmpp/relay.ts";
import { als, payloads, textBody, writeMessage, zoes } from "./room.ts";
import { serialized } from "./serialized.ts";

const relayed = (body: string): string | undefined => {
  const [call] = writeMessage(textBody(plainFlat(body))).calls;
  assert.ok(call?.kind === "message");
  const [first] = relayedPayload(call.payload, "Zoe");
  return first === undefined ? undefined : serialized(first);
};

void describe("what is said in a room", () => {
  void it("splits a long text, of which the first part answers", () => {
    const body = textBody(plainFlat("word ".repeat(400).trim()));
    const written = writeMessage(body, { replyTo: als.root }, { textBytes: 1000 });
    const parts = payloads(written);
    assert.ok(parts.length > 1);
    assert.deepEqual(
      parts.map((part) => part.includes("<reply ")),
      parts.map((_, at) => at === 0),
    );
    assert.deepEqual(
      written.calls.map((call) => (call.kind === "message" ? call.part : null)),
      parts.map((_, at) => at),
    );
  });

  void it("says the new parts of an edit that has become longer", () => {
    const body = textBody(plainFlat("word ".repeat(600).trim()));
    const parts = payloads(writeMessage(body, { replaces: zoes.root }, { textBytes: 1000 }));
    assert.ok(parts.length > 2);
    assert.deepEqual(
      parts.map((part) => /<replace [^>]*id='([^']*)'/.exec(part)?.[1]),
      parts.map((_, at) => zoes.parts[at]?.aux ?? undefined),
    );
  });

  void it("offers as a file what would be too many messages, after its beginning", () => {
    const text = "word ".repeat(20_000).trimEnd();
    const written = writeMessage(textBody(plainFlat(text)), {}, { textBytes: 1000 });
    const [head, file, ...others] = written.calls;
    assert.deepEqual(others, []);
    assert.ok(head?.kind === "message" && file?.kind === "text-file");
    assert.match(textOf(head.payload[0] ?? assert.fail()), /^word word/);
    assert.deepEqual([file.text, file.part, head.part], [text, 1, 0]);
  });

  void it("gives a relayed text its speaker's name", () => {
    assert.equal(relayed("hi"), "<body>&lt;\u2068Zoe\u2069&gt; hi</body>");
    assert.equal(relayed("> hi"), "<body>&lt;\u2068Zoe\u2069&gt;\n&gt; hi</body>");
    const emote = writeMessage({ ...textBody(plainFlat("waves")), style: "emote" });
    const [call] = emote.calls;
    assert.ok(call?.kind === "message");
    assert.deepEqual(relayedPayload(call.payload, "Zoe")[0]?.children, ["* Zoe waves"]);
  });

  void it("gives back the octets of every thread", () => {
    for (const octets of [
      new Uint8Array(32).fill(255),
      new Uint8Array([0, 1]),
      Buffer.from("e-7"),
      Buffer.from("abcd"),
    ]) {
      const thread = { name: "thread", attrs: {}, children: [threadText(octets)] };
      const stanza = { name: "message", attrs: {}, children: [thread] };
      assert.deepEqual(Buffer.from(readThread(stanza)), Buffer.from(octets));
    }
  });
});
