import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { Entrances } from "../../../bridges/matrix/entrances.ts";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { RoomState } from "../../../bridges/matrix/room-state.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const room = "!room" as NativeRoom;
const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const GHOST = { id: "@_mimi_a.test_b:hs.example", device: undefined };
const forbidden = new MatrixError({ errcode: "M_FORBIDDEN" }, 403);

/** A room that lets in whom somebody who may has invited. */
class Doorway {
  membership = "leave";
  mayInvite = true;
  readonly calls: string[] = [];

  readonly call = ({ path }: Call): Promise<unknown> => {
    const what = path.includes("/state/m.room.member/") ? "look" : (path.split("/").at(-1) ?? "");
    this.calls.push(what);
    if (what === "look") return Promise.resolve({ membership: this.membership });
    if (what === "invite" && !this.mayInvite) return Promise.reject(forbidden);
    if (what === "invite") this.membership = "invite";
    if (what === "join" && this.membership !== "invite") return Promise.reject(forbidden);
    if (what === "join") this.membership = "join";
    return Promise.resolve({});
  };

  state(): Promise<RoomState> {
    const powers = { users: { [own.bot]: 50 } };
    return RoomState.read(
      {
        call: ({ path }) => {
          const type = decodeURIComponent(path.split("/")[4] ?? "");
          const content = type === "m.room.power_levels" ? powers : {};
          return Promise.resolve({ type, content, sender: "@anna:hs.example" });
        },
      },
      room,
    );
  }
}

const told = (type: string, state_key: string, content: object = {}) =>
  toldOf({ type, state_key, sender: "@anna:hs.example", event_id: "$1", content }) ??
  assert.fail("it is an event");

void describe("a ghost at the door of a room", () => {
  void it("is invited once, and known to be in from then on", async () => {
    const doorway = new Doorway();
    const entrances = new Entrances({ api: doorway, own });
    const state = await doorway.state();
    for (let times = 0; times < 3; times += 1) assert.ok(await entrances.enter(room, state, GHOST));
    assert.deepEqual(doorway.calls, ["look", "invite", "join"]);
    assert.ok(entrances.isIn(room, GHOST.id));
  });

  void it("is asked for anew each time he is banned, and where the room is read anew", async () => {
    const doorway = new Doorway();
    doorway.membership = "ban";
    const entrances = new Entrances({ api: doorway, own });
    const state = await doorway.state();
    await assert.rejects(entrances.enter(room, state, GHOST), /delivery_forbidden/);
    doorway.membership = "leave";
    doorway.mayInvite = false;
    assert.ok(!(await entrances.enter(room, state, GHOST)));
    doorway.mayInvite = true;
    assert.ok(!(await entrances.enter(room, state, GHOST)), "nothing has changed that is known");
    entrances.forgetAbsent(room);
    assert.ok(await entrances.enter(room, state, GHOST));
  });

  void it("tries it again only when something has changed that lets him in", async () => {
    for (const change of [
      told("m.room.power_levels", ""),
      told("m.room.join_rules", ""),
      told("m.room.member", own.bot, { membership: "join" }),
    ]) {
      const doorway = new Doorway();
      doorway.mayInvite = false;
      const entrances = new Entrances({ api: doorway, own });
      const state = await doorway.state();
      assert.equal(await entrances.enter(room, state, GHOST), false);
      doorway.mayInvite = true;
      entrances.take(room, told("m.room.topic", ""));
      assert.equal(await entrances.enter(room, state, GHOST), false);
      entrances.take(room, change);
      assert.equal(await entrances.enter(room, state, GHOST), true, change.event.type);
    }
  });

  void it("stays out where he is banned, until that is lifted", async () => {
    const doorway = new Doorway();
    doorway.membership = "ban";
    const entrances = new Entrances({ api: doorway, own });
    const state = await doorway.state();
    await assert.rejects(entrances.enter(room, state, GHOST), { code: "delivery_forbidden", retry: "never" });
    doorway.membership = "leave";
    entrances.take(room, told("m.room.member", GHOST.id, { membership: "leave" }));
    assert.ok(await entrances.enter(room, state, GHOST));
  });

  void it("is looked for anew where the room has refused him", async () => {
    const doorway = new Doorway();
    const entrances = new Entrances({ api: doorway, own });
    await entrances.enter(room, await doorway.state(), GHOST);
    assert.equal(await entrances.isOut(room, GHOST.id), false);
    doorway.membership = "leave";
    assert.ok(await entrances.isOut(room, GHOST.id));
    assert.equal(entrances.isIn(room, GHOST.id), false);
    const outside = new Entrances({ api: { call: () => Promise.reject(forbidden) }, own });
    assert.ok(await outside.isOut(room, own.bot), "whoever may not look is out himself");
  });
});
