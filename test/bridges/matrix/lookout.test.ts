import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { History } from "../../../bridges/matrix/history.ts";
import { type Told, toldOf } from "../../../bridges/matrix/kept-event.ts";
import { Lookout, type WatchedRoom } from "../../../bridges/matrix/lookout.ts";
import { markOf } from "../../../bridges/matrix/names.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const OURS = "@_mimi_x:hs.example";

class Watched implements WatchedRoom {
  readonly id: NativeRoom;
  joined = true;
  mark: ArchiveMark | null;
  repairs = 0;

  constructor(name: string, at: string | null) {
    this.id = `!${name}:hs.example` as NativeRoom;
    this.mark = at === null ? null : markOf(this.id, at);
  }

  repair(): void {
    this.repairs += 1;
  }
}

const said = (id: string, sender = "@anna:hs.example"): Told =>
  toldOf({ type: "m.room.message", event_id: id, sender, content: {} }) ?? assert.fail("it is an event");

/** A lookout over rooms, and what each of them has behind its mark. */
function lookout(
  rooms: readonly Watched[],
  more: Readonly<Record<string, readonly Told[] | GatewayError>> = {},
) {
  const state = { away: false, asked: 0 };
  const history: Pick<History, "after"> = {
    // oxlint-disable-next-line require-await
    async *after(room) {
      const page = more[room] ?? [];
      if (page instanceof GatewayError) throw page;
      yield page;
    },
  };
  const one = new Lookout({
    api: { call: () => Promise.reject(new Error("nobody is asked")) },
    ghosts: { watcher: () => Promise.reject(new Error("nobody is asked")) },
    own: { isOurs: (user) => user === OURS },
    history,
    rooms: () => rooms,
    reach: {
      get away() {
        return state.away;
      },
    },
    answers: () => {
      state.asked += 1;
      return Promise.resolve();
    },
    log,
    justSaidMs: 50,
  });
  return { one, state };
}

void describe("whether a homeserver hands over everything", () => {
  void it("is doubted where a number is left out: all rooms are read again", async () => {
    const rooms = [new Watched("a", "$1"), new Watched("b", "$1")];
    const { one } = lookout(rooms);
    for (const id of ["1", "2", "2", "4"]) await one.taking(id);
    assert.deepEqual(
      rooms.map(({ repairs }) => repairs),
      [1, 1],
    );
  });

  void it("is asked of a homeserver that was away before anything of it is taken", async () => {
    const { one, state } = lookout([]);
    await one.taking("1");
    assert.equal(state.asked, 0);
    state.away = true;
    await one.taking("2");
    assert.equal(state.asked, 1);
  });

  void it("is seen at the ends of the rooms: those are read that end with what nobody told", async () => {
    const rooms = [
      new Watched("a", "$1"),
      new Watched("b", "$1"),
      new Watched("c", "$1"),
      new Watched("d", null),
    ];
    const [a, b, c, d] = rooms.map(({ id }) => id);
    const { one } = lookout(rooms, {
      [a ?? ""]: [said("$2")],
      [b ?? ""]: [said("$2", OURS)],
      [c ?? ""]: new GatewayError("event_unknown", "it was purged"),
      [d ?? ""]: [said("$2")],
    });
    await one.look();
    assert.deepEqual(
      rooms.map(({ repairs }) => repairs),
      [1, 0, 0, 0],
    );
  });

  void it("is not doubted where it is told a moment later", async () => {
    const room = new Watched("a", "$1");
    const { one } = lookout([room], { [room.id]: [said("$2")] });
    const looked = one.look();
    room.mark = markOf(room.id, "$2");
    await looked;
    assert.equal(room.repairs, 0);
  });
});
