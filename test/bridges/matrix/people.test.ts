import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { People } from "../../../bridges/matrix/people.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const room = "!room:hs.example" as NativeRoom;
const ANNA = "@anna:hs.example";
const PICTURE = "mxc://hs.example/anna";

const member = (content: object, previous: object | null = null) =>
  toldOf({
    type: "m.room.member",
    event_id: "$1",
    state_key: ANNA,
    sender: ANNA,
    content,
    unsigned: previous === null ? {} : { prev_content: previous },
  }) ?? assert.fail("it is an event");
const joined = (displayname: string, avatar_url?: string) => ({
  membership: "join",
  displayname,
  avatar_url,
});

/** People of whom the room's state says this. */
function people(content: object) {
  const asked: string[] = [];
  const call = ({ path }: { readonly path: string }): Promise<unknown> => {
    asked.push(path);
    return Promise.resolve(content);
  };
  return { asked, people: new People({ call }) };
}

void describe("people in rooms", () => {
  void it("are as an event says that comes while the room is asked for them", async () => {
    const answer = Promise.withResolvers<unknown>();
    const known = new People({ call: () => answer.promise });
    const asked = known.lookOf(room, ANNA);
    known.take(room, member(joined("Anna", PICTURE)));
    answer.resolve(joined("Anna"));
    assert.deepEqual(await asked, { name: "Anna", picture: PICTURE });
    assert.deepEqual(await known.lookOf(room, ANNA), { name: "Anna", picture: PICTURE });
  });

  void it("are looked up once, and known by the room's events from then on", async () => {
    const { asked, people: known } = people(joined("Anna", PICTURE));
    assert.deepEqual(await known.lookOf(room, ANNA), { name: "Anna", picture: PICTURE });
    known.take(room, member(joined("Anna M.")));
    assert.deepEqual(await known.lookOf(room, ANNA), { name: "Anna M.", picture: "" });
    assert.equal(asked.length, 1);
  });

  void it("have no picture where its address is none of a homeserver's", async () => {
    const { people: known } = people(joined("Anna", "https://web.example/anna.png"));
    assert.deepEqual(await known.lookOf(room, ANNA), { name: "Anna", picture: "" });
  });

  void it("are shown otherwise where name or picture is another than before, as far as that is known", async () => {
    const { people: known } = people(joined("Anna", PICTURE));
    assert.equal(known.take(room, member(joined("Anna"))), false, "nobody has met her");
    assert.equal(known.take(room, member(joined("Anna"))), false);
    assert.equal(known.take(room, member(joined("Anna", PICTURE))), true);
    assert.equal(known.take(room, member({ membership: "leave" })), false);
    assert.deepEqual(await known.lookOf(room, ANNA), { name: "Anna", picture: PICTURE }, "as she was");
    const { people: restarted } = people({});
    assert.equal(restarted.take(room, member(joined("Anna"), joined("Anna", PICTURE))), true);
  });

  void it("are in a room as its state says now, whatever was known before", async () => {
    const { asked, people: known } = people(joined("Anna"));
    await known.lookOf(room, ANNA);
    assert.equal(await known.isIn(room, ANNA), true);
    assert.equal(await people({ membership: "leave" }).people.isIn(room, ANNA), false);
    assert.equal(await people({ membership: "invite" }).people.isIn(room, ANNA), false);
    assert.equal(asked.length, 2);
  });
});
