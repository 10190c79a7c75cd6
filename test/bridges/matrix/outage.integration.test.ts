/** Synapse away, the gateway away, and what Synapse never hands over: afterwards both rooms hold the same, in the same order. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import type { Synapse } from "../../../deploy/servers/synapse.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { agree, type FaultyRooms, faultyRooms, tells, textsThere } from "./faults-run.ts";

const begin = await faultyRooms("matrix-outage");

/** What Synapse has written down for the gateway is lost, as where somebody has mended its database. How much it was. */
function giveUpQueue({ logFile }: Synapse): number {
  const database = new DatabaseSync(join(dirname(logFile), "homeserver.db"));
  try {
    const { changes } = database.prepare("DELETE FROM application_services_txns").run();
    database.exec("UPDATE application_services_state SET state = 'up'");
    return Number(changes);
  } finally {
    database.close();
  }
}

void describe("an outage between Matrix and the gateway", () => {
  let started: FaultyRooms | null = null;
  const run = (): FaultyRooms => started ?? assert.fail("nothing runs");
  const say = (text: string): Promise<string> => run().anna.say(run().from, text);
  before(async () => {
    started = await begin();
  });
  after(() => started?.stop());

  void it("of the homeserver leaves what is to be delivered in its order", async () => {
    const { anna, from, to, synapse, calls, gateway } = run();
    await say("before");
    await agree(run());
    calls.onRequest = () => ({ kind: "lost-before" });
    const edited = await say("to be edited");
    await say("second");
    await anna.redact(from, await say("to go"));
    await anna.edit(from, edited, "edited");
    await say("last");
    await eventually("all of it to wait", async () => {
      const { bindings } = await gateway().operations.status();
      const waits = bindings.some(({ room, behind }) => room === to && behind >= 4);
      return waits && bindings.every(({ inbox }) => inbox === 0);
    });
    await synapse.kill("SIGKILL");
    calls.onRequest = () => null;
    await synapse.restart();
    await agree(run());
  });

  for (const givenUp of [false, true])
    void it(`of the gateway is made good for ${givenUp ? "where Synapse has given up its queue" : "by what Synapse hands over"}`, async () => {
      const { anna, from, synapse, gateway, away } = run();
      const kept = await say("kept");
      const edited = await say("to be edited");
      const gone = await say("to go");
      await anna.react(from, kept, "👍");
      await agree(run());
      await away(async () => {
        await anna.edit(from, edited, "edited meanwhile");
        await anna.redact(from, gone);
        await anna.react(from, edited, "🎉");
        await anna.reply(from, kept, "an answer meanwhile");
        const both = await say("said meanwhile");
        await anna.edit(from, both, "said and edited meanwhile");
        await anna.redact(from, await say("said and gone meanwhile"));
        const carl = await MatrixUser.register(synapse, givenUp ? "carl" : "dora");
        await anna.invite(from, carl.id);
        await carl.join(from);
        await carl.say(from, "somebody new");
        await say("the last meanwhile");
        if (!givenUp) return;
        await synapse.stop();
        assert.ok(giveUpQueue(synapse) > 0);
        await synapse.restart();
      });
      await say("afterwards");
      await agree(run());
      assert.equal((await gateway().operations.status()).setAside, 0);
    });

  void it("of Synapse alone, killed with things to hand over in its memory, is noticed though nothing else happens", async () => {
    const { synapse, transactions } = run();
    const held = Promise.withResolvers<void>();
    transactions.onRequest = (request) => {
      if (!tells(request)) return null;
      held.resolve();
      return { kind: "silent" };
    };
    // Behind the first one, which has no answer, the others wait in its memory.
    await say("lost 1");
    await held.promise;
    await say("lost 2");
    await say("lost 3");
    await synapse.kill("SIGKILL");
    transactions.onRequest = () => null;
    await synapse.restart();
    await agree(run());
    await say("after them");
    await agree(run());
  });

  void it("that leaves the last thing said with Synapse is made good for once that is silent", async () => {
    const { ben, to, transactions, door, log } = run();
    const before = log().length;
    let emptied: Promise<Response> | null = null;
    let lost = false;
    transactions.onRequest = ({ path, body }) => {
      if (body.includes("stranded")) {
        // Its number is not missing: that alone would have the rooms read again.
        const headers = { authorization: "Bearer hs-token-of-a-test" };
        emptied ??= fetch(`${door}${path}`, { method: "PUT", headers, body: '{"events":[]}' });
        return { kind: "answer", status: 200, body: "{}" };
      }
      if (lost || !body.includes('"m.typing"')) return null;
      lost = true;
      return { kind: "lost-after" };
    };
    await say("stranded");
    const taken = await eventually("Synapse to believe that it was taken", () => emptied);
    assert.equal(taken.status, 200);
    // That an answer was lost speaks for something being left behind.
    await ben.typing(to, true);
    await eventually("an answer to be lost", () => lost, 20_000);
    const isThere = async () => (await textsThere(run())).includes("stranded");
    await eventually("it to be there", isThere, 40_000);
    assert.match(log().slice(before), /has not handed over what was said/);
  });
});
