/** Rooms that a bridge makes for rooms of another account. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { AskedPortal } from "../../../core/bridge/host.ts";
import type { RoomFacts } from "../../../core/bridge/room.ts";
import type { ArchiveMark, NativeRoom } from "../../../core/ids.ts";
import type { Limits } from "../../../core/limits.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { querySql } from "../../support/harness-sql.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("portals");
let folders = 0;

async function running(t: TestContext, limits: Partial<Limits> = {}) {
  const [here, far] = [new FakePlatform(), new FakePlatform()];
  const own = join(folder, String((folders += 1)));
  const gateway = await startFakeGateway({ folder: own, limits }, { here, far });
  t.after(() => gateway.stop());
  const found: RoomFacts[] = [];
  const portal = (room: string, make?: AskedPortal["make"]) =>
    gateway.operations.portals.open({
      account: "here",
      other: { account: "far", room },
      make:
        make ??
        ((facts) => {
          found.push(facts);
          const { name, topic } = facts;
          const mark = `made-for-${room} 0` as ArchiveMark;
          return Promise.resolve({
            room: `made-for-${room}` as NativeRoom,
            facts: { name, topic, mark },
          });
        }),
    });
  const sql = (text: string) => querySql({ kind: "sqlite", file: join(own, "gateway.sqlite") }, text);
  const { operations } = gateway;
  const linked = async () => (await operations.status()).bindings.map(({ room, kind }) => [room, kind]);
  return { here, far, operations, portal, found, sql, linked };
}

const makesNothing = () => assert.fail("nothing is to be made");

void describe("a portal", () => {
  void it("is made as the other room is called, and linked with it", async (t) => {
    const { here, far, portal, found, linked, sql } = await running(t);
    far.setState("hall", { name: "The hall", topic: "What is said there" });
    here.say("made-for-hall", "anna", "said before the link is written");
    assert.equal(await portal("hall"), "made-for-hall");
    assert.deepEqual(
      found.map(({ name, topic }) => [name, topic]),
      [["The hall", "What is said there"]],
    );
    assert.deepEqual(await linked(), [
      ["hall", "plumbed"],
      ["made-for-hall", "portal"],
    ]);
    await far.until("what was said at once", () => far.texts("hall").length === 1);
    far.say("hall", "ben", "hello");
    await here.until("the answer", () => here.texts("made-for-hall").includes("hello"));
    const acts = await sql("select actor, act, subject from audit order by n");
    assert.deepEqual(
      acts.map(({ actor, act, subject }) => [actor, act, subject]),
      [
        ["platform", "link", "far:hall"],
        ["platform", "portal", "here:made-for-hall"],
      ],
    );
  });

  void it("stays one, however often it is asked for", async (t) => {
    const { portal, linked } = await running(t);
    await Promise.all([portal("hall"), portal("hall")]);
    await portal("hall");
    assert.equal((await linked()).length, 2);
  });

  void it("is not made where the other room can't be entered", async (t) => {
    const { portal, found, linked } = await running(t);
    await assert.rejects(portal("locked-hall"), { code: "room_unreachable" });
    assert.deepEqual([found.length, await linked()], [0, []]);
  });

  void it("is not made for a room that is not open to everybody, linked or not", async (t) => {
    const { far, operations, portal, found } = await running(t);
    await assert.rejects(portal("private-hall"), { code: "room_unreachable" });
    assert.equal(far.insiders("private-hall"), 0);
    const rooms = ["private-hall", "hall"].map((room) => ({ account: "far", room }));
    await operations.link(rooms, null);
    await assert.rejects(portal("private-hall"), { code: "room_unreachable" });
    assert.deepEqual([far.insiders("private-hall"), found.length], [1, 0]);
  });

  void it("leaves the other room again where it can't be made", async (t) => {
    const { far, portal, linked } = await running(t);
    await assert.rejects(
      portal("hall", () => Promise.reject(new Error("no room left"))),
      /no room left/,
    );
    assert.deepEqual([far.insiders("hall"), await linked()], [0, []]);
  });

  void it("joins the group of a room that is linked already, and is called as that was last seen", async (t) => {
    const { far, operations, portal, found } = await running(t);
    far.setState("hall", { name: "The hall" });
    const { group } = await operations.link(
      ["hall", "yard"].map((room) => ({ account: "far", room })),
      null,
    );
    await portal("hall");
    assert.equal(found[0]?.name, "The hall");
    const { bindings } = await operations.status();
    assert.deepEqual(
      bindings.map((one) => one.group),
      [group, group, group],
    );
  });

  void it("is not linked again by asking once the other room was unlinked", async (t) => {
    const { far, operations, portal, linked } = await running(t);
    await portal("hall");
    await operations.unlink({ account: "far", room: "hall" }, false);
    await eventually("the end of the link", async () => (await linked()).length === 1);
    await portal("hall");
    assert.deepEqual([await linked(), far.insiders("hall")], [[["made-for-hall", "portal"]], 0]);
  });

  void it("is not made where the account has as many as it makes, until one of them is unlinked", async (t) => {
    const { far, operations, portal, linked } = await running(t, { portalsMost: 1 });
    await portal("hall");
    await assert.rejects(portal("yard", makesNothing), { code: "portals_full" });
    assert.deepEqual([far.insiders("yard"), (await linked()).length], [0, 2]);
    await operations.unlink({ account: "here", room: "made-for-hall" }, false);
    await eventually("the end of the link", async () => (await linked()).length === 1);
    assert.equal(await portal("yard"), "made-for-yard");
  });

  void it("is for rooms of other accounts, in the one way in which they are written", async (t) => {
    const { operations, portal } = await running(t);
    await assert.rejects(portal("Hall"), { code: "room_invalid" });
    for (const [account, code] of [
      ["here", "room_invalid"],
      ["nobody", "account_unknown"],
    ] as const)
      await assert.rejects(
        operations.portals.open({ account: "here", other: { account, room: "hall" }, make: makesNothing }),
        { code },
      );
  });
});
