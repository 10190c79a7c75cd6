import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Call } from "../../../bridges/matrix/api.ts";
import { Invitations } from "../../../bridges/matrix/invitations.ts";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const GHOST = "@_mimi_a.test_b:hs.example";
const LINKED = "!linked" as NativeRoom;
const OTHER = "!other" as NativeRoom;
const FAR = "@eve:far.example";

/** What is done when somebody is invited into a room: who joins, and who leaves it again. */
async function answers(room: NativeRoom, invited: string, by: string, membership = "invite") {
  const done: string[] = [];
  const invitations = new Invitations({
    own,
    api: {
      call: ({ path, as }: Call) => {
        done.push(`${as ?? ""} ${path.split("/").at(-1) ?? ""}`);
        return Promise.resolve({});
      },
    },
    entrances: {
      leave: (_room, ghost) => {
        done.push(`${ghost} leave`);
        return Promise.resolve();
      },
    },
    linked: (one) => one === LINKED,
    log: createLogger({ level: "error", bodies: false }),
  });
  const event = {
    type: "m.room.member",
    state_key: invited,
    sender: by,
    event_id: "$1",
    content: { membership },
  };
  await invitations.heard(room, toldOf(event) ?? assert.fail("it is an event"));
  return done;
}

void describe("an invitation", () => {
  void it("of the gateway's own user is taken, whoever it is from and wherever it leads", async () => {
    for (const room of [LINKED, OTHER])
      for (const by of ["@anna:hs.example", FAR])
        assert.deepEqual(await answers(room, own.bot, by), [`${own.bot} join`]);
  });

  void it("of a ghost is taken into linked rooms alone", async () => {
    assert.deepEqual(await answers(LINKED, GHOST, FAR), [`${GHOST} join`]);
    assert.deepEqual(await answers(OTHER, GHOST, FAR), [`${GHOST} leave`]);
  });

  void it("of the user who stands for nobody is taken nowhere", async () => {
    for (const room of [LINKED, OTHER])
      assert.deepEqual(await answers(room, own.watcher, FAR), [`${own.watcher} leave`]);
  });

  void it("by the gateway itself, of somebody else, and what is none, is nothing", async () => {
    assert.deepEqual(await answers(LINKED, GHOST, own.bot), []);
    assert.deepEqual(await answers(OTHER, "@anna:hs.example", FAR), []);
    assert.deepEqual(
      await answers(OTHER, "@_mimi_a.test_b:far.example", FAR),
      [],
      "nobody else's server has ghosts",
    );
    for (const membership of ["join", "leave", "ban", "knock"])
      assert.deepEqual(await answers(OTHER, GHOST, FAR, membership), []);
  });
});
