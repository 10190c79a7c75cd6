import assert from "node:assert/strict";
import { it } from "node:test";
import { translate } from "../../../bridges/slack/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";
import { around } from "./around.ts";

const room = "C1" as NativeRoom;
const posted = {
  type: "message",
  channel: "C1",
  bot_id: "B0CI",
  username: "ci",
  ts: "1700.000100",
  text: "built",
};

void it("carries what other apps post as the channel's policy says, else as the account does", async () => {
  const raw = { nativeKey: null, at: 0, raw: JSON.stringify(posted) };
  const carries = async (account: boolean, policy: boolean | null): Promise<boolean> => {
    const lookups = { ...unknowing, bots: policy };
    const { events, losses } = await translate(room, raw, around({ bots: account }), lookups);
    assert.equal(
      losses.some(({ code }) => code === "not_bridged"),
      events.length === 0,
    );
    return events.length === 1;
  };
  assert.equal(await carries(true, null), true);
  assert.equal(await carries(false, null), false);
  assert.equal(await carries(false, true), true);
  assert.equal(await carries(true, false), false);
});
