import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../../support/servers.ts";
import { until } from "../waiting.ts";
import { pathOf } from "./door.ts";
import { House } from "./house.ts";

const folder = temporaryFolder("slow");

void describe("attacks", () => {
  void it("slow-loris by answers that nobody reads: so many at a time, and their connections are ended", async (t) => {
    const house = await House.start(t, folder, {
      limits: { peerRequestMs: 8_000, peerOpen: 4, peerBurst: 10_000 },
    });
    const { guest, tea } = house;
    for (let n = 0; n < 20; n++) await house.say(tea, "x".repeat(60_000));
    const asked = { path: `${pathOf(tea)}/events` };
    const before = process.memoryUsage();
    const sockets = Array.from({ length: 8 }, () => connect(house.port, "127.0.0.1").pause());
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    const gone = new Set<number>();
    for (const [at, socket] of sockets.entries()) {
      socket.on("error", () => undefined);
      socket.on("close", () => gone.add(at));
    }
    let refused = 0;
    await until("the peer is told to wait", async () => {
      // More and more, until the system takes no more for somebody who does not read.
      for (const socket of sockets) if (socket.writable) socket.write(house.wire(guest, asked));
      refused += (await house.ask(guest, { path: "/connections" })).status === 429 ? 1 : 0;
      return refused > 0;
    });
    assert.equal((await house.ask(house.rival, { path: "/connections" })).status, 200, "others are served");
    const { rss } = process.memoryUsage();
    t.diagnostic(
      `${Math.round((rss - before.rss) / 2 ** 20)} MiB more for ${sockets.length} who do not read`,
    );
    await until("they are given up", async () => {
      // Who does not read hears of the end only when he writes.
      for (const socket of sockets) if (socket.writable) socket.write("\r\n");
      return (await house.ask(guest, { path: "/connections" })).status === 200 && gone.size > 0;
    });
  });

  void it("slow-loris by a body that was refused already: the connection is ended all the same", async (t) => {
    const house = await House.start(t, folder, { limits: { peerRequestMs: 500 } });
    const socket = connect(house.port, "127.0.0.1");
    t.after(() => socket.destroy());
    let said = "";
    let ended = false;
    socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => (ended = true));
    socket.write(
      "POST /sync HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n",
    );
    await until("it is ended", () => {
      if (socket.writable) socket.write("x");
      return ended;
    });
    assert.match(said, /^HTTP\/1\.1 401 /);
  });
});
