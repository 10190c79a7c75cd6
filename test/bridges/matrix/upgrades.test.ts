import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pino } from "pino";
import type { ClosedRoom } from "../../../bridges/matrix/room-context.ts";
import { RoomState } from "../../../bridges/matrix/room-state.ts";
import { Upgrades } from "../../../bridges/matrix/upgrades.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const old = "!old" as NativeRoom;
const next = "!next" as NativeRoom;

/** A room that replaces the one that it names. */
const replacing = (predecessor: string) =>
  RoomState.read(
    {
      call: ({ path }) => {
        const type = decodeURIComponent(path.split("/")[4] ?? "");
        const content = type === "m.room.create" ? { predecessor: { room_id: predecessor } } : {};
        return Promise.resolve({ type, content, sender: "@anna:hs.example" });
      },
    },
    next,
  );

/** What is done to the old room, and what comes of it. */
async function follow(parts: {
  readonly enter: () => Promise<RoomState>;
  readonly moved?: () => Promise<void>;
  readonly known?: boolean;
}) {
  const done: string[] = [];
  const room: ClosedRoom = {
    id: old,
    known: null,
    stop: () => done.push("stop"),
    putOut: () => done.push("put out"),
    tryAgain: () => done.push("try again"),
  };
  const upgrades = new Upgrades({
    door: { enter: parts.enter },
    host: { moved: parts.moved ?? (() => Promise.resolve()) },
    forget: () => done.push("forget"),
    isKnown: () => parts.known ?? true,
    log: pino({ level: "silent" }),
  });
  return { followed: await upgrades.replaced(room, next), done };
}

const enter = () => replacing(old);
const away = (): Promise<never> => Promise.reject(new GatewayError("room_unreachable", "invite it"));

void describe("a room that is replaced", () => {
  void it("is followed where the new one names it, and forgotten when that is written", async () => {
    const moved = await follow({ enter });
    assert.deepEqual(moved, { followed: true, done: ["stop", "forget"] });
  });

  void it("is stayed in where the new one names another one", async () => {
    const stayed = await follow({ enter: () => replacing("!another") });
    assert.deepEqual(stayed, { followed: false, done: [] });
  });

  void it("waits where the new one can't be entered", async () => {
    assert.deepEqual(await follow({ enter: away }), { followed: true, done: ["put out"] });
  });

  void it("is tried again where the move could not be written, unless nobody takes part in it any more", async () => {
    const failed = await follow({ enter, moved: away });
    assert.deepEqual(failed, { followed: true, done: ["stop", "try again"] });
    const gone = await follow({ enter, moved: away, known: false });
    assert.deepEqual(gone, { followed: true, done: ["stop"] });
  });
});
