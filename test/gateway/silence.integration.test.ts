/** A real Prosody and a real Synapse that hang: who runs the gateway is told of it on the other platform, and nothing is lost. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { component } from "../bridges/conformance/xmpp-conformance.ts";
import { linkingMatrixAndMuc, type MatrixAndMuc } from "../bridges/matrix/matrix-and-muc.ts";
import { eventually } from "../support/harness-eventually.ts";

const PATIENCE_MS = 40_000;
const limits = { watchEveryMs: 200, pingEveryMs: 500, accountSilentMs: 4_000, roomSilentMs: 5_000 };

/** The rooms that are told of alarms. */
const ops = { room: "", muc: "" };

const begin = await linkingMatrixAndMuc("silence", async ({ anna, ben, service, bot }) => {
  ops.room = await anna.createRoom({ open: false, invite: [bot] });
  ops.muc = `ops@${service.rooms}`;
  await ben.join(ops.muc, "ben");
  await ben.grant(ops.muc, `bridge@${component.domain}`, "owner");
  const alarms = [
    { account: "matrix", room: ops.room },
    { account: "xmpp", room: ops.muc },
  ];
  return { alarms, limits };
});

const waits = (what: string, ask: () => boolean | Promise<boolean>) => eventually(what, ask, PATIENCE_MS);
const tells = (lines: readonly string[], start: string) => lines.some((line) => line.startsWith(start));

void describe("a platform that hangs", () => {
  let started: MatrixAndMuc | null = null;
  const run = (): MatrixAndMuc => started ?? assert.fail("nothing runs");
  const atMatrix = async () => (await run().anna.messages(ops.room)).map(({ body }) => body);
  const inMuc = () => run().ben.bodies(ops.muc);
  const alarms = async () => (await run().gateway.operations.status()).alarms;

  before(async () => {
    started = await begin();
    const linked = "This room is now linked with";
    await waits("the rooms for alarms to be linked", async () => {
      return tells(await atMatrix(), linked) && tells(inMuc(), linked);
    });
    // Both have answered, end to end.
    await waits("nothing to be silent", async () => (await alarms()).length === 0);
  });
  after(() => started?.stop());

  void it("as Prosody is told of in the Matrix room, and so is that it goes on; what was said meanwhile arrives", async () => {
    const { service, anna, room, muc, ben, gateway } = run();
    await service.kill("SIGSTOP");
    try {
      await anna.say(room, "said while Prosody hangs");
      await waits("the alarm", async () => tells(await atMatrix(), "Alarm: account xmpp is silent since "));
      const { accounts } = await gateway.operations.status();
      // Its stream stands: that alone says nothing.
      assert.equal(accounts.find(({ account }) => account === "xmpp")?.health?.state, "up");
      const standing = (await alarms()).find(({ account }) => account === "xmpp");
      assert.deepEqual([standing?.code, standing?.room], ["account_silent", null]);
    } finally {
      await service.kill("SIGCONT");
    }
    const over = "Over: account xmpp answers again ";
    await waits("the end of it", async () => tells(await atMatrix(), over) && tells(inMuc(), over));
    assert.ok(!tells(inMuc(), "Alarm: account xmpp "), "its own rooms could not be told");
    await run().benReads("what was said", ({ body }) => body === "said while Prosody hangs");
    await anna.say(room, "said afterwards");
    await run().benReads("what is said now", ({ body }) => body === "said afterwards");
    const copies = ben.bodies(muc).filter((body) => body === "said while Prosody hangs");
    assert.equal(copies.length, 1);
  });

  void it("as Synapse is told of in the MUC, and so is that it goes on; what was said meanwhile arrives", async () => {
    const { homeserver, anna, room, muc, ben } = run();
    await homeserver.kill("SIGSTOP");
    try {
      await ben.say(muc, "said while Synapse hangs");
      await waits("the alarm", () => tells(inMuc(), "Alarm: account matrix is silent since "));
    } finally {
      await homeserver.kill("SIGCONT");
    }
    const over = "Over: account matrix answers again ";
    await waits("the end of it", async () => tells(await atMatrix(), over) && tells(inMuc(), over));
    assert.ok(!tells(await atMatrix(), "Alarm: account matrix "), "its own rooms could not be told");
    await run().annaReads("what was said", ({ body }) => body === "said while Synapse hangs");
    await ben.say(muc, "said after that");
    await run().annaReads("what is said now", ({ body }) => body === "said after that");
    const bodies = (await anna.messages(room)).map(({ body }) => body);
    assert.equal(bodies.filter((body) => body === "said while Synapse hangs").length, 1);
    await waits("no alarm to stand", async () => (await alarms()).length === 0);
  });
});
