/** What a platform says that can't be read, for a while or ever. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { arrives, link, linked as linkedIn, sayAll } from "./fake-linked.ts";

const folder = temporaryFolder("faults");
const linked = (t: TestContext) => linkedIn(folder, t);

void describe("what comes from the platform", () => {
  void test("a poison event is set aside and its lane goes on; re-driven it comes back, discarded it is gone", async (t) => {
    const { platform, gateway } = await linked(t);
    sayAll(platform, ["m1", "poison", "m2"]);
    await arrives(platform, ["m1", "m2"]);
    const [first, ...rest] = await gateway.operations.setAsideList();
    assert.equal(rest.length, 0);
    assert.equal(first?.direction, "inbound");
    assert.equal(first?.code, "event_malformed");
    await gateway.operations.setAsideRetry(first?.id ?? 0);
    const second = await eventually("it to be set aside again", async () => {
      const [aside] = await gateway.operations.setAsideList();
      return aside !== undefined && aside.id !== first?.id && aside;
    });
    await gateway.operations.setAsideDiscard(second.id);
    assert.deepEqual(await gateway.operations.setAsideList(), []);
    await assert.rejects(gateway.operations.setAsideRetry(second.id), { code: "set_aside_unknown" });
    assert.deepEqual(platform.texts("b"), ["m1", "m2"]);
  });

  void test("a look-up that fails for a while holds its room back, in order, and no other", async (t) => {
    const { platform, gateway } = await linked(t);
    await link(platform, gateway, "c", "d");
    sayAll(platform, ["m1", "stumble 3 times", "m2"]);
    platform.say("c", "carl", "quick");
    await arrives(platform, ["quick"], "d");
    assert.ok(platform.texts("b").length <= 1, "the other room waited");
    await arrives(platform, ["m1", "stumble 3 times", "m2"]);
  });

  void test("a look-up that never succeeds is set aside after its tries; re-driven later it is carried", async (t) => {
    const { platform, gateway } = await linked(t);
    sayAll(platform, ["stumble 4 times", "m1"]);
    await arrives(platform, ["m1"]);
    const [aside] = await gateway.operations.setAsideList();
    assert.equal(aside?.code, "request_timeout");
    await gateway.operations.setAsideRetry(aside?.id ?? 0);
    await arrives(platform, ["m1", "stumble 4 times"]);
  });
});
