/** What the inbox lane makes of a row that can't be understood now. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Health } from "../../../core/bridge/room.ts";
import type { Bridge } from "../../../core/bridge/bridge.ts";
import { type ErrorCode, GatewayError } from "../../../core/errors.ts";
import { Announcer } from "../../../core/groups/announce.ts";
import { EventWriter } from "../../../core/groups/event-writer.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import { runInbox } from "../../../core/lanes/inbox-lane.ts";
import { LaneRun } from "../../../core/lanes/lane-run.ts";
import { inLane } from "../../../core/lanes/lane-key.ts";
import { limits } from "../../../core/limits.ts";
import { PolicyBook } from "../../../core/policy/policy-book.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform, usualModes } from "../../support/fake-platform.ts";
import { temporaryFolder } from "../../support/servers.ts";
import type { SampleStore } from "../store/sample.ts";
import { laneSample, silent } from "./lane-sample.ts";

const folder = temporaryFolder("inbox-lane");

/** Hears nothing that goes round. */
const deaf = {
  hears: () => Promise.resolve(null),
  repeats: () => Promise.resolve(false),
  pause: () => Promise.resolve(),
};

/** Understands nothing, for a reason that a test gives. */
class Troubled extends FakeBridge {
  trouble: ErrorCode = "account_down";
  state: Health["state"] = "down";

  constructor() {
    const platform = new FakePlatform({ ...usualModes, connected: false });
    super(platform.modes, { attach: (client) => Promise.resolve(platform.attach(client)) });
  }

  override toEvents(): ReturnType<Bridge["toEvents"]> {
    return Promise.reject(new GatewayError(this.trouble, "it can't be understood now"));
  }

  override health(): Health {
    return this.state === "up" ? { state: "up", since: 0 } : { state: this.state, since: 0, reason: null };
  }
}

void describe("a row of the inbox that is not understood", () => {
  let sample: SampleStore;
  const bridge = new Troubled();
  let now = 50_000;
  before(async () => {
    sample = await laneSample(folder);
    await sample.accept(sample.a.id, ["hello"]);
  });
  after(() => sample.store.close());

  async function run() {
    const { store, a } = sample;
    const lane = inLane(a.id);
    const held = await HeldLane.claim(store, lane, 60_000);
    assert.ok(held);
    const options = {
      store,
      log: silent,
      limits: { ...limits, tries: 2 },
      bridge,
      writer: new EventWriter(new Uint8Array(32), new MessageMemo()),
      policies: new PolicyBook(store, () => 1_000),
      loops: deaf,
      now: () => now,
      announcer: new Announcer(() => undefined),
    };
    const outcome = await runInbox(options, new LaneRun(lane, held), a.id);
    await held.release();
    return outcome;
  }
  const asideNow = () => sample.count("set_aside");

  void it("waits for its account however long that takes, and is not set aside", async () => {
    const away: readonly (readonly [ErrorCode, Health["state"]])[] = [
      ["account_down", "down"],
      ["account_refused", "down"],
      ["delivery_throttled", "up"],
      ["request_timeout", "connecting"],
    ];
    for (const [code, state] of [...away, ...away]) {
      [bridge.trouble, bridge.state] = [code, state];
      const outcome = await run();
      assert.deepEqual([outcome.kind, "failure" in outcome && outcome.failure], ["put-off", false], code);
    }
    assert.equal(await asideNow(), 0);
  });

  void it("waits for an answer that does not come, for as long as the limits say", async () => {
    [bridge.trouble, bridge.state] = ["request_timeout", "up"];
    for (let times = 0; times < limits.tries; times++) {
      const outcome = await run();
      assert.equal("failure" in outcome && outcome.failure, false);
    }
    assert.equal(await asideNow(), 0);
  });

  void it("is set aside after its tries where the account is well", async () => {
    [bridge.trouble, bridge.state] = ["request_timeout", "up"];
    now += limits.unansweredMs;
    const first = await run();
    assert.equal("failure" in first && first.failure, true);
    assert.deepEqual(await run(), { kind: "caught-up" });
    assert.equal(await asideNow(), 1);
  });
});
