import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { EchoWatch } from "../../../bridges/slack/echo-watch.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const room = "C1" as NativeRoom;

void describe("the watch over Slack's silence", () => {
  void it("tells of a post that is not heard again in time, once", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    const silent = mock.fn();
    const watch = new EchoWatch({ silent, within: 1_000 });
    watch.posted(room, "1.0");
    watch.posted(room, "2.0");
    t.mock.timers.tick(999);
    assert.equal(silent.mock.callCount(), 0);
    t.mock.timers.tick(5_000);
    assert.equal(silent.mock.callCount(), 1);
  });

  void it("is content with a post that is heard, before or after its answer", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    const silent = mock.fn();
    const watch = new EchoWatch({ silent, within: 1_000 });
    watch.posted(room, "1.0");
    watch.heard(room, "1.0");
    watch.heard(room, "2.0");
    watch.posted(room, "2.0");
    t.mock.timers.tick(5_000);
    assert.equal(silent.mock.callCount(), 0);
  });

  void it("counts each post from when it was made", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    const silent = mock.fn();
    const watch = new EchoWatch({ silent, within: 1_000 });
    watch.posted(room, "1.0");
    t.mock.timers.tick(900);
    watch.heard(room, "1.0");
    watch.posted(room, "2.0");
    t.mock.timers.tick(900);
    assert.equal(silent.mock.callCount(), 0);
    t.mock.timers.tick(100);
    assert.equal(silent.mock.callCount(), 1);
  });
});
