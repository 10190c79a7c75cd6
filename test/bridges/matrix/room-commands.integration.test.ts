import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const linkedRooms = await linkingRooms("matrix-commands");

void describe("what people on Matrix ask of the gateway itself", () => {
  let started: LinkedRooms | null = null;
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedRooms();
  });
  after(() => started?.stop());

  void it("is answered where nobody else reads it, and carried nowhere", async () => {
    const { anna, ben, from, to, shows } = run();
    await anna.sync.next(0);
    await anna.say(from, "!mimi status");
    const answer = await anna.waitFor("an answer", async () =>
      (await answers(anna)).find((line) => line !== ""),
    );
    assert.doesNotMatch(answer, /did not work/);
    await anna.say(from, "after the command");
    await shows("the next message", (all) => all.find(({ body }) => body === "after the command"));
    assert.ok((await ben.messages(to)).every(({ body }) => !body.includes("!mimi")));
    const said = (await anna.messages(from))
      .filter(({ sender }) => sender === run().bot)
      .map(({ body }) => body);
    assert.ok(!said.includes(answer), "the answer stands in no room with others");
  });

  void it("is answered in a room with the gateway alone, without a word before it", async () => {
    const { synapse, bot } = run();
    const carl = await MatrixUser.register(synapse, "carl");
    const room = await carl.createRoom({ open: false, invite: [bot] });
    await carl.waitFor(
      "the gateway",
      async () => (await carl.state(room, "m.room.member", bot))?.["membership"] === "join",
    );
    await carl.say(room, "help");
    const answer = await carl.waitFor("an answer", async () =>
      (await carl.messages(room)).find(({ sender }) => sender === bot),
    );
    assert.match(answer.body, /link/);
  });

  void it("is done for whoever moderates the room, and for nobody else", async () => {
    const { anna, from, to, synapse, gateway } = run();
    const erik = await MatrixUser.register(synapse, "erik");
    await anna.invite(from, erik.id);
    await erik.join(from);
    await erik.sync.next(0);
    await erik.say(from, "!mimi unlink");
    await erik.waitFor(
      "the refusal",
      async () => (await answers(erik)).find((line) => line.startsWith("Only who manages")),
      20_000,
    );
    const linked = async () => (await gateway().operations.status()).bindings.map(({ room }) => room);
    assert.deepEqual(new Set(await linked()), new Set([from, to]));
    await anna.setPower(from, erik.id, 50);
    await erik.say(from, "!mimi unlink");
    await eventually("the end of the link", async () => !(await linked()).includes(from), 20_000);
  });
});

/** The gateway's own lines to somebody in rooms into which it has invited him, as he reads them. */
async function answers(person: MatrixUser): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const room of person.sync.invited) {
    await person.join(room);
    lines.push(...(await person.messages(room)).map(({ body }) => body));
  }
  return lines;
}
