import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ephemeral } from "../../../bridges/matrix/ephemeral.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import { QuietHost } from "../../support/quiet-host.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const room = "!room" as NativeRoom;
const anna = { uri: "mimi://a.test/u/anna" as UserUri, name: "Anna" };

/** What becomes of the news how somebody looks whose ghost is in the room, or not yet. */
function shown(isIn: boolean): readonly string[] {
  const done: string[] = [];
  const ephemeral = new Ephemeral({
    own,
    api: { call: () => Promise.resolve({}) },
    people: { lookOf: () => Promise.resolve({ name: "", picture: "" }) },
    entrances: { isIn: () => isIn },
    host: new QuietHost(),
    linked: () => true,
    looks: { take: () => void done.push("taken"), wear: () => void done.push("worn") },
  });
  ephemeral.show(room, anna, { kind: "profile" });
  return done;
}

void describe("how somebody looks now", () => {
  void it("is shown where his ghost is, and kept for where he is being let in", () => {
    assert.deepEqual(shown(true), ["taken", "worn"]);
    assert.deepEqual(shown(false), ["taken"]);
  });
});
