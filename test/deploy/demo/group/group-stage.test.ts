import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crossingFaults, renderCrossings } from "../../../../deploy/demo/group/crossing-table.ts";
import { GroupStage, type Speaker } from "../../../../deploy/demo/group/group-stage.ts";

const ROOMS = ["channel", "near", "far"] as const;
type RoomName = (typeof ROOMS)[number];

const anna: Speaker = { home: "near", nameIn: (room) => (room === "channel" ? "anna (there)" : "anna") };

/** Three rooms that hold what a test puts into them. */
class Rooms {
  readonly lines: Record<RoomName, string[]> = { channel: [], near: [], far: [] };
  readonly words: Record<RoomName, string[]> = { channel: ["linked"], near: [], far: [] };

  stage(): Promise<GroupStage> {
    const lines = new Map<string, string[]>(Object.entries(this.lines));
    const words = new Map<string, string[]>(Object.entries(this.words));
    const look = (room: string) =>
      Promise.resolve({ lines: lines.get(room) ?? [], words: words.get(room) ?? [] });
    return GroupStage.set(ROOMS, look, 200);
  }

  put(lines: Readonly<Partial<Record<RoomName, string>>>): Promise<void> {
    for (const [room, line] of Object.entries(lines)) this.lines[room as RoomName].push(line);
    return Promise.resolve();
  }
}

const hello = { channel: "anna (there): hello", near: "anna: hello", far: "anna: hello" };
const scene = (act: () => Promise<void>) => ({
  feature: "text",
  by: anna,
  act,
  change: (_: string, name: string) => ({ adds: [`${name}: hello`] }),
});

void describe("the stage of the demo's linked rooms", () => {
  void it("is content where each of the others holds what was done, once", async () => {
    const rooms = new Rooms();
    const stage = await rooms.stage();
    await stage.show(scene(() => rooms.put(hello)));
    assert.deepEqual(
      stage.crossings.map(({ to, tookMs }) => [to, tookMs !== null]),
      [
        ["#lab", true],
        ["island", true],
      ],
    );
    assert.deepEqual([crossingFaults(stage.crossings), await stage.faults()], [[], []]);
  });

  void it("waits for what is to go", async () => {
    const rooms = new Rooms();
    const stage = await rooms.stage();
    await stage.show(scene(() => rooms.put(hello)));
    await stage.show({
      feature: "delete",
      by: anna,
      act: () => rooms.put({ near: "anna takes back: hello", far: "anna takes back: hello" }),
      change: (room, name) =>
        room === "channel"
          ? { adds: [], removes: [`${name}: hello`] }
          : { adds: [`${name} takes back: hello`] },
    });
    assert.deepEqual(crossingFaults(stage.crossings), [
      "delete, harbour to #lab: MISSING: gone: anna (there): hello",
    ]);
    rooms.lines.channel.length = 0;
    assert.deepEqual(await stage.faults(), []);
  });

  void it("names what is missing, doubled, extra, and what the gateway says", async () => {
    const rooms = new Rooms();
    const stage = await rooms.stage();
    await stage.show(scene(() => rooms.put({ near: hello.near, far: hello.far })));
    await rooms.put({ far: hello.far, near: "ben: who is there?" });
    rooms.words.channel.push("it could not be carried");
    assert.deepEqual(crossingFaults(stage.crossings), [
      "text, harbour to #lab: MISSING: anna (there): hello",
    ]);
    assert.deepEqual(await stage.faults(), [
      "missing in #lab: anna (there): hello",
      "the gateway said in #lab: it could not be carried",
      "nobody expects this in harbour: ben: who is there?",
      "2 times in island: anna: hello",
    ]);
  });

  void it("takes what stands there before for granted, and waits for nothing where nothing is to be shown", async () => {
    const rooms = new Rooms();
    await rooms.put({ near: "the topic is: tea" });
    const stage = await rooms.stage();
    await stage.show({
      feature: "vote",
      by: anna,
      act: () => rooms.put({ near: "anna votes" }),
      change: (room, name) =>
        room === "near" ? { adds: [`${name} votes`] } : { adds: [], unshown: "nothing: it has no votes" },
    });
    assert.deepEqual([crossingFaults(stage.crossings), await stage.faults()], [[], []]);
    assert.match(renderCrossings(stage.crossings), /#lab: nothing: it has no votes +as it should be/);
  });

  void it("says what could not even be done", async () => {
    const stage = await new Rooms().stage();
    await stage.show(scene(() => Promise.reject(new Error("no such message"))));
    assert.equal((await stage.faults())[0], "text: no such message");
  });

  void it("shows both others below one another", () => {
    const one = { feature: "text", from: "harbour", done: "anna: hello", unshown: false } as const;
    const rows = [
      { ...one, to: "#lab", expected: "anna (there): hello", tookMs: 12 },
      { ...one, to: "island", expected: "anna: hello", tookMs: null },
    ] as const;
    assert.equal(
      renderCrossings(rows),
      `FEATURE  DONE IN ONE ROOM      HELD BY ANOTHER
text     harbour: anna: hello  #lab: anna (there): hello  arrived, 12 ms
                               island: -                  MISSING
`,
    );
  });
});
