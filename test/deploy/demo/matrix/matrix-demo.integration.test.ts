import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixUser } from "../../../../deploy/clients/matrix-user.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { runDemo } from "../running-demo.ts";

const folders = temporaryFolder("matrix-demo-test");

/** What has to cross from each room, by the first column of the table. */
const EVERYWHERE = [
  "text",
  "rich text",
  "code block",
  "quote, list",
  "lines",
  "link",
  "mention",
  "spoiler",
  "emote",
  "reply",
  "thread",
  "edit",
  "delete",
  "reaction",
  "reaction ends",
  "file",
  "sticker",
  "place",
  "vote",
  "typing",
  "typing ends",
  "read marker",
  "topic",
  "name of the room",
];
/** What only people at Matrix can do. */
const AT_MATRIX = [
  "heading, table",
  "mention of all",
  "custom emoji",
  "custom reaction",
  "notice",
  "moderator deletes",
  "picture, caption",
  "voice message",
  "poll",
  "end of the poll",
  "pin",
  "pin ends",
];
const IN_MUCS = ["rich text beside", "call", "thread begun", "thread goes on", "picture", "sound"];
const ROOMS = ["Matrix", "harbour", "island"];

/** Name of the feature, room where it was used, room that holds it; the first two only where they change. */
const ROW =
  /^(.*?) {2,}(?:(Matrix|harbour|island): .*? {2,})?(Matrix|harbour|island): .* {2,}(?:arrived, \d+ ms|as it should be)$/;

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

const failed = (error: unknown): readonly string[] => [String(error)];

const between = (from: readonly string[]): string[] =>
  from
    .flatMap((home) => ROOMS.filter((room) => room !== home).map((room) => `${home} to ${room}`))
    .toSorted();

void describe("npm run demo -- --matrix", () => {
  void it("carries every kind in all directions, lets one look around, and leaves nothing behind", async () => {
    const visits: Promise<readonly string[]>[] = [];
    const { code, printed, left, files } = await runDemo(["--matrix"], {
      folders,
      act: (text, pid) => {
        if (visits.length > 0 || !text.includes("its log: ")) return;
        visits.push(
          visit(text)
            .catch(failed)
            .finally(() => process.kill(pid, "SIGINT")),
        );
      },
    });
    assert.equal(code, 0, printed);
    assert.match(printed, /the homeserver and both archives hold every one of them once, and nothing else/);
    assert.doesNotMatch(printed, /MISSING|faults, see above/);
    const arrivals = arrivalsOf(printed);
    for (const [features, homes] of [
      [EVERYWHERE, ROOMS],
      [AT_MATRIX, ["Matrix"]],
      [IN_MUCS, ["harbour", "island"]],
    ] as const)
      for (const feature of features)
        assert.deepEqual([...new Set(arrivals.get(feature))].toSorted(), between(homes), feature);
    const [seen = []] = await Promise.all(visits);
    assert.ok(seen.includes("Hello from the island"), `a visitor reads: ${seen.join("; ")}`);
    assert.deepEqual([[...left.values()], files], [[], []]);
  });

  void it("says so where the Synapse that is named is none", async () => {
    const env = { MIMI_SYNAPSE: process.execPath };
    const { code, printed, left } = await runDemo(["--matrix", "--once"], { folders, env });
    assert.equal(code, 1, printed);
    assert.match(printed, /demo: server_failed: Synapse did not come up/);
    assert.deepEqual([...left.values()], []);
  });

  void it("is another demo than the federated one", async () => {
    const { code, printed } = await runDemo(["--matrix", "--federated"], { folders });
    assert.equal(code, 2);
    assert.match(printed, /usage: npm run demo/);
  });
});

/** Logs in as the printed lines say, and reads what stands in the room. */
async function visit(printed: string): Promise<readonly string[]> {
  const said = (what: string): string => new RegExp(`^ +${what} +(\\S+)`, "m").exec(printed)?.[1] ?? "";
  const password = /^ +user +visitor +password +(\S+)/m.exec(printed)?.[1] ?? "";
  const user = await MatrixUser.login(said("homeserver"), "visitor", password);
  const room = await user.join(said("room"));
  return (await user.messages(room)).map(({ body }) => body);
}
