import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { Hints } from "../../../../core/federation/peers/hints.ts";
import { createLogger } from "../../../../core/log.ts";
import { makeCursor } from "../../../../core/federation/wire/cursor.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { GatewayEnd } from "../gateway-end.ts";
import { until } from "../waiting.ts";

const folder = temporaryFolder("submissions-route");
const answerForm = z.object({
  groups: z.array(
    z.object({ group: z.string(), cursor: z.string(), events: z.array(z.looseObject({ id: z.string() })) }),
  ),
  problems: z.array(z.object({ group: z.string(), code: z.string() })),
});

/** A request of one gateway to another. */
const send = <T>(from: GatewayEnd, to: GatewayEnd, path: string, body: unknown, answer: z.ZodType<T>) =>
  from.syncOptions().client.request({
    endpoint: { url: to.endpoint, trusted: true },
    method: "POST",
    path,
    body,
    as: from.base,
    timeoutMs: 5_000,
    answer,
  });

/** An owner with a guest that follows a group, and what the owner asks by hand. */
async function stage(t: TestContext) {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b");
  await GatewayEnd.connect(a, b);
  const tea = await a.room("tea");
  const group = await a.share(tea);
  const room = await b.room("tea", tea.groupUri);
  const ask = (...groups: readonly unknown[]) => send(a, b, "/submissions", { groups }, answerForm);
  return { a, b, tea, group, room, ask };
}
const refused = (status: number, problem: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof FederationError);
  assert.deepEqual([thrown.status, thrown.problem], [status, problem]);
  return true;
};

void test("what was served comes again until it is judged, and not to who names its cursor", async (t) => {
  const { b, tea, room, ask } = await stage(t);
  const first = await b.say(room, "one", "bob");
  const uri = tea.groupUri;
  const given = await ask({ group: uri });
  assert.deepEqual(
    given.groups[0]?.events.map(({ id }) => id),
    [first],
  );
  const cursor = given.groups[0].cursor;
  assert.deepEqual((await ask({ group: uri, after: cursor })).groups, []);
  const second = await b.say(room, "two", "bob");
  assert.deepEqual(
    (await ask({ group: uri, after: cursor })).groups[0]?.events.map(({ id }) => id),
    [second],
  );
  assert.deepEqual(
    (await ask({ group: uri })).groups[0]?.events.map(({ id }) => id),
    [first, second],
  );
  await ask({ group: uri, verdicts: [{ id: first, code: "no_right" }] });
  assert.deepEqual(
    (await ask({ group: uri })).groups[0]?.events.map(({ id }) => id),
    [second],
  );
});

void test("a group that is not followed is not_found and no other suffers, and a cursor that is not known is as good as none", async (t) => {
  const { a, b, tea, room, ask } = await stage(t);
  const milk = await a.room("milk");
  await a.share(milk);
  const id = await b.say(room, "one", "bob");
  const cursor = (await ask({ group: tea.groupUri })).groups[0]?.cursor;
  const strange = `mimi://${a.host}/r/none`;
  const answer = await ask(
    { group: tea.groupUri, after: "none" },
    { group: milk.groupUri, after: cursor },
    { group: strange },
  );
  assert.deepEqual(
    answer.groups.map(({ events }) => events.map((event) => event.id)),
    [[id]],
  );
  assert.deepEqual(
    new Map(answer.problems.map(({ group, code }) => [group, code])),
    new Map([[strange, "not_found"]]),
  );
  for (const after of [
    makeCursor({ uri: milk.groupUri, rev: 0, seq: 9 }),
    makeCursor({ uri: tea.groupUri, rev: 1, seq: 9 }),
  ])
    assert.equal((await ask({ group: tea.groupUri, after })).groups[0]?.events.length, 1);
  await assert.rejects(ask({ group: tea.groupUri }, { group: tea.groupUri }), refused(400, "malformed"));
});

void test("verdicts on what nobody said are taken as done, and one that is not known counts as no_right", async (t) => {
  const { b, tea, room, ask } = await stage(t);
  const id = await b.say(room, "one", "bob");
  const verdicts = [
    { id: "01".repeat(32), code: "accepted", seq: 4 },
    { id, code: "out_of_tea", detail: "later" },
  ];
  await ask({ group: tea.groupUri, verdicts });
  await ask({ group: tea.groupUri, verdicts });
  const [row] = await b.sql(`select state, code from submission where id = '${id}'`);
  assert.deepEqual({ ...row }, { state: "refused", code: "no_right" });
  assert.equal((await b.notices(room.id)).length, 1);
});

void test("posted events are judged one by one, and a form that is none is looked at not at all", async (t) => {
  const { a, b, tea, group, room, ask } = await stage(t);
  await b.say(room, "one", "bob");
  const [given] = (await ask({ group: tea.groupUri })).groups;
  const [event] = given?.events ?? [];
  assert.ok(event);
  const path = `/groups/${a.host}/${tea.groupUri.split("/").at(-1) ?? ""}/events`;
  const form = z.object({
    verdicts: z.array(z.object({ id: z.string(), code: z.string(), seq: z.int().optional() })),
  });
  const post = (...events: readonly unknown[]) => send(b, a, path, { events }, form);
  await assert.rejects(post(event, { ...event, content: "*" }), refused(400, "malformed"));
  assert.equal((await a.ids(tea.group)).length, 0);
  const kid = Buffer.from(String(event["proof"]), "base64url").subarray(0, 16);
  const wrong = [
    { ...event, id: `01${"2".repeat(62)}` },
    { ...event, proof: Buffer.concat([kid, Buffer.alloc(64)]).toString("base64url") },
    { ...event, via: ["b.example"] },
    event,
    event,
  ];
  const { verdicts } = await post(...wrong);
  assert.deepEqual(
    verdicts.map(({ code }) => code),
    ["id_mismatch", "sender_foreign", "loop", "accepted", "accepted"],
  );
  assert.equal(verdicts[3]?.seq, verdicts[4]?.seq);
  assert.deepEqual(await a.ids(tea.group), [event.id]);
  assert.ok(group);
  await assert.rejects(
    send(b, a, path.replace(/[^/]+\/events$/, "none/events"), { events: [] }, form),
    refused(404, "not_found"),
  );
});

void test("what is posted before the rooms are read behind a backup is judged later", async (t) => {
  const { a, b, tea, room, ask } = await stage(t);
  await b.say(room, "one", "bob");
  const [given] = (await ask({ group: tea.groupUri })).groups;
  const path = `/groups/${a.host}/${tea.groupUri.split("/").at(-1) ?? ""}/events`;
  const form = z.object({ verdicts: z.array(z.object({ code: z.string() })) });
  const post = () => send(b, a, path, { events: given?.events }, form);
  await a.store.write("markRestored", { at: 1_800_000_000_000, shared: false });
  await assert.rejects(post(), refused(503, "unavailable"));
  await a.store.write("noteRoomRead", { binding: tea.id });
  assert.deepEqual(await post(), { verdicts: [{ code: "accepted" }] });
});

void test("a hint ends a wait, one in ten seconds, and only so many are sent", async (t) => {
  const { a, b, tea } = await stage(t);
  await assert.rejects(
    send(a, b, "/hint", { reason: "new", groups: [] }, z.unknown()),
    refused(400, "malformed"),
  );
  await send(a, b, "/hint", { reason: "new", groups: [tea.groupUri] }, z.unknown());
  await send(a, b, "/hint", { reason: "back" }, z.unknown());
  assert.deepEqual(b.hinted, [b.peer]);
  let now = 1_000;
  const { client, base } = a.syncOptions();
  const hints = new Hints({
    client,
    base,
    now: () => now,
    log: createLogger({ level: "error", bodies: false }),
  });
  const to = { id: a.peer, endpoint: { url: b.endpoint, trusted: true } };
  assert.equal(await hints.send(to, { reason: "back" }), true);
  assert.equal(await hints.send(to, { reason: "back" }), false);
  now += 10_000;
  assert.equal(await hints.send(to, { reason: "back" }), true);
  await until("all were asked", () => b.asked.filter(({ path }) => path === "/hint").length >= 4);
});
