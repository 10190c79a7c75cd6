import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { Portals } from "../../../bridges/matrix/portals.ts";
import { RoomState } from "../../../bridges/matrix/room-state.ts";
import type { BridgeHost } from "../../../core/bridge/host.ts";
import type { MadeRoom } from "../../../core/bridge/room.ts";
import { type ErrorCode, GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";

const SERVER = "hs.example";
const ALIAS = "#_mimi_muc_lobby=40rooms.example:hs.example";
const config = { aliasPrefix: "_mimi_", serverName: SERVER, portals: ["muc"] };
const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: SERVER });
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const refused = (errcode: string, status = 400) => new MatrixError({ errcode }, status);

/** A homeserver that has rooms by their aliases; beside it a core that notes what it is asked. */
function homeserver(t: TestContext, aliases: Readonly<Record<string, string>> = {}) {
  const known = new Map(Object.entries(aliases));
  const canonical = new Map([...known].map(([alias, room]) => [room, alias]));
  const calls: string[] = [];
  const made: Readonly<Record<string, unknown>>[] = [];
  const portals: MadeRoom[] = [];
  let fault: ErrorCode | null = null;
  const call = async ({ method, path, body = {} }: Call): Promise<unknown> => {
    const [, what = "", ...rest] = path.split("/").map(decodeURIComponent);
    calls.push(`${method} ${what}`);
    await Promise.resolve();
    switch (what) {
      case "createRoom": {
        const alias = `#${String(body["room_alias_name"])}:${SERVER}`;
        if (known.has(alias)) throw refused("M_ROOM_IN_USE");
        made.push(body);
        known.set(alias, `!made${made.length}`);
        canonical.set(`!made${made.length}`, alias);
        return { room_id: `!made${made.length}` };
      }
      case "joined_rooms":
        return { joined_rooms: [...new Set([...known.values(), "!private"])] };
      case "directory": {
        const alias = rest[1] ?? "";
        const room_id = known.get(alias);
        if (method === "DELETE")
          return known.delete(alias) ? {} : Promise.reject(refused("M_NOT_FOUND", 404));
        return room_id === undefined ? Promise.reject(refused("M_NOT_FOUND", 404)) : { room_id };
      }
      case "rooms": {
        const [room = "", part] = rest;
        if (part === "aliases")
          return { aliases: [...known].flatMap(([alias, of]) => (of === room ? [alias] : [])) };
        if (method === "PUT") return canonical.delete(room) ? {} : {};
        const alias = canonical.get(room);
        return alias === undefined ? Promise.reject(refused("M_NOT_FOUND", 404)) : { alias };
      }
      default:
        return assert.fail(`nobody asks for ${path}`);
    }
  };
  const portal: BridgeHost["portal"] = async (_other, make) => {
    if (fault !== null) throw new GatewayError(fault, "for a test");
    const done = await make({ name: "The lobby", topic: "", mark: null });
    portals.push(done);
    return done.room;
  };
  const state = new RoomState();
  const under = new Portals({
    api: { call },
    own,
    ghosts: { bot: () => Promise.resolve({ id: own.bot, device: undefined }) },
    door: { enter: () => Promise.resolve(state), refuseEncrypted: () => Promise.resolve() },
    config,
    host: { portal },
    linked: (room) => portals.some((one) => one.room === room),
    log,
  });
  t.after(() => under.stop());
  return {
    portals: under,
    calls,
    made,
    opened: portals,
    known,
    canonical,
    fails: (code: ErrorCode | null) => (fault = code),
  };
}

const joins = (user: string) => {
  const told = toldOf({
    type: "m.room.member",
    event_id: "$join",
    sender: user,
    state_key: user,
    origin_server_ts: 1,
    content: { membership: "join" },
  });
  assert.ok(told);
  return told;
};

void describe("portal rooms of a homeserver", () => {
  void it("are public, called as the other room is, and begin before anything is said in them", async (t) => {
    const { portals, made, opened } = homeserver(t);
    assert.equal(await portals.asked(ALIAS), true);
    const localpart = ALIAS.slice(1, -":hs.example".length);
    assert.deepEqual(made, [{ preset: "public_chat", room_alias_name: localpart, name: "The lobby" }]);
    assert.deepEqual(
      opened.map(({ room, facts }) => [room, facts.mark]),
      [["!made1", " !made1"]],
    );
  });

  void it("are for rooms of those accounts alone that the operator names", async (t) => {
    const { portals, calls } = homeserver(t);
    for (const alias of ["#_mimi_slack_=430123:hs.example", "#_mimi_muc:hs.example", "#lobby:hs.example"])
      assert.equal(await portals.asked(alias), false);
    assert.deepEqual(calls, []);
  });

  void it("are one room for one alias, asked for twice at once or again", async (t) => {
    const { portals, made, opened } = homeserver(t);
    assert.deepEqual(await Promise.all([portals.asked(ALIAS), portals.asked(ALIAS)]), [true, true]);
    assert.equal(await portals.asked(ALIAS), true);
    assert.equal(made.length, 1);
    assert.deepEqual(new Set(opened.map(({ room }) => room)), new Set(["!made1"]));
  });

  void it("are none where the other room can't be entered, and not known where that can't be said", async (t) => {
    const { portals, fails } = homeserver(t);
    fails("room_unreachable");
    assert.equal(await portals.asked(ALIAS), false);
    fails("portals_full");
    assert.equal(await portals.asked(ALIAS), false);
    fails("account_down");
    await assert.rejects(portals.asked(ALIAS), { code: "account_down" });
  });

  void it("are linked when the gateway starts, or somebody enters, where that was left undone", async (t) => {
    const one = homeserver(t, { [ALIAS]: "!half" });
    await one.portals.linkHalfMade();
    assert.deepEqual([one.made.length, one.opened.map(({ room }) => room)], [0, ["!half"]]);
    const two = homeserver(t, { [ALIAS]: "!half" });
    await two.portals.heard("!half" as NativeRoom, joins("@ann:hs.example"));
    assert.deepEqual([two.made.length, two.opened.map(({ room }) => room)], [0, ["!half"]]);
  });

  void it("are linked later where the other account does not answer yet", async (t) => {
    const { portals, opened, fails } = homeserver(t, { [ALIAS]: "!half" });
    t.mock.timers.enable({ apis: ["setTimeout"] });
    fails("account_down");
    await portals.linkHalfMade();
    fails(null);
    t.mock.timers.tick(1_000);
    for (let turns = 0; turns < 50 && opened.length === 0; turns += 1) await Promise.resolve();
    assert.equal(opened.length, 1);
  });

  void it("are no rooms that only say of themselves that they are", async (t) => {
    const { portals, opened, known } = homeserver(t, { [ALIAS]: "!claims" });
    known.clear();
    await portals.heard("!claims" as NativeRoom, joins("@mallory:evil.example"));
    await portals.heard("!other" as NativeRoom, joins(own.bot));
    assert.deepEqual(opened, []);
  });

  void it("give their address free when they are linked no more, however often that is tried", async (t) => {
    const { portals, known, canonical, made } = homeserver(t, {
      [ALIAS]: "!one",
      "#town-hall:hs.example": "!two",
    });
    await portals.close("!two" as NativeRoom);
    assert.deepEqual([...known.keys()], [ALIAS, "#town-hall:hs.example"]);
    known.delete(ALIAS);
    await portals.close("!one" as NativeRoom);
    await portals.close("!one" as NativeRoom);
    assert.deepEqual([...canonical.values()], ["#town-hall:hs.example"]);
    assert.equal(await portals.asked(ALIAS), true);
    assert.equal(made.length, 1);
  });
});
