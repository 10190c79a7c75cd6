import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fastify from "fastify";
import { SharedListeners } from "../../../core/http/shared-listeners.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";

/** Servers that name who is there, and how many were made. */
function listeners() {
  const made = { servers: 0, closed: 0 };
  const shared = new SharedListeners<string>((doors) => {
    made.servers += 1;
    const server = fastify();
    server.get("/", () => doors());
    server.addHook("onClose", () => {
      made.closed += 1;
    });
    return Promise.resolve(server);
  });
  return { made, shared };
}

const freeAddress = async () => ({ host: "127.0.0.1", port: (await freePorts(1))[0] ?? 0 });
const who = async ({ host, port }: { host: string; port: number }): Promise<unknown> =>
  (await fetch(`http://${host}:${port}/`)).json();

void describe("addresses that accounts share", () => {
  void it("are open as long as an account wants them, by one server", async () => {
    const address = await freeAddress();
    const { made, shared } = listeners();
    const [leaveOne, leaveTwo] = await Promise.all([shared.add(address, "one"), shared.add(address, "two")]);
    assert.deepEqual(await who(address), ["one", "two"]);
    await leaveOne();
    await leaveOne();
    assert.deepEqual(await who(address), ["two"]);
    assert.equal(made.servers, 1);
    await leaveTwo();
    await assert.rejects(who(address), TypeError);
  });

  void it("are opened again while they are closed, and closed while they are opened", async () => {
    const address = await freeAddress();
    const { made, shared } = listeners();
    const leave = await shared.add(address, "one");
    const [, leaveAgain] = await Promise.all([leave(), shared.add(address, "two")]);
    assert.deepEqual([await who(address), made.servers], [["two"], 2]);
    await leaveAgain();
  });

  void it("are apart from each other", async () => {
    const addresses = [await freeAddress(), await freeAddress()] as const;
    const { shared } = listeners();
    const leaves = [await shared.add(addresses[0], "one"), await shared.add(addresses[1], "two")];
    assert.deepEqual([await who(addresses[0]), await who(addresses[1])], [["one"], ["two"]]);
    for (const leave of leaves) await leave();
  });

  void it("that others listen on are refused, and may be had later", async () => {
    const address = await freeAddress();
    const other = fastify();
    await other.listen(address);
    const { made, shared } = listeners();
    await assert.rejects(
      shared.add(address, "one"),
      /^GatewayError: config_invalid: 127\.0\.0\.1:\d+ can't be listened on: change listen/,
    );
    assert.deepEqual(made, { servers: 1, closed: 1 });
    await other.close();
    const leave = await shared.add(address, "one");
    assert.deepEqual(await who(address), ["one"]);
    await leave();
  });
});
