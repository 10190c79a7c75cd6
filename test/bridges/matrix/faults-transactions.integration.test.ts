/** What a homeserver hands over: twice, lost on the way back, broken, too large, or by somebody else. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { type FaultyRooms, faultyRooms, holds, tells } from "./faults-run.ts";

const begin = await faultyRooms("matrix-faults-transactions");

void describe("a homeserver's transactions on their way into the log", () => {
  let started: FaultyRooms | null = null;
  const run = (): FaultyRooms => started ?? assert.fail("nothing runs");
  const texts: string[] = [];
  before(async () => {
    started = await begin();
  });
  after(() => started?.stop());

  /** Hands over what no real homeserver would. Resolves with the status of the answer. */
  const handOver = async (name: string, body: string, token = "hs-token-of-a-test"): Promise<number> => {
    const answer = await fetch(`${run().door}/_matrix/app/v1/transactions/${name}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    await answer.body?.cancel();
    return answer.status;
  };
  const message = (id: string, content: object) => ({
    type: "m.room.message",
    room_id: run().from,
    event_id: id,
    sender: run().anna.id,
    origin_server_ts: Date.now(),
    content,
  });
  const text = (id: string, body: string) => message(id, { msgtype: "m.text", body });

  void it("are not doubled where the answer is lost and they come again", async () => {
    const came: string[] = [];
    run().transactions.onRequest = (request) => {
      if (!tells(request) || !request.body.includes('"lost')) return null;
      came.push(request.path);
      return came.length === 1 ? { kind: "lost-after" } : null;
    };
    for (const body of ["lost 1", "lost 2"]) {
      texts.push(body);
      await run().anna.say(run().from, body);
    }
    await holds(run(), texts);
    await eventually("it to come again", () => came.length >= 2, 20_000);
    assert.equal(came[0], came[1], "the same transaction");
    await holds(run(), texts);
  });

  void it("may say the same thing twice, in one and in several", async () => {
    const event = text("$twice", "said twice");
    const body = JSON.stringify({ events: [event, event] });
    assert.deepEqual(await Promise.all([handOver("a", body), handOver("b", body)]), [200, 200]);
    assert.equal(await handOver("c", JSON.stringify({ events: [{ ...event, unsigned: { age: 9 } }] })), 200);
    texts.push("said twice");
    await holds(run(), texts);
  });

  void it("may have something broken in them, which is set aside, while the rest goes on", async () => {
    const { operations } = run().gateway();
    const events = [
      text("$good-1", "before the broken one"),
      message("$broken", { msgtype: "m.text", body: 7, "m.relates_to": [] }),
      { room_id: run().from, event_id: 5 },
      "no event",
      text("$good-2", "behind the broken one"),
    ];
    assert.equal(await handOver("d", JSON.stringify({ events })), 200);
    texts.push("before the broken one", "behind the broken one");
    await holds(run(), texts);
    const [aside, ...others] = await operations.setAsideList();
    assert.deepEqual(
      [aside?.direction, aside?.room, aside?.code, others.length],
      ["inbound", run().from, "event_malformed", 0],
    );
    await operations.setAsideRetry(aside?.id ?? 0);
    const again = await eventually("it to be set aside again", async () => {
      const [one] = await operations.setAsideList();
      return one !== undefined && one.id !== aside?.id && one;
    });
    await operations.setAsideDiscard(again.id);
    assert.equal((await operations.status()).setAside, 0);
    await run().anna.say(run().from, "and on");
    texts.push("and on");
    await holds(run(), texts);
  });

  void it("are taken up to 32 MiB; a larger one is refused and named in the log, and the next one is taken", async () => {
    const filler = { type: "m.x", room_id: "!elsewhere:matrix.test", content: { body: "x".repeat(64_000) } };
    const events = [
      ...Array.from({ length: 500 }, () => filler),
      text("$large", "at the end of a large one"),
    ];
    const body = JSON.stringify({ events });
    assert.ok(body.length > 30 * 1024 * 1024 && body.length < 32 * 1024 * 1024);
    assert.equal(await handOver("e", body), 200);
    texts.push("at the end of a large one");
    await holds(run(), texts);
    assert.equal(await handOver("f", body + " ".repeat(32 * 1024 * 1024 + 1 - body.length)), 413);
    const line = await eventually("the line in the log", () =>
      run()
        .log()
        .split("\n")
        .find((one) => one.includes("can't be taken") && one.includes('"status":413')),
    );
    assert.match(line, /"account":"matrix"/);
    assert.equal(await handOver("g", JSON.stringify({ events: [text("$after", "behind it")] })), 200);
    texts.push("behind it");
    await holds(run(), texts);
  });

  void it("are refused to whoever has not the homeserver's token", async () => {
    const body = JSON.stringify({ events: [text("$forged", "forged")] });
    assert.equal(await handOver("h", body, "as-token-of-a-test"), 403);
    assert.equal(await handOver("i", body, ""), 403);
    await run().anna.say(run().from, "the last");
    texts.push("the last");
    await holds(run(), texts);
  });
});
