import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import { sendableOf } from "../../../bridges/matrix/sendable.ts";
import { DeliveryError, type Step } from "../../../core/bridge/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { createLogger } from "../../../core/log.ts";

const log = createLogger({ level: "fatal" as "error", bodies: false });
const PLACE = "mxc://upload.invalid/";
const linked = { type: "m.room.message", content: { body: "https://files.example/a" } };
const upload = (place: string, emoji?: string) => ({
  place: PLACE + place,
  source: `https://files.example/${place}`,
  filename: "a",
  contentType: "application/octet-stream",
  ...(emoji !== undefined && { emoji }),
});
const step = (...uploads: readonly object[]): Step => ({
  op: "send",
  part: 0,
  speaker: null,
  args: { type: "m.room.message", content: { body: "a", url: `${PLACE}0` }, uploads, linked } as Step["args"],
});
const sent = (store: () => Promise<string>, made: Step = step(upload("0"))) =>
  sendableOf(made, null, "@ghost:hs.example", { uploads: { store, storeBytes: store }, log, emojiMs: 50 });

void describe("what a step sends", () => {
  void it("names its files where the homeserver has them", async () => {
    const { content } = await sent(() => Promise.resolve("mxc://hs.example/a"));
    assert.deepEqual(content, { body: "a", url: "mxc://hs.example/a" });
  });

  void it("is a link where the file can't be had, but not for a fault of the homeserver that passes", async () => {
    const gone = new GatewayError("media_unreachable", "files.example answered 404");
    assert.deepEqual(await sent(() => Promise.reject(gone)), linked);
    const verdict = { certainty: "certain", retry: "backoff" } as const;
    const passing = new DeliveryError("media_unreachable", "it answered 500", verdict);
    await assert.rejects(
      sent(() => Promise.reject(passing)),
      passing,
    );
    const unanswered = new MatrixError({ errcode: "M_UNKNOWN" }, 500);
    await assert.rejects(
      sent(() => Promise.reject(unanswered)),
      { certainty: "certain", retry: "after" },
    );
    const refused = new MatrixError({ errcode: "M_TOO_LARGE" }, 413);
    assert.deepEqual(await sent(() => Promise.reject(refused)), linked);
  });

  void it("goes without the pictures of its emoji where they take long, all together", async () => {
    let asked = 0;
    const never = (): Promise<string> => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const made = step(upload("emoji0", "parrot"), upload("emoji1", "cat"));
    assert.deepEqual(await sent(never, made), linked);
    assert.equal(asked, 1);
  });
});
