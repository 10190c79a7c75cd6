import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { GhostPictures } from "../../../bridges/matrix/ghost-pictures.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import { PNG } from "../../core/media/picture-server.ts";

const GHOST = "@_mimi_a.test_b:hs.example";
const address = (letter: string) => `https://mtp.a.test/avatar/${letter.repeat(27)}`;

/** A homeserver at which a ghost has a picture or none; `picture`: what the gateway has for it. */
function wearing(picture: Buffer | null = PNG) {
  const calls: string[] = [];
  let given = picture;
  let now = 0;
  let note: unknown = null;
  const call = ({ method, path, body }: Call): Promise<unknown> => {
    const what = path.split("/").at(-1) ?? "";
    calls.push(`${method} ${what}${method === "PUT" ? ` ${JSON.stringify(body)}` : ""}`);
    if (method === "PUT" && path.includes("account_data")) note = body;
    if (method === "GET" && note === null)
      return Promise.reject(new MatrixError({ errcode: "M_NOT_FOUND" }, 404));
    return Promise.resolve(note);
  };
  const pictures = () =>
    new GhostPictures({
      api: { call },
      uploads: { storeBytes: () => Promise.resolve("mxc://hs.example/copy") },
      host: { avatar: () => Promise.resolve(given && { bytes: given, type: "image/png" }) },
      log: createLogger({ level: "error", bodies: false }),
      now: () => now,
    });
  const later = (ms: number, then: Buffer): void => {
    now += ms;
    given = then;
  };
  return { pictures, said: () => calls.splice(0), later };
}

const PUT = `PUT avatar_url {"avatar_url":"mxc://hs.example/copy"}`;
const WORN = "org.mimi-gateway.picture";
const noted = (letter: string) => `PUT ${WORN} {"token":"${letter.repeat(27)}"}`;

void describe("the picture of a ghost", () => {
  void it("is copied to the homeserver once, also over a restart, and again when it is another one", async () => {
    const { pictures, said } = wearing();
    const first = pictures();
    await first.wear(GHOST, address("a"));
    assert.deepEqual(said(), [`GET ${WORN}`, PUT, noted("a")]);
    await first.wear(GHOST, address("a"));
    assert.deepEqual(said(), []);
    const second = pictures();
    await second.wear(GHOST, address("a"));
    assert.deepEqual(said(), [`GET ${WORN}`]);
    // A gateway that has no public address gives the path alone.
    await second.wear(GHOST, `/avatar/${"b".repeat(27)}`);
    assert.deepEqual(said(), [`GET ${WORN}`, PUT, noted("b")]);
  });

  void it("goes when its owner has none any more, and nothing is changed for whoever never had one", async () => {
    const { pictures, said } = wearing();
    const one = pictures();
    await one.wear(GHOST, null);
    assert.deepEqual(said(), [`GET ${WORN}`]);
    await one.wear(GHOST, address("a"));
    said();
    await one.wear(GHOST, null);
    assert.deepEqual(said(), [`GET ${WORN}`, `PUT avatar_url {"avatar_url":""}`, `PUT ${WORN} {"token":""}`]);
  });

  void it("stays as it is where the new one can't be had", async () => {
    const { pictures, said } = wearing(null);
    await pictures().wear(GHOST, address("a"));
    assert.deepEqual(said(), [`GET ${WORN}`]);
  });

  void it("is tried again after a while where it could not be had", async () => {
    const { pictures, said, later } = wearing(null);
    const one = pictures();
    await one.wear(GHOST, address("a"));
    await one.wear(GHOST, address("a"));
    assert.deepEqual(said(), [`GET ${WORN}`]);
    later(limits.avatarAgainMs, PNG);
    await one.wear(GHOST, address("a"));
    assert.deepEqual(said(), [`GET ${WORN}`, PUT, noted("a")]);
  });

  void it("is the last of several that are asked for at one time", async () => {
    const { pictures, said } = wearing();
    const one = pictures();
    await Promise.all([null, address("a"), address("b")].map((each) => one.wear(GHOST, each)));
    assert.deepEqual(said(), [`GET ${WORN}`, PUT, noted("b")]);
  });
});
