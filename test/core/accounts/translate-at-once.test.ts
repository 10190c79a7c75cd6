/** What is translated as it comes, where a room goes round and the store fails. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { NativeKey } from "../../../core/ids.ts";
import type { Bridge } from "../../../core/bridge/bridge.ts";
import { translateAtOnce } from "../../../core/accounts/translate-at-once.ts";
import { GatewayError } from "../../../core/errors.ts";
import { EventWriter } from "../../../core/groups/event-writer.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import { limits } from "../../../core/limits.ts";
import type { LoopFound } from "../../../core/loops/loop-breaker.ts";
import { PolicyBook } from "../../../core/policy/policy-book.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform, usualModes } from "../../support/fake-platform.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { laneSample } from "../lanes/lane-sample.ts";

const folder = temporaryFolder("translate-at-once");
const found: LoopFound = { why: "echo repeats it", nameless: "somebody repeats it" };

/** Looks nothing up. */
class Prompt extends FakeBridge {
  constructor() {
    const platform = new FakePlatform(usualModes);
    super(platform.modes, { attach: (client) => Promise.resolve(platform.attach(client)) });
  }

  translatesAtOnce(): boolean {
    return true;
  }

  override toEvents(): ReturnType<Bridge["toEvents"]> {
    return Promise.resolve([]);
  }
}

async function translate(t: TestContext, pause: () => Promise<void>) {
  const sample = await laneSample(folder);
  const { store, a } = sample;
  t.after(() => store.close());
  const bridge: Bridge = new Prompt();
  const options = {
    bridge,
    store,
    writer: new EventWriter(new Uint8Array(32), new MessageMemo()),
    limits,
    now: () => 5_000,
    policies: new PolicyBook(store, () => 5_000),
    loops: { hears: () => Promise.resolve(found), pause },
  };
  return translateAtOnce(options, a.id, [{ nativeKey: "key" as NativeKey, at: 5_000, raw: "hello" }]);
}

void test("a room that goes round is paused, and what came waits", async (t) => {
  let paused = 0;
  const pause = () => Promise.resolve(void (paused += 1));
  assert.equal(await translate(t, pause), null);
  assert.equal(paused, 1);
});

void test("a pause that can't be written is no fault of what was said: whoever hands it over tries again", async (t) => {
  const error = new GatewayError("store_failed", "it fails");
  await assert.rejects(
    translate(t, () => Promise.reject(error)),
    error,
  );
});
