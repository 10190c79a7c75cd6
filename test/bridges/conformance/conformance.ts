/**
 * What every bridge must do on the real core, whichever platform it is for. The faults that only a scripted platform
 * can have on demand are in fake-faults.test.ts; SIGKILL at every step is in the crash tests.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Raw } from "../../../core/bridge/inbound.ts";
import { eventually } from "../../support/harness-eventually.ts";
import {
  ConformanceRun,
  forgetReceipts,
  intendAgain,
  numbered,
  quiet,
  type Setting,
  writtenMark,
} from "./conformance-run.ts";
import { ListeningHost } from "../../support/listening-host.ts";
import { querySql } from "../../support/harness-sql.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

export function conformance(name: string, prepare: () => Promise<Setting>): void {
  void describe(`conformance: ${name}`, () => {
    let run: ConformanceRun;
    before(async () => {
      run = new ConformanceRun(await prepare());
    });
    afterEach(() => run.stopAll());
    after(async () => run.setting.close?.());

    void it("carries what is said in one room into the other, once and in order, and nothing back", async () => {
      const { from, to, gateway } = await run.linkedPair();
      const there = numbered(20, "there");
      await run.sayAll(from, "anna", there);
      await run.holds(to, there);
      const back = numbered(20, "back");
      await run.sayAll(to, "ben", back);
      await run.holds(from, [...there, ...back]);
      await quiet(gateway);
      assert.deepEqual(await run.setting.platform.texts(to), [...there, ...back]);
      await run.stop(gateway);
    });

    void it("takes what was missed while it was away, once and in order", async (t) => {
      if (!run.setting.platform.keeps) return t.skip("the platform keeps nothing for those who are away");
      const { from, to, gateway, options } = await run.linkedPair();
      const texts = numbered(60, "missed");
      await run.sayAll(from, "anna", texts.slice(0, 5));
      await run.holds(to, texts.slice(0, 5));
      await run.stop(gateway);
      await run.sayAll(from, "anna", texts.slice(5));
      const next = await run.start(options);
      await run.holds(to, texts);
      await quiet(next);
      assert.deepEqual(await run.setting.platform.texts(to), texts);
      await run.stop(next);
    });

    void it("drops what it has accepted before when it comes again", async (t) => {
      const { from, to, gateway, options } = await run.linkedPair();
      const mark = await writtenMark(options.store, from);
      if (mark === null) return t.skip("the platform has no archive to read again");
      const texts = numbered(8, "repeated");
      await run.sayAll(from, "anna", texts);
      await run.holds(to, texts);
      await quiet(gateway);
      await run.stop(gateway);
      await querySql(options.store, `update binding set inbound_mark = '${mark}' where native = '${from}'`);
      const next = await run.start(options);
      await run.setting.platform.say(from, "anna", "news");
      await run.holds(to, [...texts, "news"]);
      await quiet(next);
      const events = await querySql(options.store, "select id from event where kind = 'message'");
      assert.equal(events.length, texts.length + 1);
      await run.stop(next);
    });

    void it("makes no delivery again that was made before its receipt was written", async (t) => {
      const { from, to, gateway, options } = await run.linkedPair();
      const texts = numbered(5, "delivered");
      await run.sayAll(from, "anna", texts);
      await run.holds(to, texts);
      await quiet(gateway);
      await run.stop(gateway);
      if ((await writtenMark(options.store, to)) === null)
        return t.skip("the platform has no archive to ask");
      await forgetReceipts(options.store, to);
      const next = await run.start(options);
      await run.setting.platform.say(from, "anna", "news");
      await run.holds(to, [...texts, "news"]);
      await quiet(next);
      assert.deepEqual(await run.setting.platform.texts(to), [...texts, "news"]);
      await run.stop(next);
    });

    void it("makes what was intended and not made, before anything newer", async (t) => {
      const { from, to, gateway, options } = await run.linkedPair();
      const first = numbered(3, "first");
      await run.sayAll(from, "anna", first);
      await run.holds(to, first);
      await quiet(gateway);
      await run.setting.platform.refuse(to, true);
      await run.sayAll(from, "anna", ["kept back 1", "kept back 2"]);
      await eventually(
        "both to be set aside",
        async () => (await gateway.operations.status()).setAside === 2,
      );
      await run.stop(gateway);
      const mark = await writtenMark(options.store, to);
      if (mark === null) return t.skip("the platform has no archive to ask");
      await intendAgain(options.store, mark);
      await run.setting.platform.refuse(to, false);
      await run.setting.platform.say(from, "anna", "last");
      const next = await run.start(options);
      await run.holds(to, [...first, "kept back 1", "kept back 2", "last"]);
      await run.stop(next);
    });

    void it("loses and doubles nothing when the connection is cut in mid-traffic", async (t) => {
      if (!run.setting.platform.keeps) return t.skip("the platform keeps nothing for those who are away");
      const { from, to, gateway } = await run.linkedPair();
      const texts = numbered(40, "through a cut");
      await run.sayAll(from, "anna", texts.slice(0, 25));
      await run.setting.platform.cut();
      await run.sayAll(from, "anna", texts.slice(25));
      await run.holds(to, texts);
      await quiet(gateway);
      assert.deepEqual(await run.setting.platform.texts(to), texts);
      await run.stop(gateway);
    });

    void it("carries name and topic, live and when they changed while it was away", async () => {
      const { from, to, gateway, options } = await run.linkedPair();
      const { platform } = run.setting;
      const reaches = async (want: { name?: string; topic?: string }) =>
        eventually(`${JSON.stringify(want)} in ${to}`, async () => {
          const state = await platform.state(to);
          return (want.name ?? state.name) === state.name && (want.topic ?? state.topic) === state.topic;
        });
      await platform.setTopic(from, "first topic");
      await reaches({ topic: "first topic" });
      await platform.setName(from, "First name");
      await reaches({ name: "First name" });
      await quiet(gateway);
      await run.stop(gateway);
      await platform.setTopic(from, "second topic");
      await platform.setName(from, "Second name");
      const next = await run.start(options);
      await reaches({ topic: "second topic", name: "Second name" });
      await quiet(next);
      assert.deepEqual(await platform.state(from), { topic: "second topic", name: "Second name" });
      const changes = await querySql(options.store, "select id from event where kind = 'property'");
      assert.equal(changes.length, 4, "an echo of what we set is no change");
      await run.stop(next);
    });

    void it("sets aside what the room refuses, tells the author once, goes on, and delivers it when re-driven", async () => {
      const { from, to, gateway } = await run.linkedPair();
      const { platform } = run.setting;
      await platform.say(from, "anna", "before");
      await run.holds(to, ["before"]);
      await platform.refuse(to, true);
      await platform.say(from, "anna", "unwelcome");
      await run.told(from, "anna", "was not delivered");
      await platform.refuse(to, false);
      await platform.say(from, "anna", "after");
      await run.holds(to, ["before", "after"]);
      const [aside, ...others] = await gateway.operations.setAsideList();
      assert.ok(aside);
      assert.equal(others.length, 0);
      assert.equal(aside.direction, "outbound");
      const [trace] = await gateway.operations.trace(aside.event ?? "");
      assert.ok(trace?.hops.some(({ step }) => step === "set-aside"));
      await gateway.operations.setAsideRetry(aside.id);
      await run.holds(to, ["before", "after", "unwelcome"]);
      await quiet(gateway);
      const lines = (await platform.told(from, "anna")).filter((line) => line.includes("was not delivered"));
      assert.equal(lines.length, 1);
      await run.stop(gateway);
    });

    void it("tells the author of a message that is too large, once, and goes on", async () => {
      const { from, to, gateway } = await run.linkedPair({ eventBytes: 2_000 });
      const { platform } = run.setting;
      await run.sayAll(from, "anna", ["small", "x".repeat(3_000), "small again"]);
      await run.holds(to, ["small", "small again"]);
      await run.told(from, "anna", "2000 are allowed");
      await quiet(gateway);
      const lines = (await platform.told(from, "anna")).filter((line) => line.includes("are allowed"));
      assert.equal(lines.length, 1);
      await run.stop(gateway);
    });

    void it("delivers nothing any more once unlink has answered, and takes everybody out", async () => {
      const { from, to, gateway } = await run.linkedPair();
      const { platform } = run.setting;
      await run.sayAll(from, "anna", numbered(3, "before"));
      await run.holds(to, numbered(3, "before"));
      await gateway.operations.unlink({ account: platform.account, room: to }, false);
      await run.sayAll(from, "anna", numbered(3, "after"));
      await run.told(to, "ben", "no longer linked");
      await run.told(from, "anna", "no longer linked");
      await eventually("everybody to be out", async () => (await platform.standIns(to)) === 0);
      await eventually(
        "the link to have ended",
        async () => (await gateway.operations.status()).bindings.length === 1,
      );
      await quiet(gateway);
      assert.deepEqual(await platform.texts(to), numbered(3, "before"));
      await run.stop(gateway);
    });

    void it("reads from history what it hears live: the same keys and the same contents", async (t) => {
      const { platform } = run.setting;
      const bridge = platform.createBridge();
      const room = bridge.parseRoom(await platform.room());
      const host = new ListeningHost();
      await bridge.start(host);
      try {
        const mark = await eventually("the room's mark", async () => {
          const facts = await bridge.inspect(room).catch(() => null);
          return facts && { archive: facts.mark };
        });
        if (mark.archive === null && !bridge.capabilities(room).archive)
          return t.skip("the platform has no archive");
        await platform.say(room, "anna", "before anything");
        const since = (await bridge.inspect(room)).mark;
        assert.ok(since);
        bridge.join(room, since);
        await eventually("the room to be entered", () => host.readied.includes(room));
        host.accepted.length = 0;
        const texts = ["plain", 'with <markup> & "quotes"', "Grüße, 世界 👋🏽", "two\nlines"];
        await run.sayAll(room, "anna", texts);
        await platform.setTopic(room, "a topic");
        // A bridge may hand over state that it has read, which says nothing where nothing has changed.
        const kinds = async () => {
          const heard = onceEach(host.raws);
          const told = await Promise.all(heard.map((raw) => bridge.toEvents(room, raw, unknowing)));
          return told.flat().map((event) => (event.kind === "property" ? event.name : event.kind));
        };
        const all = [...texts.map(() => "message"), "topic"];
        await eventually("all to be heard", async () => (await kinds()).length >= all.length);
        assert.deepEqual((await kinds()).toSorted(), all);
        const archived: Raw[] = [];
        // State has no key: it is read anew each time, and was not told.
        for await (const batch of bridge.catchUp(room, since)) archived.push(...keyed(batch.raws));
        assert.deepEqual(
          archived.map(({ nativeKey }) => nativeKey),
          keyed(onceEach(host.raws)).map(({ nativeKey }) => nativeKey),
        );
        // Where a change of the topic has an identity, the archive has it like anything said.
        assert.ok(archived.length >= texts.length);
        for (const [i, raw] of archived.entries()) {
          const live = keyed(onceEach(host.raws))[i];
          assert.ok(live);
          assert.deepEqual(
            await bridge.toEvents(room, raw, unknowing),
            await bridge.toEvents(room, live, unknowing),
          );
        }
      } finally {
        await bridge.stop();
      }
    });
  });
}

const keyed = (raws: readonly Raw[]) => raws.filter(({ nativeKey }) => nativeKey !== null);

/** A platform may say again what it was not seen to be answered for; by its key it is known again. */
const onceEach = (raws: readonly Raw[]): Raw[] =>
  raws.filter(
    ({ nativeKey }, at) => nativeKey === null || raws.findIndex((raw) => raw.nativeKey === nativeKey) === at,
  );
