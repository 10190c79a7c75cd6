import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Translated } from "../../../core/bridge/inbound.ts";
import type { NativeId } from "../../../core/ids.ts";
import { hasPassed, passedText } from "../../../core/loops/passed.ts";
import { type GroupUri, groupUri, type ProviderDomain } from "../../../mappings/ids.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { textMessage } from "../../../mappings/message.ts";

const groupOf = (n: number): GroupUri => groupUri(`gw-${n}.example` as ProviderDomain, "tea");

const said: Extract<Translated, { kind: "message" }> = {
  kind: "message",
  sender: { native: "anna", name: "Anna" },
  message: textMessage(plainFlat("hello")),
  native: "1" as NativeId,
  aux: null,
};
const copyOf = (...groups: readonly string[]): Translated => ({
  ...said,
  copy: { gateway: "gw.example", groups },
});

void describe("what another gateway has carried into a room", () => {
  void it("is taken by a group that it has not passed, and the log keeps which it has", () => {
    const copy = copyOf(groupOf(1), groupOf(2));
    assert.equal(hasPassed(groupOf(3), copy), false);
    assert.equal(passedText(copy), `${groupOf(1)} ${groupOf(2)}`);
    assert.equal(passedText(copyOf()), null);
    assert.equal(passedText(said), null);
    assert.equal(
      passedText(copyOf("no group", "two words", groupOf(1))),
      groupOf(1),
      "texts of others are no groups",
    );
  });

  void it("is not taken by a group that it has passed, nor after too many", () => {
    assert.equal(hasPassed(groupOf(2), copyOf(groupOf(1), groupOf(2))), true);
    assert.equal(hasPassed(groupOf(1), said), false);
    const many = Array.from({ length: 9 }, (_, n) => groupOf(n));
    assert.equal(hasPassed(groupOf(99), copyOf(...many.slice(1))), false);
    assert.equal(hasPassed(groupOf(99), copyOf(...many)), true);
  });

  void it("is a property of the room as well as a message", () => {
    const copy = { gateway: "gw.example", groups: [groupOf(1)] };
    const picture: Translated = { kind: "property", sender: null, name: "avatar", value: "", copy };
    assert.equal(hasPassed(groupOf(1), picture), true);
    assert.equal(hasPassed(groupOf(2), picture), false);
    assert.equal(passedText(picture), groupOf(1));
  });

  void it("comes to an end on any way from group to group", () => {
    const hops = fc.array(fc.nat(20), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(hops, (way) => {
        let groups: readonly string[] = [];
        const taken: GroupUri[] = [];
        for (const hop of way) {
          const group = groupOf(hop);
          if (hasPassed(group, copyOf(...groups))) continue;
          taken.push(group);
          // What the log kept goes into the next mark, with the group itself.
          groups = [...(passedText(copyOf(...groups))?.split(" ") ?? []), group];
        }
        assert.equal(new Set(taken).size, taken.length, "no group takes it twice");
        assert.ok(taken.length <= 9);
      }),
    );
  });
});
