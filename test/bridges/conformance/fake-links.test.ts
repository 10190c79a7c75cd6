/** Linking and unlinking, as far as it needs a platform that can be made to wait. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { FakeModes } from "../../support/fake-platform.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { arrives, link, linked as linkedIn, numbered, sayAll } from "./fake-linked.ts";

const folder = temporaryFolder("faults");
const linked = (t: TestContext, modes: Partial<FakeModes> = {}) => linkedIn(folder, t, modes);

const room = (name: string, account = "fake") => ({ account, room: name });

void describe("links", () => {
  void test("a room that can't be entered, an unknown account or group, or a room of another group is refused", async (t) => {
    const { platform, gateway } = await linked(t);
    const { operations } = gateway;
    await assert.rejects(operations.link([room("locked"), room("b")], null), { code: "room_unreachable" });
    await assert.rejects(operations.link([room("x", "nobody")], null), { code: "account_unknown" });
    await assert.rejects(operations.link([room("X!")], null), { code: "room_invalid" });
    await assert.rejects(operations.link([room("x")], "mimi://fake.mimi.test/r/none"), {
      code: "group_unknown",
    });
    await link(platform, gateway, "c", "d");
    await assert.rejects(operations.link([room("a"), room("c")], null), { code: "room_linked" });
    await assert.rejects(operations.unlink(room("x"), false), { code: "room_not_linked" });
    const { rooms } = await operations.link([room("a"), room("e")], null);
    assert.deepEqual(
      rooms.map(({ state }) => state),
      ["already", "linked"],
    );
    platform.say("e", "eve", "to both");
    await arrives(platform, ["to both"]);
    await arrives(platform, ["to both"], "a");
  });

  void test("unlink in mid-traffic: what is under way may still arrive, and nothing after that", async (t) => {
    const { platform, gateway } = await linked(t, { window: 5 });
    const gate = Promise.withResolvers<void>();
    platform.onCall = ({ text }) => (text === "m3" ? { kind: "late", until: gate.promise } : null);
    sayAll(platform, numbered(40));
    await platform.until("calls to be under way", () => platform.calls.some(({ text }) => text === "m3"));
    await gateway.operations.unlink({ account: "fake", room: "b" }, false);
    const calls = platform.calls.filter(({ room, op }) => room === "b" && op === "message").length;
    gate.resolve();
    await platform.until("the room to be left", () => platform.insiders("b") === 0);
    assert.equal(platform.calls.filter(({ room, op }) => room === "b" && op === "message").length, calls);
  });

  void test("unlink with erase forgets what was stored, and the rest of the log stands", async (t) => {
    const { platform, gateway } = await linked(t);
    sayAll(platform, ["from a"]);
    await arrives(platform, ["from a"]);
    platform.say("b", "ben", "from b");
    await arrives(platform, ["from a", "from b"], "a");
    const native = (room: string, text: string) =>
      platform.messages(room).find((one) => one.text === text)?.id ?? "";
    await gateway.operations.unlink({ account: "fake", room: "a" }, true);
    await platform.until("the room to be left", () => platform.insiders("a") === 0);
    await eventually("the room to be forgotten", async () =>
      (await gateway.operations.status()).bindings.every(({ room }) => room !== "a"),
    );
    await assert.rejects(gateway.operations.trace(native("a", "from a")), { code: "event_unknown" });
    const [kept] = await gateway.operations.trace(native("b", "from b"));
    assert.equal(kept?.kind, "message");
    assert.ok(kept?.sender?.startsWith("ben"));
    const [erased] = await gateway.operations.trace(native("b", "from a"));
    assert.ok(!erased?.sender?.includes("anna"));
  });
});
