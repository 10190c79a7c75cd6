/** Codes by which people link rooms of one gateway, where it speaks to no others. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("room-codes");
const here = { account: "one", room: "a" };
const there = { account: "two", room: "b" };
const third = { account: "two", room: "c" };
const ANNA = "one:anna";
const BEN = "two:ben";

void test("a code made in a room links another one of this gateway, once", async (t) => {
  const [one, two] = [new FakePlatform(), new FakePlatform()];
  const gateway = await startFakeGateway({ folder: join(folder, "once") }, { one, two });
  t.after(() => gateway.stop());
  const { codes, federation } = gateway.operations;
  const code = await codes.make(here, ANNA);
  assert.match(code, /^here1:mimi\.test:[\w-]{22}$/);
  const linked = async (room: string) =>
    (await gateway.operations.status()).bindings.find((binding) => binding.room === room)?.group;

  await t.test("which says nothing to whoever does not have it", async () => {
    const wrong = `${code.slice(0, -1)}${code.endsWith("A") ? "Q" : "A"}`;
    for (const text of [wrong, "here1:mimi.test:short", "hello"])
      await assert.rejects(codes.redeem(text, there, BEN));
    await assert.rejects(codes.redeem(wrong, there, BEN), { code: "redeem_refused" });
    assert.equal(await linked("b"), undefined);
    assert.equal(two.insiders("b"), 0);
  });

  await t.test("and what is said crosses", async () => {
    const done = await codes.redeem(code, there, BEN);
    assert.equal(done.base, null);
    assert.equal(done.group, await linked("a"));
    assert.equal(await linked("b"), done.group);
    one.say("a", "anna", "over there");
    await two.until("it to arrive", () => two.texts("b").includes("over there"));
  });

  await t.test("in the names of those who did it", async () => {
    const [row] = await federation.codes();
    assert.equal(row?.issuer, ANNA);
    assert.equal(row?.state, "used-up");
    assert.deepEqual(row?.usedBy, ["two.mimi.test"]);
  });

  await t.test("and neither again nor twice at one time", async () => {
    await assert.rejects(codes.redeem(code, third, BEN), { code: "redeem_refused" });
    const another = await codes.make(here, ANNA);
    const rooms = ["c", "d", "e"].map((room) => ({ account: "two", room }));
    const outcomes = await Promise.allSettled(rooms.map((room) => codes.redeem(another, room, BEN)));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    const { bindings } = await gateway.operations.status();
    assert.equal(bindings.length, 3);
  });

  await t.test("and uses nothing up where the room is there already, or in another group", async () => {
    const good = await codes.make(here, ANNA);
    await codes.redeem(good, there, BEN);
    await gateway.operations.link([{ account: "two", room: "z" }], null);
    await assert.rejects(codes.redeem(good, { account: "two", room: "z" }, BEN), { code: "room_linked" });
    const [row] = (await federation.codes()).filter(({ state }) => state === "good");
    assert.equal(row?.usesLeft, 1);
  });
});

void test("a revoked code, and one between gateways, link nothing", async (t) => {
  const [one, two] = [new FakePlatform(), new FakePlatform()];
  const gateway = await startFakeGateway({ folder: join(folder, "revoked") }, { one, two });
  t.after(() => gateway.stop());
  const { codes, federation } = gateway.operations;
  const code = await codes.make(here, ANNA);
  const [row] = await federation.codes();
  await federation.revokeCode(row?.id ?? 0);
  await assert.rejects(codes.redeem(code, there, BEN), { code: "redeem_refused" });
  await assert.rejects(
    codes.redeem("mtp1:far.example:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA", there, BEN),
    {
      code: "federation_off",
    },
  );
});

void test("the doctor names what is wrong with an account and its rooms", async (t) => {
  const [one, two] = [new FakePlatform(), new FakePlatform()];
  const gateway = await startFakeGateway({ folder: join(folder, "doctor") }, { one, two });
  t.after(() => gateway.stop());
  const { operations } = gateway;
  await operations.link([here, there], null);
  const report = await operations.doctor(null);
  assert.equal(report.state, "ok");
  assert.deepEqual(
    report.accounts.map(({ account, findings }) => [account, findings.map(({ check }) => check)]),
    [
      ["one", ["connection", "room:a"]],
      ["two", ["connection", "room:b"]],
    ],
  );
  assert.deepEqual(
    (await operations.doctor("two")).accounts.map(({ account }) => account),
    ["two"],
  );
  await assert.rejects(operations.doctor("three"), { code: "account_unknown" });
});
