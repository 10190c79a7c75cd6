/** What a room's timeline says of events that may have been sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { MARK, OwnUsers } from "../../../bridges/matrix/names.ts";
import { Prober } from "../../../bridges/matrix/prober.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";

const LONG_AGO = 1_700_000_000_000;
const BOT = "@gateway:hs.example";

function probing(keys: readonly string[], count: number) {
  const is = { pages: 0 };
  const page = keys.map(
    (key) =>
      toldOf({
        type: "m.room.message",
        event_id: `$${key}`,
        room_id: "!r",
        sender: BOT,
        origin_server_ts: LONG_AGO + 1,
        content: { msgtype: "m.text", body: "hello", [MARK]: { key } },
      }) ?? assert.fail("it is an event"),
  );
  async function* backwards() {
    for (let i = 0; i < count; i += 1) {
      is.pages += 1;
      yield await Promise.resolve(page);
    }
  }
  const own = new OwnUsers({ bot: "gateway", userPrefix: "mimi_", serverName: "hs.example" });
  const prober = new Prober({ backwards }, own);
  const step = { op: "send", part: 0, speaker: null, args: { type: "m.room.message", edited: "" } };
  const probe = async (key: string, at = LONG_AGO): Promise<string> => {
    const context = { room: "!r" as NativeRoom, key: key as DeliveryKey, origin: null };
    const found = await prober.probe(step, context, at);
    return typeof found === "string" ? found : String(found.native);
  };
  return { is, probe };
}

void test("the timeline is read once for all that was sent long ago, and each time for what is new", async () => {
  const { is, probe } = probing(["one", "two"], 1);
  assert.deepEqual(
    [await probe("one"), await probe("two"), await probe("three")],
    ["$one", "$two", "absent"],
  );
  assert.equal(is.pages, 1);
  assert.deepEqual([await probe("two", Date.now()), await probe("three", Date.now())], ["$two", "absent"]);
  assert.equal(is.pages, 3);
});

void test("of what lies before all that is read nothing is known", async () => {
  const { probe } = probing(["one"], Infinity);
  assert.deepEqual([await probe("one"), await probe("two")], ["$one", "unknown"]);
});
