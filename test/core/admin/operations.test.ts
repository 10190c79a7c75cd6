/** What an operator asks for, of a gateway that runs and of one that does not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openOfflineOperations } from "../../../core/admin/offline-operations.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { directWire, fileLog, startFakeGateway } from "../../support/harness.ts";
import { harnessConfig } from "../../support/harness-config.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("operations");
const room = (name: string) => ({ account: "fake", room: name });

function offline(options: { readonly folder: string }, platform: FakePlatform) {
  return openOfflineOperations(
    harnessConfig(options, [{ name: "fake", bridge: "fake" }]),
    () => new FakeBridge(platform.modes, directWire(platform)),
    fileLog(options.folder),
  );
}

void test("rooms linked while no gateway runs are entered when it starts, and left again in the same way", async () => {
  const platform = new FakePlatform();
  const options = { folder: join(folder, "offline") };
  const before = await startFakeGateway(options, { fake: platform });
  await assert.rejects(offline(options, platform), { code: "store_locked" });
  await before.stop();
  const closed = await offline(options, platform);
  const { group, rooms } = await closed.operations.link([room("a"), room("b")], null);
  assert.deepEqual(
    rooms.map(({ state }) => state),
    ["linked", "linked"],
  );
  const status = await closed.operations.status();
  assert.equal(status.running, false);
  assert.deepEqual(
    status.bindings.map(({ group: of }) => of),
    [group, group],
  );
  await closed.close();
  assert.equal(platform.insiders("a"), 0);

  const gateway = await startFakeGateway(options, { fake: platform });
  await platform.until("the rooms to be told", () => platform.notices("b").length === 1);
  platform.say("a", "anna", "hello");
  await platform.until("it to arrive", () => platform.texts("b").length === 1);
  await gateway.stop();

  const again = await offline(options, platform);
  await again.operations.unlink(room("b"), false);
  await again.close();
  platform.say("a", "anna", "unheard");
  const last = await startFakeGateway(options, { fake: platform });
  await platform.until("the room to be told", () => platform.notices("b").length === 2);
  await eventually("the end of the link", async () => (await last.operations.status()).bindings.length === 1);
  await last.stop();
  assert.deepEqual(platform.texts("b"), ["hello"]);
});

void test("status says what is behind and why, and trace tells every hop of a message", async (t) => {
  const platform = new FakePlatform();
  const gateway = await startFakeGateway({ folder: join(folder, "trace") }, { fake: platform });
  t.after(() => gateway.stop());
  const { operations } = gateway;
  await operations.link([room("a"), room("b")], null);
  await platform.until("the rooms to be told", () => platform.notices("b").length === 1);
  const gate = Promise.withResolvers<void>();
  platform.onCall = () => ({ kind: "late", until: gate.promise });
  const native = platform.say("a", "anna", "slow");
  platform.say("a", "anna", "behind it");
  await platform.until("the call", () => platform.calls.some(({ text }) => text === "slow"));
  const behind = await eventually("both to be in the log", async () => {
    const { bindings } = await operations.status();
    return bindings.find(({ room: name, behind }) => name === "b" && behind >= 2);
  });
  assert.ok(behind.oldestUndeliveredAt !== null && behind.oldestUndeliveredAt <= Date.now());
  const steps = async (id: string) => {
    const [report] = await operations.trace(id);
    return report?.hops.map(({ step }) => step);
  };
  assert.deepEqual(await steps(native), ["said", "received", "ordered", "intended"]);
  gate.resolve();
  await platform.until("both to arrive", () => platform.texts("b").length === 2);
  await eventually("the receipt", async () => (await steps(native))?.includes("delivered"));
  const [report] = await operations.trace(native);
  assert.deepEqual(await steps(report?.event?.slice(0, 10) ?? ""), [
    "said",
    "received",
    "ordered",
    "delivered",
  ]);
  const copy = platform.messages("b").find(({ text }) => text === "slow")?.id ?? "";
  assert.equal((await operations.trace(copy))[0]?.event, report?.event, "found by the copy's id as well");
  const delivered = report?.hops.at(-1);
  assert.equal(delivered?.native, copy);
  assert.equal(delivered?.room, "b");
  assert.match(report?.sender ?? "", /^anna <mimi:\/\/fake\.mimi\.test\/u\//);
  await assert.rejects(operations.trace("ffffffffff"), { code: "event_unknown" });
});
