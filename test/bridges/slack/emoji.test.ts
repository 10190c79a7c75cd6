import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CustomEmoji } from "../../../bridges/slack/emoji.ts";
import { silent } from "../../core/lanes/lane-sample.ts";

const PARTY = "https://emoji.example/party.png";

/** Emoji as emoji.list gives them, and how often it was asked. */
function emoji(list: Readonly<Record<string, string>>, fail = false) {
  let asked = 0;
  const call = (method: string) => {
    asked += 1;
    assert.equal(method, "emoji.list");
    return fail ? Promise.reject(new Error("away")) : Promise.resolve({ ok: true, emoji: list });
  };
  return { custom: new CustomEmoji(call, silent), asked: () => asked };
}

void describe("the workspace's own emoji", () => {
  void it("are pictures, or other names of those and of standard ones", async () => {
    const { custom } = emoji({ party: PARTY, fiesta: "alias:party", hooray: "alias:yay", yay: "alias:tada" });
    await custom.load();
    assert.deepEqual([custom.picture("party"), custom.picture("fiesta")], [PARTY, PARTY]);
    assert.deepEqual(
      [custom.alias("hooray"), custom.alias("fiesta"), custom.alias("party")],
      ["tada", null, null],
    );
    assert.deepEqual(
      [custom.picture("hooray"), custom.picture("tada"), custom.picture("?")],
      [null, null, null],
    );
    assert.deepEqual([custom.has("hooray"), custom.has("tada")], [true, false]);
  });

  void it("are not followed in circles, and a picture is had by https only", async () => {
    const { custom } = emoji({ a: "alias:b", b: "alias:a", odd: "javascript:alert(1)" });
    await custom.load();
    assert.deepEqual([custom.picture("a"), custom.alias("b"), custom.picture("odd")], [null, null, null]);
  });

  void it("are read when an event names one, once until they change", async () => {
    const { custom, asked } = emoji({ party: PARTY });
    await custom.namedIn('{"text":"nothing but :tada: and 10:30"}');
    assert.equal(asked(), 0);
    await custom.namedIn('{"elements":[{"type":"emoji","name":"party"}]}');
    await custom.namedIn('{"type":"reaction_added","reaction":"party"}');
    assert.deepEqual([asked(), custom.picture("party")], [1, PARTY]);
    custom.changed();
    await custom.namedIn('{"text":":party:"}');
    assert.equal(asked(), 2);
  });

  void it("are done without where they can't be read, and not asked for at every message", async () => {
    const { custom, asked } = emoji({}, true);
    await custom.namedIn('{"text":":party:"}');
    await custom.namedIn('{"text":":party:"}');
    assert.deepEqual([asked(), custom.picture("party"), custom.has("party")], [1, null, false]);
  });
});
