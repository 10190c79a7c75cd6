import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { Arguments } from "../../../bridges/slack/api.ts";
import { Channel } from "../../../bridges/slack/channel.ts";
import { HeardLast } from "../../../bridges/slack/heard-last.ts";
import { History } from "../../../bridges/slack/history.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { keptOf } from "../../../bridges/slack/kept-event.ts";
import { markOf } from "../../../bridges/slack/names.ts";
import type { AcceptBatch } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { self } from "./around.ts";

const room = "C0TEST" as NativeRoom;
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const message = (ts: string) => ({ type: "message", channel: room, user: "U1", ts, text: `said at ${ts}` });

function kept(ts: string) {
  const event = keptOf(message(ts), self);
  assert.ok(event && "raw" in event);
  return event;
}

/** A channel whose history is answered one page at a time, each when the test lets it. */
function stage() {
  const accepted: AcceptBatch[] = [];
  const pages: ReturnType<typeof Promise.withResolvers<unknown>>[] = [];
  const call = (method: string, _args: Arguments): Promise<unknown> => {
    if (method === "conversations.info")
      return Promise.resolve({ channel: { name: "test", is_member: true, is_archived: false } });
    if (method !== "conversations.history") return Promise.resolve({ items: [] });
    const page = Promise.withResolvers<unknown>();
    pages.push(page);
    return page.promise;
  };
  const host = {
    accept: (batch: AcceptBatch) => {
      accepted.push(batch);
      return Promise.resolve();
    },
    threads: () => Promise.resolve([]),
    ready: () => undefined,
    moved: () => Promise.resolve(),
  };
  const channel = new Channel(room, {
    api: { call },
    history: new History((method, args) => call(method, args)),
    memory: new Memory(),
    host,
    log,
    self,
    settleMs: 15_000,
    heard: new HeardLast(() => 0),
  });
  const keys = () => accepted.flatMap(({ raws }) => raws.flatMap(({ nativeKey }) => nativeKey ?? []));
  const answer = async (page: number, ...messages: readonly string[]) => {
    const asked = await eventually(`page ${page + 1} to be asked for`, () => pages[page]);
    asked.resolve({ messages: messages.map(message) });
  };
  return { channel, pages, keys, answer };
}

void describe("a channel while what was missed is read", () => {
  let live = stage();
  afterEach(() => live.channel.stop());
  const joined = () => {
    live = stage();
    live.channel.join(markOf({ read: "1700.000000", begin: "1000.000000" }));
    return live;
  };

  void it("takes in first what was missed, then what was heard meanwhile", async () => {
    const { channel, keys, answer } = joined();
    const heard = channel.heard(kept("1800.000000"));
    assert.deepEqual(keys(), []);
    await answer(0, "1750.000000");
    await heard;
    assert.deepEqual(keys(), [`${room}:1750.000000`, `${room}:1800.000000`]);
    assert.equal(channel.mark, "1800.000000/1000.000000");
  });

  void it("takes in nothing that was said before the channel was linked", async () => {
    const { channel, keys, answer } = joined();
    const waiting = channel.heard(kept("1000.000000"));
    await answer(0);
    await waiting;
    assert.ok(channel.live);
    await channel.heard(kept("999.000000"));
    await channel.heard(kept("1000.000001"));
    assert.deepEqual(keys(), [`${room}:1000.000001`]);
  });

  void it("takes in what was heard meanwhile in the order in which it was heard", async () => {
    const { channel, keys, answer } = joined();
    const heard = ["1801", "1803", "1802"].map((second) => channel.heard(kept(`${second}.000000`)));
    await answer(0);
    await Promise.all(heard);
    assert.deepEqual(
      keys(),
      ["1801", "1803", "1802"].map((second) => `${room}:${second}.000000`),
    );
  });

  void it("is read once more where there was a gap meanwhile", async () => {
    const { channel, keys, pages, answer } = joined();
    await eventually("the first page to be asked for", () => pages.length === 1);
    channel.repair();
    channel.repair();
    await answer(0, "1750.000000");
    await answer(1, "1760.000000", "1750.000000");
    await eventually("the channel to be live", () => channel.live);
    assert.deepEqual([...new Set(keys())], [`${room}:1750.000000`, `${room}:1760.000000`]);
    assert.equal(pages.length, 2);
  });

  void it("takes in what was lost in that gap before what was heard after it", async () => {
    const { channel, keys, answer } = joined();
    await eventually("it to be read", () => live.pages.length === 1);
    channel.repair();
    const heard = channel.heard(kept("1900.000000"));
    await answer(0);
    await answer(1, "1800.000000");
    await heard;
    assert.deepEqual(keys(), [`${room}:1800.000000`, `${room}:1900.000000`]);
  });

  void it("has so much wait only, and is read once more for what was turned away", async () => {
    const { channel, pages, answer } = joined();
    const waiting = Array.from({ length: 5_000 }, (_, i) => channel.heard(kept(`${2_000 + i}.000000`)));
    await assert.rejects(
      channel.heard(kept("9000.000000")),
      (error) => error instanceof GatewayError && error.code === "account_down",
    );
    await answer(0);
    await Promise.all(waiting);
    await answer(1, "9000.000000");
    await eventually("the channel to be live", () => channel.live);
    assert.equal(pages.length, 2);
  });

  void it("is not taken for read up to what the gateway posts there meanwhile", async () => {
    const { channel, answer } = joined();
    await eventually("it to be read", () => live.pages.length === 1);
    channel.heardOwn("1900.000000");
    assert.equal(channel.mark, markOf({ read: "1700.000000", begin: "1000.000000" }));
    await answer(0, "1750.000000");
    await eventually("the channel to be live", () => channel.live);
    assert.equal(channel.mark, markOf({ read: "1750.000000", begin: "1000.000000" }));
    channel.heardOwn("1950.000000");
    assert.equal(channel.mark, markOf({ read: "1950.000000", begin: "1000.000000" }));
  });

  void it("takes in what is said there as soon as it was closed and is open again", async () => {
    const { channel, keys, answer } = joined();
    await answer(0);
    await eventually("the channel to be live", () => channel.live);
    channel.close("removed");
    await channel.heard(kept("1800.000000"));
    channel.open();
    const heard = channel.heard(kept("1900.000000"));
    await answer(1);
    await heard;
    assert.deepEqual(keys(), [`${room}:1900.000000`]);
  });

  void it("turns away what waits when it is left", async () => {
    const { channel } = joined();
    const heard = channel.heard(kept("1800.000000"));
    channel.stop();
    await assert.rejects(heard, (error) => error instanceof GatewayError && error.code === "account_down");
  });
});
