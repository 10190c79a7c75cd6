import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PortalAliases } from "../../../bridges/matrix/portal-aliases.ts";

const aliases = new PortalAliases({ aliasPrefix: "_mimi_", serverName: "hs.example:8448" });

const room = (length: number) => ({ account: "xmpp", room: "r".repeat(length) });

void describe("addresses of portal rooms", () => {
  void it("name the account and the room, each room in one way", () => {
    const written = [
      ["xmpp", "lobby@rooms.example.org", "#_mimi_xmpp_lobby=40rooms.example.org:hs.example:8448"],
      [
        "xmpp",
        "smith_family@rooms.example.org",
        "#_mimi_xmpp_smith_family=40rooms.example.org:hs.example:8448",
      ],
      ["team-a", "C0123", "#_mimi_team-a_=430123:hs.example:8448"],
      ["xmpp", "fête=1@r.example", "#_mimi_xmpp_f=c3=aate=3d1=40r.example:hs.example:8448"],
      ["other", "!abc:example.org", "#_mimi_other_=21abc=3aexample.org:hs.example:8448"],
    ] as const;
    for (const [account, room, alias] of written) {
      assert.equal(aliases.aliasOf({ account, room }), alias);
      assert.deepEqual(aliases.otherOf(alias), { account, room });
    }
  });

  void it("are none of other servers, prefixes and ways of writing", () => {
    for (const alias of [
      "#_mimi_xmpp_lobby=40rooms.example.org:other.example",
      "#_mimi_xmpp_lobby=40rooms.example.org:hs.example",
      "#lobby:hs.example:8448",
      "#_mimi_xmpp:hs.example:8448",
      "#_mimi_xmpp_:hs.example:8448",
      "#_mimi__lobby:hs.example:8448",
      "#_mimi_:hs.example:8448",
      "#:hs.example:8448",
      "#_mimi_xmpp_lobby@rooms.example.org:hs.example:8448",
      "#_mimi_xmpp_Lobby=40rooms.example.org:hs.example:8448",
      "#_mimi_xmpp_=6cobby=40rooms.example.org:hs.example:8448",
      "#_mimi_xmpp_lobby=4:hs.example:8448",
      "#_mimi_xmpp_f=c3:hs.example:8448",
      "#_mimi_xmpp_F=C3=AA:hs.example:8448",
    ])
      assert.equal(aliases.otherOf(alias), null, alias);
  });

  void it("are at most 255 octets long", () => {
    const frame = "#_mimi_xmpp_:hs.example:8448".length;
    assert.equal(aliases.aliasOf(room(255 - frame))?.length, 255);
    assert.equal(aliases.aliasOf(room(256 - frame)), null);
    assert.equal(aliases.otherOf(`#_mimi_xmpp_${"r".repeat(256 - frame)}:hs.example:8448`), null);
  });
});
