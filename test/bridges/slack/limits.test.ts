import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { CallBudget, METHODS } from "../../../bridges/slack/limits.ts";
import { LocalPace } from "../../../core/pace.ts";
import { chatMethods } from "../../slack/api/chat-methods.ts";
import { conversationMethods } from "../../slack/api/conversation-methods.ts";
import { fileMethods } from "../../slack/api/file-methods.ts";
import { historyMethods } from "../../slack/api/history-methods.ts";
import { markMethods } from "../../slack/api/mark-methods.ts";

/** Names of methods as they stand in the sources. */
const METHOD =
  /"((?:apps|auth|bots|chat|conversations|emoji|files|oauth|pins|reactions|team|usergroups|users)(?:\.[a-zA-Z0-9]+){1,2})"/g;
/** Calls a minute. */
const ALLOWED: Readonly<Record<string, number>> = { t1: 1, t2: 20, t3: 50, t4: 100, posting: 60 };

const at = (clock: { now: number }) => new CallBudget(new LocalPace(() => clock.now));

/** Takes calls one after the other; how long each has to wait. */
async function takeAll(
  budget: CallBudget,
  count: number,
  method: string,
  channel: string | null = null,
  most = 0,
): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let i = 0; i < count; i++) waits.push(await budget.take(method, channel, most));
  return waits;
}

void describe("the budget of Slack's calls", () => {
  void it("lets a short burst of posts into a channel and then one in a little more than a second", async () => {
    const waits = await takeAll(at({ now: 0 }), 5, "chat.postMessage", "C1", 10_000);
    assert.deepEqual(waits, [0, 0, 0, 1_053, 2_106]);
  });

  void it("counts posts by channel", async () => {
    const budget = at({ now: 0 });
    await takeAll(budget, 3, "chat.postMessage", "C1");
    assert.ok((await budget.take("chat.postMessage", "C1", 0)) > 0);
    assert.equal(await budget.take("chat.postMessage", "C2", 0), 0);
  });

  void it("counts posts of all channels together, and takes none out of a channel that has to wait for that", async () => {
    const clock = { now: 0 };
    const budget = at(clock);
    for (let i = 0; i < 60; i++)
      assert.equal(await budget.take("chat.postMessage", `C${i}`, 0), 0, `post ${i}`);
    const waits = await takeAll(budget, 3, "chat.postMessage", "C99", 100);
    assert.deepEqual(waits, [215, 215, 215]);
    clock.now = 1_000;
    assert.deepEqual(await takeAll(budget, 4, "chat.postMessage", "C99"), [0, 0, 0, 1_053]);
  });

  void it("does not take a call that would have to wait longer than it may", async () => {
    const clock = { now: 0 };
    const budget = at(clock);
    await takeAll(budget, 3, "chat.postMessage", "C1");
    for (const wait of await takeAll(budget, 10, "chat.postMessage", "C1", 500)) assert.equal(wait, 1_053);
    clock.now = 1_053;
    assert.equal(await budget.take("chat.postMessage", "C1", 500), 0);
  });

  void it("leaves a refused channel alone for as long as Slack asked, and no other", async () => {
    const clock = { now: 0 };
    const budget = at(clock);
    await budget.refused("chat.postMessage", "C1", 30_000);
    assert.equal(await budget.take("chat.postMessage", "C1", 0), 30_000);
    assert.equal(await budget.take("chat.postMessage", "C2", 0), 0);
    assert.equal(await budget.take("chat.update", "C1", 0), 0);
    clock.now = 30_000;
    assert.equal(await budget.take("chat.postMessage", "C1", 0), 0);
  });

  void it("spreads those who wait for a refused channel, so that they are not all refused again", async () => {
    const budget = at({ now: 0 });
    await budget.refused("chat.postMessage", "C1", 30_000);
    const waits = await takeAll(budget, 3, "chat.postMessage", "C1", 60_000);
    assert.deepEqual(waits, [30_000, 31_053, 32_106]);
  });

  void it("leaves a refused method alone in all channels where Slack counts it so", async () => {
    const budget = at({ now: 0 });
    await budget.refused("reactions.add", "C1", 5_000);
    assert.equal(await budget.take("reactions.add", "C2", 0), 5_000);
    assert.equal(await budget.take("reactions.remove", "C1", 0), 0);
  });

  void it("has an entry for every method that the bridge calls", async () => {
    const called = new Set<string>();
    for (const folder of ["bridges/slack", "mappings/slack"])
      for await (const file of glob(`${folder}/*.ts`)) {
        if (file.endsWith("limits.ts") || file.endsWith("manifest.ts")) continue;
        for (const [, name = ""] of (await readFile(file, "utf8")).matchAll(METHOD)) called.add(name);
      }
    assert.ok(
      called.has("chat.postMessage") && called.has("conversations.replies"),
      "the search finds nothing",
    );
    assert.deepEqual(
      [...called].filter((name) => !Object.hasOwn(METHODS, name)),
      [],
    );
  });

  void it("takes no method for one of a higher tier than the simulator does", () => {
    const known = {
      ...chatMethods,
      ...conversationMethods,
      ...fileMethods,
      ...historyMethods,
      ...markMethods,
    };
    const compared = Object.entries(METHODS).flatMap(([name, { aMinute }]) => {
      const tier = known[name]?.tier;
      const most = tier === undefined ? undefined : ALLOWED[tier];
      return most === undefined ? [] : [{ name, aMinute, most }];
    });
    assert.ok(compared.length >= 15, `${compared.length} methods were compared`);
    for (const { name, aMinute, most } of compared)
      assert.ok(aMinute <= most, `${name}: ${aMinute} > ${most}`);
  });

  void it("stays below what Slack allows a method in a minute", async () => {
    const allowed = {
      "reactions.remove": 20,
      "pins.list": 20,
      "emoji.list": 20,
      "conversations.history": 50,
      "reactions.add": 50,
      "chat.update": 50,
      "users.info": 100,
      "files.info": 100,
    };
    for (const [method, most] of Object.entries(allowed)) {
      const clock = { now: 0 };
      const budget = at(clock);
      let taken = 0;
      for (; clock.now < 60_000; clock.now += 50)
        while ((await budget.take(method, null, 0)) === 0) taken += 1;
      assert.ok(taken > most * 0.8 && taken <= most * 1.25, `${method}: ${taken} in the first minute`);
      taken = 0;
      for (; clock.now < 120_000; clock.now += 50)
        while ((await budget.take(method, null, 0)) === 0) taken += 1;
      assert.ok(taken > most * 0.8 && taken <= most, `${method}: ${taken} in the second minute`);
    }
  });
});
