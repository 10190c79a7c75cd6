import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../faults/until.ts";
import { archiveFaults, installation, linkedPair, seen, status, talk } from "./installation.ts";

const parts = installation();
const CAUGHT_UP_WITHIN = 90_000;

void describe("a gateway that is stopped and started", async () => {
  const gateway = await parts.gateway("one");
  await gateway.start();
  const [anna, ben] = [await parts.person("anna"), await parts.person("ben")];
  const prosody = await parts.prosody();

  await it("brings what was said while it was down, both ways, once and in order", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "before");
    await seen(there, ["before"]);
    await gateway.stop();
    // More than a page of the archive.
    const texts = Array.from({ length: 120 }, (_, i) => `while it was down ${i}`);
    for (const text of texts) await here.user.say(here.room, text);
    await there.user.say(there.room, "the other way");
    await gateway.start();
    await here.user.say(here.room, "after");
    await seen(there, [...texts, "after"], CAUGHT_UP_WITHIN);
    await seen(here, ["the other way"]);
    assert.deepEqual(archiveFaults(prosody, here.room, there.room), []);
  });

  await it("brings the topic and the name that were set while it was down", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.setSubject(here.room, "first");
    await there.user.waitFor("the first topic", () =>
      there.user.messages(there.room).some(({ subject }) => subject === "first"),
    );
    await gateway.stop();
    await here.user.setSubject(here.room, "second");
    await there.user.setRoomName(there.room, "Room of Ben");
    await gateway.start();
    await there.user.waitFor("the second topic", () =>
      there.user.messages(there.room).some(({ subject }) => subject === "second"),
    );
    const name = async () => here.user.roomName(here.room);
    await until("the name", CAUGHT_UP_WITHIN, async () => (await name()) === "Room of Ben");
    // What it set itself is no change: nothing bounces back.
    await here.user.say(here.room, "quiet");
    await seen(there, ["quiet"]);
    const subjects = there.user.messages(there.room).flatMap(({ subject }) => subject || []);
    assert.deepEqual(subjects, ["first", "second"]);
    assert.equal(await there.user.roomName(there.room), "Room of Ben");
  });

  await it("hands over at SIGTERM in the middle of traffic: nothing lost, nothing doubled", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    const enough = new AbortController();
    const talking = [here, there].map(async (side, of) => {
      let n = 0;
      for (; !enough.signal.aborted || n < 200; n += 1) await side.user.say(side.room, `${of} says ${n}`);
      return n;
    });
    for (let round = 0; round < 3; round += 1) {
      const before = talk(there).length;
      await there.user.waitFor("traffic", () => talk(there).length > before + 40, CAUGHT_UP_WITHIN);
      await gateway.stop();
      await gateway.start();
    }
    enough.abort();
    const [a = 0, b = 0] = await Promise.all(talking);
    await here.user.say(here.room, "last of here");
    await there.user.say(there.room, "last of there");
    await seen(there, ["last of here"], CAUGHT_UP_WITHIN);
    await seen(here, ["last of there"], CAUGHT_UP_WITHIN);
    assert.ok(a >= 200 && b >= 200);
    assert.deepEqual(archiveFaults(prosody, here.room, there.room), []);
    await until("the inboxes to be empty", CAUGHT_UP_WITHIN, async () => {
      const { bindings, setAside } = status.parse(await gateway.report("status"));
      assert.equal(setAside, 0);
      return bindings.every(({ inbox }) => inbox === 0);
    });
  });

  await it("goes on after SIGKILL with the same data", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    const texts = Array.from({ length: 60 }, (_, i) => `around the kill ${i}`);
    const saying = (async () => {
      for (const text of texts) await here.user.say(here.room, text);
    })();
    await there.user.waitFor("the first of them", () => talk(there).length > 5);
    await gateway.kill("SIGKILL");
    await gateway.start();
    await saying;
    await seen(there, texts, CAUGHT_UP_WITHIN);
    assert.deepEqual(archiveFaults(prosody, here.room, there.room), []);
  });
});
