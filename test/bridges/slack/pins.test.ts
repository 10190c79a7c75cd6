import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebAPIPlatformError } from "@slack/web-api";
import { pinChanges, pinsIn, pinsNow } from "../../../bridges/slack/pins.ts";
import type { KnownInRoom, Lookups } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const ROOM = "C1" as NativeRoom;
const SELF = "U0BOT";
const TS = "1790000000.000100";
const id = (letter: string): EventId => `01${letter.repeat(62)}` as EventId;
const people = { find: (user: string) => Promise.resolve(user === "U1" ? { name: "Al" } : null) } as never;

/** A log that has one message, under TS. */
function log(root: EventId, pinned: readonly EventId[]): Lookups {
  const known = { root, called: { by: "native", name: TS } } as KnownInRoom;
  return {
    ...unknowing,
    knows: (native) => Promise.resolve(native === TS),
    messages: ([name]) => Promise.resolve(name?.name === TS ? [known] : []),
    pins: () => Promise.resolve(pinned),
  };
}
const item = (ts: string, by: string) => ({ type: "message", created_by: by, message: { ts } });
const listing = (...items: readonly object[]) => Promise.resolve({ ok: true, items });
const now = () => "1790000001.000000";
const refused = () => Promise.reject(new WebAPIPlatformError({ ok: false, error: "missing_scope" }));
const unanswered = () => Promise.reject(new Error("no answer"));

void describe("the pins of a channel as they stand", () => {
  void it("are kept as they were at a moment, without an identity", async () => {
    const file = { type: "file", created_by: "U1" };
    const raw = await pinsNow(ROOM, { call: () => listing(item(TS, "U1"), file), calls: () => 4, now });
    assert.ok(raw);
    assert.deepEqual([raw.nativeKey, raw.at], [null, 1_790_000_001_000]);
    assert.deepEqual(pinsIn(JSON.parse(raw.raw)), [{ ts: TS, user: "U1" }]);
    assert.equal(pinsIn({ type: "pin_added" }), null);
  });

  void it("are read again where the app changed them meanwhile", async () => {
    const calls = [3, 4, 6];
    let asked = 0;
    const call = () => {
      asked += 1;
      return listing();
    };
    assert.ok(await pinsNow(ROOM, { call, calls: () => calls.shift() ?? 6, now }));
    assert.equal(asked, 3, "one was under way, one came in between");
    assert.equal(await pinsNow(ROOM, { call, calls: () => 1, now }), null, "there is always one under way");
  });

  void it("are done without where the app may not read them", async () => {
    assert.equal(await pinsNow(ROOM, { call: refused, calls: () => 0, now }), null);
    await assert.rejects(pinsNow(ROOM, { call: unanswered, calls: () => 0, now }), {
      code: "request_timeout",
    });
  });

  void it("say what stands and what stood; the core drops what it knows", async () => {
    const lookups = log(id("a"), [id("a"), id("b")]);
    assert.deepEqual(await pinChanges([{ ts: TS, user: "U1" }], SELF, people, lookups), [
      {
        kind: "property",
        sender: { native: "U1", name: "Al" },
        name: "pins",
        item: id("a"),
        value: "true",
      },
      { kind: "property", sender: null, name: "pins", item: id("b"), value: "" },
    ]);
  });

  void it("say nothing of the app's own, nor of messages that the log does not have", async () => {
    const strange = "1700000000.000001";
    const lookups = log(id("a"), []);
    const pins = [
      { ts: TS, user: SELF },
      { ts: strange, user: "U1" },
    ];
    assert.deepEqual(await pinChanges(pins, SELF, people, lookups), []);
  });
});
