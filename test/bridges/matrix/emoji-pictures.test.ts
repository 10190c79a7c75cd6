import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { EmojiPictures } from "../../../bridges/matrix/emoji-pictures.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";

const BOT = "@mimi:hs.example";
const SOURCE = "https://emoji.example/parrot.gif";

/** Account data that are kept, and pictures that are stored under numbers; `refusal`: why none is. */
function stage(refusal: Error | null = null) {
  const notes = new Map<string, unknown>();
  const stored: string[] = [];
  const call = ({ method, path, body }: Call): Promise<unknown> => {
    if (method === "PUT") notes.set(path, body);
    const note = notes.get(path);
    return note === undefined
      ? Promise.reject(new MatrixError({ errcode: "M_NOT_FOUND" }, 404))
      : Promise.resolve(note);
  };
  const store = (source: string): Promise<string> => {
    stored.push(source);
    return refusal === null ? Promise.resolve(`mxc://hs.example/${stored.length}`) : Promise.reject(refusal);
  };
  return { stored, emoji: () => new EmojiPictures({ api: { call }, bot: BOT, store }) };
}

void describe("the picture of a custom emoji", () => {
  void it("is stored once, whoever asks for it at one time, and is known over a restart", async () => {
    const { stored, emoji } = stage();
    const one = emoji();
    const all = await Promise.all([one.of(SOURCE, null), one.of(SOURCE, null)]);
    assert.deepEqual(all, ["mxc://hs.example/1", "mxc://hs.example/1"]);
    assert.equal(await emoji().of(SOURCE, null), "mxc://hs.example/1");
    assert.equal(await one.of(`${SOURCE}?other`, null), "mxc://hs.example/2");
    assert.deepEqual(stored, [SOURCE, `${SOURCE}?other`]);
  });

  void it("is not asked for again and again where it can't be had", async () => {
    const { stored, emoji } = stage(new GatewayError("media_refused", "it is no picture"));
    const one = emoji();
    await assert.rejects(one.of(SOURCE, null), { code: "media_refused" });
    await assert.rejects(one.of(SOURCE, null), { code: "media_refused" });
    assert.equal(stored.length, 1);
  });

  void it("is asked for again where the homeserver was at fault", async () => {
    const verdict = { certainty: "certain", retry: "backoff" } as const;
    for (const fault of [new DeliveryError("account_down", "it is away", verdict), new Error("a call")]) {
      const { stored, emoji } = stage(fault);
      const one = emoji();
      await assert.rejects(one.of(SOURCE, null), fault);
      await assert.rejects(one.of(SOURCE, null), fault);
      assert.equal(stored.length, 2);
    }
  });
});
