import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { channelRoom } from "./slack-standing.ts";

void describe("what stands in a channel", () => {
  void it("is what it shows of people, with the emoji that Slack's names stand for", () => {
    const shown = { ts: "12.000500", edited: null, reactions: [{ name: "tada", users: ["U1"] }] };
    const messages = [
      { ...shown, text: "otto1 1" },
      { ...shown, text: "otto1 has joined" },
    ];
    assert.deepEqual(channelRoom(messages).standing, [
      { text: "otto1 1", edited: false, reactions: ["🎉"], at: 12_000 },
    ]);
  });
});
