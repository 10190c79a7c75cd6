/** What the demo's table has to say of what crossed between the linked rooms. */
import assert from "node:assert/strict";

/** What has to cross from each room, by the first column of the table. */
const EVERYWHERE = [
  "text",
  "rich text",
  "code block",
  "quote, list",
  "lines",
  "link",
  "mention",
  "emote",
  "thread",
  "edit",
  "delete",
  "reaction",
  "reaction ends",
  "file",
  "topic",
  "name of the room",
];
/** What people on Slack can't do. */
const NOT_ON_SLACK = ["spoiler", "reply", "sticker", "place", "typing", "typing ends", "read marker"];
const NOT_IN_MUCS = ["mention of all", "picture, caption", "pin", "pin ends"];
const AT_MATRIX = [
  "heading, table",
  "custom emoji",
  "custom reaction",
  "notice",
  "moderator deletes",
  "voice message",
  "poll",
  "end of the poll",
];
const IN_MUCS = ["rich text beside", "call", "thread begun", "thread goes on", "picture", "sound"];
const ON_SLACK = ["thread, on a copy", "reaction, on a copy"];
const MUCS = ["harbour", "island"];

/** Name of the feature, room where it was used, room that holds it; the first two only where they change. */
const ROW =
  /^(.*?) {2,}(?:(#lab|Matrix|harbour|island): .*? {2,})?(#lab|Matrix|harbour|island): .* {2,}(?:arrived, \d+ ms|as it should be)$/;

/** From which rooms to which each feature has arrived, by its name. */
function arrivalsOf(printed: string): Map<string, string[]> {
  const arrivals = new Map<string, string[]>();
  let feature = "";
  let from = "";
  for (const row of printed.split("\n")) {
    const cells = ROW.exec(row);
    if (!cells) continue;
    const [, name = "", home, to = ""] = cells;
    if (name !== "") feature = name;
    if (home !== undefined) from = home;
    arrivals.set(feature, [...(arrivals.get(feature) ?? []), `${from} to ${to}`]);
  }
  return arrivals;
}

/** All directions from each of these rooms to all others of the demo. */
const between = (from: readonly string[], rooms: readonly string[]): string[] =>
  from
    .flatMap((home) => rooms.filter((room) => room !== home).map((room) => `${home} to ${room}`))
    .toSorted();

/** Whether everything has crossed between these rooms, and nothing else stands in them. */
export function assertCrossed(printed: string, rooms: readonly string[]): void {
  assert.match(printed, /every platform holds every one of them once, and nothing else/);
  assert.doesNotMatch(printed, /MISSING|faults, see above/);
  const arrivals = arrivalsOf(printed);
  for (const [features, homes] of [
    [EVERYWHERE, ["#lab", "Matrix", ...MUCS]],
    [["vote"], rooms.includes("Matrix") ? rooms : []],
    [NOT_ON_SLACK, ["Matrix", ...MUCS]],
    [NOT_IN_MUCS, ["#lab", "Matrix"]],
    [AT_MATRIX, ["Matrix"]],
    [IN_MUCS, MUCS],
    [ON_SLACK, ["#lab"]],
  ] as const)
    for (const feature of features) {
      const from = homes.filter((home) => rooms.includes(home));
      assert.deepEqual([...new Set(arrivals.get(feature))].toSorted(), between(from, rooms), feature);
    }
}
