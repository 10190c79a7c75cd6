import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { markOf, OwnUsers, parseRoomId, placeOf } from "../../../bridges/matrix/names.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { parseProviderDomain, type UserUri, userUri } from "../../../mappings/ids.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const domain = (text: string) => parseProviderDomain(text) ?? assert.fail(`${text} is a domain`);

void describe("ids of the gateway's own users", () => {
  void it("say of whom a ghost is, whatever stands in the names", () => {
    for (const id of ["0a1b", "a_b~c.d-e", "_x".slice(1), "a".repeat(128)]) {
      const uri = userUri(domain("slack.mimi-one.test"), id);
      const ghost = own.ghostOf(uri);
      assert.match(ghost, /^@_mimi_[a-z0-9._=/+-]+:hs\.example$/);
      assert.equal(own.userOf(ghost), uri);
      assert.ok(own.isGhost(ghost) && own.isOurs(ghost));
    }
  });

  void it("differ for people who differ, and have at most 255 octets", () => {
    const long = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.test`;
    const uris = ["a".repeat(128), `${"a".repeat(127)}b`].map((id) => userUri(domain(long), id));
    const ghosts = uris.map((uri) => own.ghostOf(uri));
    assert.equal(new Set(ghosts).size, 2);
    for (const [i, ghost] of ghosts.entries()) {
      assert.ok(Buffer.byteLength(ghost) <= 255);
      assert.equal(own.userOf(ghost), uris[i]);
    }
  });

  void it("are nobody else's", () => {
    assert.ok(own.isOurs("@mimi:hs.example"));
    for (const user of ["@mimi:other.example", "@_mimi_x_1:other.example", "@anna:hs.example"]) {
      assert.equal(own.isOurs(user), false);
      assert.equal(own.userOf(user), null);
    }
    assert.equal(own.userOf("@_mimi_nothing:hs.example"), null);
    assert.equal(own.ghostOf("mimi://a.test/u/b" as UserUri), "@_mimi_a.test_b:hs.example");
  });
});

void describe("a room's address", () => {
  void it("is its id, with a server in it or without, an alias, or a link to one of them", () => {
    for (const id of ["!abc:hs.example", "!HLVpWkFdAXkPw5Wcs3OmHbOWXBPuhXqx3rT6xmeqz8Y", "#eng:hs.example"]) {
      assert.equal(parseRoomId(id), id);
      assert.equal(parseRoomId(`https://matrix.to/#/${encodeURIComponent(id)}`), id);
    }
  });

  void it("is nothing else", () => {
    for (const text of [
      "",
      "abc",
      "@anna:hs.example",
      "!",
      "!a b",
      "!a\u0000b",
      `!${"x".repeat(300)}`,
      "!ü".repeat(100),
    ])
      assert.throws(() => parseRoomId(text), { code: "room_invalid" });
  });

  void it("stands in the mark, so that a mark of another room is known for one", () => {
    const room = "!abc:hs.example" as NativeRoom;
    assert.equal(placeOf(markOf(room, "$event:hs.example"), room), "$event:hs.example");
    assert.equal(placeOf(markOf(room, "$event"), "!new" as NativeRoom), null);
    assert.equal(placeOf(markOf(room, ""), room), null);
  });
});
