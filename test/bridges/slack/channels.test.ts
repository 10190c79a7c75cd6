import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fateOf } from "../../../bridges/slack/channel-fate.ts";
import { Channels } from "../../../bridges/slack/channels.ts";
import { HeardLast } from "../../../bridges/slack/heard-last.ts";
import { History } from "../../../bridges/slack/history.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { self } from "./around.ts";

const OLD = "C0OLD" as NativeRoom;
const NEW = "C0NEW" as NativeRoom;
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

/** A Slack that never answers. */
const call = () => new Promise<never>(() => undefined);

/** `write`: how each move is written. */
function stage(write: () => Promise<void>) {
  const moves: string[] = [];
  const channels: Channels = new Channels({
    api: { call },
    history: new History(call),
    memory: new Memory(),
    host: {
      accept: () => Promise.resolve(),
      threads: () => Promise.resolve([]),
      ready: () => undefined,
      moved: async (from, to) => {
        moves.push(`${from} ${to}`);
        await write();
        channels.of(to, self).join(null);
      },
    },
    log,
    settleMs: 15_000,
    heard: new HeardLast(() => 0),
  });
  channels.of(OLD, self).join(null);
  const tell = async () => {
    const event = { type: "channel_id_changed", old_channel_id: OLD, new_channel_id: NEW };
    const fate = fateOf(channels.underNewNames(event), self.user);
    assert.ok(fate);
    await channels.befallen(fate);
  };
  return { channels, moves, tell };
}

void describe("a channel that gets another id", async () => {
  await it("is moved once, and stays, however often Slack says so", async () => {
    const { channels, moves, tell } = stage(() => Promise.resolve());
    await Promise.all([tell(), tell()]);
    const there = channels.get(NEW);
    await tell();
    assert.deepEqual(moves, [`${OLD} ${NEW}`]);
    assert.equal(channels.get(OLD), undefined);
    assert.ok(there?.joined);
    assert.equal(channels.get(NEW), there);
    channels.stop();
  });

  await it("is moved when Slack says it again, where the first time could not be written", async () => {
    let failures = 1;
    const { channels, moves, tell } = stage(() =>
      failures-- > 0 ? Promise.reject(new GatewayError("store_failed", "away")) : Promise.resolve(),
    );
    await assert.rejects(tell(), /away/);
    await tell();
    assert.deepEqual(moves, [`${OLD} ${NEW}`, `${OLD} ${NEW}`]);
    assert.ok(channels.get(NEW)?.joined);
    channels.stop();
  });
});
