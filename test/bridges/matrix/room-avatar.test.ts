import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Call } from "../../../bridges/matrix/api.ts";
import { matrixCapabilities } from "../../../bridges/matrix/capabilities.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { plan } from "../../../bridges/matrix/outbound.ts";
import { RoomAvatars } from "../../../bridges/matrix/room-avatar.ts";
import {
  type DeliveryContext,
  DeliveryError,
  type OutEvent,
  type RoomContext,
  type Step,
} from "../../../core/bridge/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const homeserver = "https://hs.example";
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const event = "01".repeat(32) as EventId;
const group = "mimi://a.test/r/1" as GroupUri;
const room = "!room:hs.example" as NativeRoom;
const said = (value: string): OutEvent => ({
  kind: "property",
  id: event,
  speaker: null,
  name: "avatar",
  value,
});
const lying = (url: string): RoomContext => ({ ...emptyContext, media: () => ({ url, native: null }) });
const planned = (value: string, context: RoomContext) =>
  plan(
    said(value),
    { own, homeserver, capabilities: matrixCapabilities(null, own.bot, false), powers: null },
    context,
  );
const OTHER = "https://gateway.example/media/abc";
const HERE = `${homeserver}/_matrix/client/v1/media/download/hs.example/abc`;

void describe("the step for a room's picture", () => {
  void it("names a picture of the homeserver's by its own address, and others by where they are", () => {
    const sources = [
      planned(OTHER, lying(HERE)),
      planned(OTHER, emptyContext),
      planned("", emptyContext),
    ].map(({ steps }) => steps.map(({ op, args }) => [op, args["source"]]));
    assert.deepEqual(sources, [[["avatar", "mxc://hs.example/abc"]], [["avatar", OTHER]], [["avatar", ""]]]);
  });
});

function writer(now: Readonly<Record<string, unknown>>, fault: GatewayError | null = null) {
  let state = now;
  const puts: unknown[] = [];
  const stored: string[] = [];
  const call = ({ method, body }: Call): Promise<unknown> => {
    if (method === "PUT") {
      state = body ?? {};
      puts.push(body);
    }
    return Promise.resolve(state);
  };
  const avatars = new RoomAvatars({
    api: { call },
    gateway: "mimi.test",
    ghosts: { bot: () => Promise.resolve({ id: own.bot, device: undefined }) },
    uploads: {
      storePicture: (source) => {
        stored.push(source);
        return fault === null ? Promise.resolve(`mxc://hs.example/${stored.length}`) : Promise.reject(fault);
      },
    },
    log,
  });
  return { avatars, puts, stored };
}

const key = (text: string): DeliveryContext => ({
  room,
  key: text as DeliveryKey,
  origin: { group, event },
});
const step = (source: string): Step => ({ op: "avatar", part: null, speaker: null, args: { source } });

void describe("a room's picture", () => {
  void it("is stored at the homeserver once, and says of which picture it is a copy", async () => {
    const { avatars, puts, stored } = writer({});
    const receipt = await avatars.write(step(OTHER), key("k1"));
    assert.equal(receipt.shown, "mxc://hs.example/1");
    assert.deepEqual(puts, [
      {
        url: "mxc://hs.example/1",
        "org.mimi-gateway.copy": { gateway: "mimi.test", key: "k1", group, event },
      },
    ]);
    // The answer was lost.
    assert.equal((await avatars.write(step(OTHER), key("k1"))).shown, "mxc://hs.example/1");
    assert.deepEqual([puts.length, stored], [1, [OTHER]]);
    await avatars.write(step(OTHER), key("k2"));
    assert.equal(puts.length, 2);
  });

  void it("is not copied where it is at the homeserver, nor set where it stands", async () => {
    const { avatars, puts, stored } = writer({ url: "mxc://hs.example/a" });
    await avatars.write(step("mxc://hs.example/a"), key("k1"));
    await avatars.write(step("mxc://hs.example/b"), key("k2"));
    await avatars.write(step(""), key("k3"));
    const mark = { gateway: "mimi.test", group, event };
    assert.deepEqual(puts, [
      { url: "mxc://hs.example/b", "org.mimi-gateway.copy": { ...mark, key: "k2" } },
      { "org.mimi-gateway.copy": { ...mark, key: "k3" } },
    ]);
    assert.deepEqual(stored, []);
  });

  void it("stays where the other one can't be had, or is none", async () => {
    for (const code of ["media_refused", "media_unreachable"] as const) {
      const { avatars, puts } = writer({ url: "mxc://hs.example/a" }, new GatewayError(code, "for a test"));
      assert.equal((await avatars.write(step(OTHER), key("k1"))).shown, "mxc://hs.example/a");
      assert.deepEqual(puts, []);
    }
  });

  void it("is set later where the homeserver does not take it now", async () => {
    const verdict = { certainty: "certain", retry: "backoff" } as const;
    const { avatars, puts } = writer({}, new DeliveryError("media_unreachable", "for a test", verdict));
    await assert.rejects(avatars.write(step(OTHER), key("k1")), { retry: "backoff" });
    assert.deepEqual(puts, []);
  });
});
