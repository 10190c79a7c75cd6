import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GhostLooks } from "../../../bridges/matrix/ghost-looks.ts";
import type { Speaker } from "../../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import type { UserUri } from "../../../mappings/ids.ts";

const room = "!room" as NativeRoom;
const uri = "mimi://a.test/u/anna" as UserUri;
const before: Speaker = { uri, name: "Anna" };
const after: Speaker = { uri, name: "Anna Renamed", avatar: "/avatar/new" };

function stage() {
  const worn: unknown[] = [];
  let now = 0;
  const looks = new GhostLooks({
    ghosts: { of: ({ name }) => Promise.resolve({ id: name, device: undefined }) },
    pictures: { wear: (ghost, address) => Promise.resolve(void worn.push([ghost, address])) },
    log: createLogger({ level: "error", bodies: false }),
    now: () => now,
  });
  return { looks, worn, pass: (ms: number) => void (now += ms) };
}

void describe("how a ghost looks", () => {
  void it("is as was told last, though something from before is still being said", async () => {
    const { looks, worn, pass } = stage();
    looks.take(room, after);
    assert.equal(looks.latest(room, before), after);
    looks.wear(room, before);
    await new Promise(setImmediate);
    assert.deepEqual(worn, [["Anna Renamed", "/avatar/new"]]);
    assert.equal(looks.latest("!other" as NativeRoom, before), before, "rooms may show people otherwise");
    pass(60_000);
    assert.equal(looks.latest(room, before), before, "what is said now says how he looks now");
  });
});
