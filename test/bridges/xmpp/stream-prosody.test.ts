import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { StanzaError } from "../../../bridges/xmpp/stream.ts";
import { attribute, serializeXml, xml } from "../../../bridges/xmpp/xml.ts";
import type { Element } from "../../../bridges/xmpp/xml.ts";
import { startProsody } from "../../../deploy/servers/prosody.ts";
import type { Prosody } from "../../../deploy/servers/prosody.ts";
import { StreamRecorder } from "../../support/stream-recorder.ts";

const installed = spawnSync("sh", ["-c", "command -v prosody"]).status === 0;

async function withProsody(work: (prosody: Prosody) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stream-prosody-"));
  const components = [{ domain: "gw.x.test", secret: "right" }];
  const prosody = await startProsody({ folder, domain: "x.test", components, archive: "memory", users: [] });
  try {
    await work(prosody);
  } finally {
    await prosody.stop();
    await rm(folder, { recursive: true });
  }
}

const joining = (room: string) =>
  xml(
    "presence",
    { from: "ghost@gw.x.test/gw", to: `${room}/ghost` },
    xml("x", { xmlns: "http://jabber.org/protocol/muc" }, xml("history", { maxstanzas: 0 })),
  );

/** Whether it is the room's word that a join has succeeded (XEP-0045, section 7.2.2). */
const joined = (stanza: Element) =>
  stanza
    .getChild("x", "http://jabber.org/protocol/muc#user")
    ?.getChildren("status")
    .some((status) => attribute(status, "code") === "110") === true;

function recorder(prosody: Prosody, password = "right", idleMs = 30_000): StreamRecorder {
  return new StreamRecorder({
    service: `xmpp://127.0.0.1:${prosody.ports.component}`,
    domain: "gw.x.test",
    password,
    limits: { idleMs, pongMs: 10_000, closeMs: 20_000, retryMostMs: 200 },
  });
}

void describe("with Prosody", { skip: installed ? false : "prosody is not installed" }, () => {
  void it("connects, sends, receives, asks, and comes back after a restart", async () => {
    await withProsody(async (prosody) => {
      const room = `room@${prosody.rooms}`;
      const gateway = recorder(prosody);
      const { stream, stanzas } = gateway;
      await stream.start();

      stream.send(joining(room));
      await gateway.until(() => stanzas.some(joined));
      stream.send(
        xml(
          "message",
          { from: "ghost@gw.x.test/gw", to: room, type: "groupchat", id: "m1" },
          xml("body", {}, "é 😀 a\0b\ud83d <&>"),
        ),
      );
      const echo = () => stanzas.find((stanza) => stanza.name === "message" && stanza.getChild("body"));
      await gateway.until(() => echo() !== undefined);
      assert.equal(echo()?.getChildText("body", "jabber:component:accept"), "é 😀 ab <&>");

      const disco = xml("query", { xmlns: "http://jabber.org/protocol/disco#info" });
      const answer = await stream.request(xml("iq", { type: "get", to: prosody.rooms.toUpperCase() }, disco));
      assert.match(serializeXml(answer), /http:\/\/jabber.org\/protocol\/muc/);
      const nothing = xml("iq", { type: "get", to: prosody.rooms }, xml("query", { xmlns: "urn:unknown" }));
      await assert.rejects(
        stream.request(nothing),
        (error) => error instanceof StanzaError && error.condition === "service-unavailable",
      );

      await prosody.restart();
      await gateway.until(() => gateway.online === 2);
      assert.ok(gateway.offline.length > 0);
      const before = stanzas.length;
      stream.send(joining(room));
      await gateway.until(() => stanzas.slice(before).some(joined));
      await stream.stop();
    });
  });

  void it("refuses a wrong secret, is alive when nothing happens, and lets the stream end in order", async () => {
    await withProsody(async (prosody) => {
      await assert.rejects(
        recorder(prosody, "wrong").stream.start(),
        /account_refused: .*gw\.x\.test.*not-authorized/,
      );
      const gateway = recorder(prosody, "right", 50);
      await gateway.stream.start();
      // Two pings at least; each proves the server alive, and none is handed on.
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      assert.deepEqual(gateway.offline, []);
      assert.deepEqual(gateway.stanzas, []);
      const before = performance.now();
      await gateway.stream.stop();
      assert.ok(performance.now() - before < 10_000, "Prosody answers the end of the stream");
      assert.deepEqual(gateway.offline, [null]);
    });
  });
});
