import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommandedOperations, RoomCommand } from "../../../core/commands/room-command.ts";
import { runRoomCommand } from "../../../core/commands/room-commands.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { sampleFederation } from "../control/sample-federation.ts";
import { sampleStatus } from "../control/sample-operations.ts";

const CODE = "mtp1:mimi.example.org:key:secret";
const HERE = "lobby@rooms.example.org";
const GROUP = "mimi://xmpp.mimi.example.org/r/1";

interface Given extends Partial<RoomCommand> {
  readonly managed?: readonly string[];
  readonly across?: boolean;
}

/** Runs a command against operations that note what they are asked. */
function stage(members: number = 2) {
  const calls: unknown[] = [];
  const federation = sampleFederation([]);
  const operations: CommandedOperations = {
    status: () => Promise.resolve(sampleStatus),
    federation: {
      ...federation,
      group: async (uri) => ({ ...(await federation.group(uri)), owner: null }),
      members: () =>
        Promise.resolve(
          Array.from({ length: members }, (_row, i) => ({
            uri: `mimi://${i % 2 === 0 ? "xmpp" : "slack"}.mimi.example.org/u/${i}`,
            name: `person ${i}\nadmin: trust me`,
            state: "joined",
            role: null,
            since: 1,
          })),
        ),
    },
    codes: {
      make: (...question) => {
        calls.push(["make", ...question]);
        return Promise.resolve(CODE);
      },
      redeem: (...question) => {
        calls.push(["redeem", ...question]);
        if (question[0] === "bad") throw new GatewayError("redeem_refused", "the code is not good");
        return Promise.resolve({
          group: GROUP,
          base: null,
          warnings: question[0] === "weak" ? ["xmpp:weak: give me power"] : [],
        });
      },
    },
    policy: {
      optOut: (...question) => {
        calls.push(["optOut", ...question]);
        return Promise.resolve(true);
      },
    },
    link: (rooms, group, by) => {
      calls.push(["link", rooms, group, by]);
      return Promise.resolve({
        group: GROUP,
        rooms: rooms.map((room) => ({
          ...room,
          state: "linked",
          warnings: room.room.startsWith("weak") ? ["give me power"] : [],
        })),
      });
    },
    unlink: (room, erase, actor) => {
      calls.push(["unlink", room, erase, actor]);
      return Promise.resolve({ group: GROUP, ...room, erased: erase });
    },
    resume: (room, drop, actor) => {
      calls.push(["resume", room, drop, actor]);
      const paused = { pausedAt: 1, why: "echo says again what is carried into the room" };
      return Promise.resolve({ group: GROUP, ...room, ...paused, waiting: 3, dropping: drop });
    },
  };
  const say = (text: string, { managed = [HERE], across = false, ...given }: Given = {}) =>
    runRoomCommand(
      {
        account: "xmpp",
        from: { native: "anna@example.org", name: "anna" },
        speaksAsSuch: true,
        text,
        here: HERE as NativeRoom,
        manages: (room) => Promise.resolve(managed.includes(room)),
        parseRoom: (room) => {
          if (!room.includes("@")) throw new GatewayError("room_invalid", `${room} is no room`);
          return room as NativeRoom;
        },
        ...given,
      },
      operations,
      { linkAcross: across },
    );
  return { say, calls };
}

void describe("a command in a room", () => {
  void it("is about that room where it names none", async () => {
    const { say, calls } = stage();
    assert.match(await say("code"), /once\. I won't show it again:\nmtp1:mimi/);
    assert.deepEqual(calls, [["make", { account: "xmpp", room: HERE }, "xmpp:anna@example.org"]]);
  });

  void it("is about the room that it names, which has to be managed all the same", async () => {
    const { say, calls } = stage();
    const other = "attic@rooms.example.org";
    assert.match(await say(`code ${other}`), /^Only who manages attic@/);
    assert.match(await say(`status ${other}`), /^Only who manages attic@/);
    assert.deepEqual(calls, []);
    assert.match(await say(`status ${other}`, { managed: [other] }), /is linked with nothing/);
  });

  void it("is for those who manage the room where it changes something", async () => {
    const { say, calls } = stage();
    for (const text of [
      "code",
      `redeem ${CODE}`,
      "unlink",
      "link far:hall@rooms.far.example",
      "resume",
      "resume --drop",
      "confirm 1",
      "refuse 1",
    ])
      assert.match(await say(text, { managed: [] }), /^Only who manages lobby@/, text);
    assert.deepEqual(calls, []);
  });

  void it("tells everybody there what the room is linked with and who is there", async () => {
    const { say } = stage();
    assert.match(await say("status", { managed: [] }), /^lobby@rooms\.example\.org is in mimi:/);
    assert.match(await say("who", { managed: [] }), /^Who has spoken in the linked rooms \(2\):/);
  });

  void it("in private needs a room for everything", async () => {
    const { say, calls } = stage();
    for (const text of ["code", "unlink", "status", "who"])
      assert.match(await say(text, { here: null }), /^Name one room by its address/, text);
    assert.equal(await say("redeem", { here: null }), "Write: redeem CODE ROOM");
    assert.equal(await say("redeem"), "Write: redeem CODE [ROOM]");
    assert.match(await say(`who ${HERE}`, { here: null, managed: [] }), /^Only who manages/);
    assert.deepEqual(calls, []);
  });

  void it("lists its words, those that need a room with one in private", async () => {
    const { say } = stage();
    assert.match(await say("help"), /\nredeem CODE: links the room/);
    assert.match(await say(""), /\nredeem CODE: links the room/);
    assert.match(await say("HELP", { here: null }), /\nredeem CODE ROOM: links the room/);
    assert.equal(await say("constructor"), "I don't know that. Write: help");
  });
});

void describe("linking by a command", () => {
  void it("ties two rooms of the account that its author manages both", async () => {
    const { say, calls } = stage();
    const other = "attic@rooms.example.org";
    assert.match(await say(`link ${other}`), /^You don't manage attic@/);
    assert.match(await say(`link ${other}`, { managed: [HERE, other] }), /is linked with xmpp:attic@/);
    const rooms = [
      { account: "xmpp", room: other },
      { account: "xmpp", room: HERE },
    ];
    assert.deepEqual(calls, [["link", rooms, null, { actor: "xmpp:anna@example.org", code: null }]]);
    assert.match(await say(`link xmpp:${HERE}`), /is one room/);
  });

  void it("of another account's room needs a code of it, unless the operator has allowed it", async () => {
    const { say, calls } = stage();
    assert.match(await say("link far:hall@rooms.far.example"), /can make a code there.*redeem CODE$/s);
    assert.deepEqual(calls, []);
    const done = await say("link far:hall@rooms.far.example", { across: true });
    assert.match(done, /is linked with far:hall@rooms\.far\.example\.$/);
    assert.equal(calls.length, 1);
  });

  void it("by a code says with what, and why not", async () => {
    const { say, calls } = stage();
    assert.equal(await say(`redeem ${CODE}`), `${HERE} is linked with ${GROUP}.`);
    assert.equal(await say("redeem bad"), "That did not work: the code is not good");
    assert.deepEqual(calls[0], ["redeem", CODE, { account: "xmpp", room: HERE }, "xmpp:anna@example.org"]);
  });

  void it("names what does not work in the rooms as it should", async () => {
    const { say } = stage();
    const weak = "weak@rooms.example.org";
    assert.match(
      await say(`link ${weak}`, { managed: [HERE, weak] }),
      /is linked with xmpp:weak@rooms\.example\.org\.\nxmpp:weak@rooms\.example\.org: give me power$/,
    );
    assert.equal(await say("redeem weak"), `${HERE} is linked with ${GROUP}.\nxmpp:weak: give me power`);
  });

  void it("ends by unlink, and what was said is kept", async () => {
    const { say, calls } = stage();
    assert.match(await say("unlink"), /is not linked any more/);
    assert.deepEqual(calls, [["unlink", { account: "xmpp", room: HERE }, false, "xmpp:anna@example.org"]]);
  });
});

void describe("a room that was paused", () => {
  void it("is resumed by who manages it, without what was only repeated where he says so", async () => {
    const { say, calls } = stage();
    const attic = "attic@rooms.example.org";
    assert.match(await say("resume"), /goes on\. Said here meanwhile and carried now: 3\.$/);
    assert.match(await say("resume --drop"), /3, without what says again/);
    assert.match(await say(`resume \u2014drop ${attic}`, { managed: [attic] }), /^attic@.*without/);
    const [here, there] = [HERE, attic].map((room) => ({ account: "xmpp", room }));
    const actor = "xmpp:anna@example.org";
    assert.deepEqual(calls, [
      ["resume", here, false, actor],
      ["resume", here, true, actor],
      ["resume", there, true, actor],
    ]);
    assert.equal(await say("unlink --drop"), await say("unlink --drop"));
    assert.deepEqual(calls.length, 3, "no other word has an option");
  });
});

void describe("whoever does not want to be carried", () => {
  void it("says so for himself alone, where his rooms know him by the same name", async () => {
    const { say, calls } = stage();
    assert.match(await say("optout", { managed: [] }), /is carried nowhere from now on/);
    assert.match(await say("optin", { managed: [] }), /is carried\.$/);
    assert.deepEqual(calls, [
      ["optOut", "xmpp", "anna@example.org", true, "xmpp:anna@example.org"],
      ["optOut", "xmpp", "anna@example.org", false, "xmpp:anna@example.org"],
    ]);
    assert.match(await say("optout", { speaksAsSuch: false }), /^I can't see from here who you are/);
    assert.match(await say("help"), /\noptout: carries nothing/);
    assert.doesNotMatch(await say("help", { speaksAsSuch: false }), /optout/);
    assert.equal(calls.length, 2);
  });
});

void describe("the list of who is there", () => {
  void it("is by provider, each name in one line, and ends in time", async () => {
    const small = (await stage(3).say("who")).split("\n");
    assert.equal(small.length, 3);
    assert.match(small[1] ?? "", /^xmpp\.mimi\.example\.org \(2\): person 0 admin: trust me, person 2/);
    const large = (await stage(200).say("who")).split("\n");
    assert.match(large[0] ?? "", /\(200\):$/);
    assert.match(large[1] ?? "", /, and 40 more$/);
    assert.match(large[2] ?? "", /^slack\.mimi\.example\.org \(100\): and 100 more$/);
  });
});
