import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  channelState,
  isState,
  keptStretch,
  type MessageState,
  reactionsIn,
} from "../../../bridges/slack/channel-state.ts";
import { refersTo } from "../../../bridges/slack/kept-event.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const room = "C1" as NativeRoom;
const READ_AT = 5_000_000;
const TS = "1700.000100";

const stands = (ts: string): MessageState => ({ ts, reactions: [] });
const reaction = (name: string, users: string[], all = true) => ({ name, users, all });

void describe("the state of a stretch in the inbox", () => {
  const stretch = { from: "1000.000000", before: "9999.999999", seen: "1500.000000" };

  void it("comes in pieces that leave nothing out between them", () => {
    const messages = Array.from({ length: 450 }, (_, i) => stands(`${2_000 + i}.000000`));
    const pieces = keptStretch(room, stretch, messages, READ_AT).map(({ raw }) =>
      channelState(JSON.parse(raw)),
    );
    assert.deepEqual(
      pieces.map((piece) => [piece?.from, piece?.before, piece?.messages.length]),
      [
        ["1000.000000", "2200.000000", 200],
        ["2200.000000", "2400.000000", 200],
        ["2400.000000", "9999.999999", 50],
      ],
    );
  });

  void it("says also that nothing stands, has no key, and waits for what was told before it", () => {
    const [piece, another] = keptStretch(room, stretch, [], READ_AT);
    assert.ok(piece);
    assert.equal(another, undefined);
    assert.equal(piece.nativeKey, null);
    assert.ok(isState(piece) && refersTo(piece));
    assert.deepEqual(channelState(JSON.parse(piece.raw))?.messages, []);
    assert.equal(channelState({ type: "message", ts: TS }), null);
  });

  void it("knows whether Slack has named all who reacted", () => {
    const json = {
      reactions: [
        { name: "+1", users: ["U1"], count: 3 },
        { name: "tada", users: ["U1"], count: 1 },
      ],
    };
    assert.deepEqual(reactionsIn(json), [reaction("+1", ["U1"], false), reaction("tada", ["U1"])]);
    assert.deepEqual(reactionsIn({ reactions: "none" }), []);
  });
});
