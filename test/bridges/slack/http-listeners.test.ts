import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { EVENTS_PATH } from "../../../bridges/slack/events-route.ts";
import { HttpListeners } from "../../../bridges/slack/http-listeners.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";

void describe("an address for Slack", () => {
  void it("is not held by whoever sends slowly", async (test) => {
    const [port = 0] = await freePorts(1);
    const close = await new HttpListeners(undefined, 200).add(
      { host: "127.0.0.1", port },
      { events: null, installs: null },
    );
    test.after(close);
    for (const head of [
      `POST ${EVENTS_PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
      `POST ${EVENTS_PATH} HTTP/1.1\r\nhost:`,
    ]) {
      const socket = connect({ host: "127.0.0.1", port, timeout: 30_000 });
      socket.on("timeout", () => socket.destroy(new Error("it is held open")));
      await once(socket, "connect");
      socket.write(head);
      assert.match(await text(socket), /^HTTP\/1\.1 408 /);
    }
  });

  void it("is closed with the last account that uses it", async () => {
    const [port = 0] = await freePorts(1);
    const listeners = new HttpListeners();
    const address = { host: "127.0.0.1", port };
    const leave = [];
    for (let i = 0; i < 2; i++) leave.push(await listeners.add(address, { events: null, installs: null }));
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/`)).status;
    await leave[0]?.();
    assert.equal(await ask(), 404);
    await leave[1]?.();
    await assert.rejects(ask());
  });
});
