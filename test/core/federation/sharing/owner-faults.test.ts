import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import {
  problems,
  type ProblemCode,
  problemBody,
  ProblemError,
} from "../../../../core/federation/wire/problem.ts";
import type { Routes } from "../../../../core/federation/serving/public-server.ts";
import type { GroupUri } from "../../../../mappings/ids.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { GatewayEnd } from "../gateway-end.ts";
import { until } from "../waiting.ts";

const folder = temporaryFolder("owner-faults");

type Json = Record<string, unknown>;

/** What an owner's `sync` would give, by what a real one has in its store, bent by a test. */
interface Script {
  answer: (asked: readonly { readonly group: GroupUri; readonly after?: string }[]) => {
    readonly groups: readonly unknown[];
    readonly problems: readonly unknown[];
  } | null;
  snapshot: () => Json | ProblemCode;
  members: () => readonly Json[];
}

function scripted(script: Script): Routes {
  return (server) => {
    server.post<{ Body: { subscriptions: { group: GroupUri; after?: string }[] } }>(
      "/sync",
      async (request) => {
        const found = script.answer(request.body.subscriptions);
        if (found !== null) return found;
        await new Promise((resolve) => request.raw.socket.once("close", resolve));
        return { groups: [], problems: [] };
      },
    );
    server.get("/groups/:authority/:id/members", () => ({ members: script.members() }));
    server.get("/groups/:authority/:id", (_request, reply) => {
      const said = script.snapshot();
      if (typeof said !== "string") return reply.send(said);
      return reply
        .code(problems[said][0])
        .type("application/problem+json")
        .send(JSON.stringify(problemBody(new ProblemError(said))));
    });
  };
}

/** A group as an answer has it. */
const page = (uri: string, events: readonly Json[], cursor: string) => ({
  group: uri,
  events,
  cursor,
  head: events.length,
  more: false,
});

/** Two groups of a scripted owner, with an event each as a real owner's store has it. */
async function stage(t: TestContext) {
  const script: Script = { answer: () => null, snapshot: () => "not_found", members: () => [] };
  const a = await GatewayEnd.start(t, folder, "a", { instead: [scripted(script)] });
  const b = await GatewayEnd.start(t, folder, "b");
  await GatewayEnd.connect(a, b);
  const tea = await a.room("tea");
  const milk = await a.room("milk");
  const bad = await a.share(tea);
  const good = await a.share(milk);
  const eventOf = async (room: typeof tea, text: string, seq: number): Promise<Json> => {
    const id = await a.say(room, text);
    const [row] = await a.sql(
      `select accepted_at, origin_at, hex(content) as content, u.uri from event join user u on u.id = event.sender where event.id = '${id}'`,
    );
    return {
      // Not where this owner's own store has it: what it gives is made up.
      seq,
      id,
      kind: "message",
      sender: row?.["uri"],
      at: row?.["accepted_at"],
      origin_at: row?.["origin_at"],
      content: Buffer.from(String(row?.["content"]), "hex").toString("base64url"),
    };
  };
  const first = await eventOf(tea, "one", 1);
  const second = await eventOf(tea, "two", 2);
  const other = await eventOf(milk, "other", 1);
  /** Gives the events once, and the other group's with them. */
  const give = (...events: readonly Json[]): void => {
    let given = false;
    script.answer = () => {
      if (given) return null;
      given = true;
      return {
        groups: [page(tea.groupUri, events, "c1"), page(milk.groupUri, [other], "m1")],
        problems: [],
      };
    };
  };
  return { a, b, tea, milk, bad, good, first, second, other, give, script };
}
type Stage = Awaited<ReturnType<typeof stage>>;

const faults: Readonly<Record<string, (at: Stage) => readonly Json[]>> = {
  log_gap: ({ first, second }) => [first, { ...second, seq: 3 }],
  log_id: ({ first }) => [{ ...first, sender: "mimi://chat.a.example/u/eve" }],
  log_time: ({ first, second }) => [first, { ...second, at: Number(first["at"]) - 1 }],
  log_form: ({ first }) => [{ ...first, origin_at: "yesterday" }],
  log_conflict: ({ first, second }) => [first, { ...first, seq: second["seq"] }],
};

for (const [code, events] of Object.entries(faults))
  void test(`${code} stops the group at fault alone, and raises an alarm`, async (t) => {
    const at = await stage(t);
    at.give(...events(at));
    await at.b.runLane();
    await until("the group is stopped", async () => (await at.b.followed(at.bad)).state === "stopped");
    assert.equal((await at.b.followed(at.bad)).code, code);
    assert.equal((await at.b.followed(at.bad)).cursor, null, "it would go on from the event at fault");
    await until("the other group goes on", async () => (await at.b.ids(at.good)).length === 1);
    assert.equal((await at.b.followed(at.good)).cursor, "m1");
    assert.ok(at.b.lines.some((line) => line["alarm"] === code && line["group"] === at.tea.groupUri));
  });

void test("an event of another provider's user without a proof is log_proof, and what came before it is kept", async (t) => {
  const at = await stage(t);
  const { id: _, ...rest } = at.second;
  const own = await at.b.room("mine", at.tea.groupUri);
  const said = await at.b.say(own, "mine", "bob");
  const [row] = await at.b.sql(`select hex(content) as content from submission where id = '${said}'`);
  const content = Buffer.from(String(row?.["content"]), "hex").toString("base64url");
  at.give(at.first, { ...rest, id: said, sender: "mimi://chat.b.example/u/bob", content });
  await at.b.runLane();
  await until("the group is stopped", async () => (await at.b.followed(at.bad)).state === "stopped");
  assert.equal((await at.b.followed(at.bad)).code, "log_proof");
  assert.deepEqual(await at.b.ids(at.bad), [at.first["id"]]);
});

/** A text behind its length, as ids have it. */
const length = (text: string): Buffer => {
  const out = Buffer.alloc(2);
  out.writeUInt16BE(text.length);
  return Buffer.concat([out, Buffer.from(text)]);
};

void test("content that nobody here can read has its place and no effect", async (t) => {
  const at = await stage(t);
  const salt = randomBytes(16);
  const octets = Buffer.concat([Buffer.of(0x82, 0x50), salt, Buffer.of(0xff)]);
  const sender = String(at.first["sender"]);
  const hash = createHash("sha256")
    .update(Buffer.concat([length(sender), length(at.tea.groupUri), octets, salt]))
    .digest("hex");
  const strange = {
    ...at.first,
    kind: "hologram",
    id: `e7${hash.slice(0, 62)}`,
    content: octets.toString("base64url"),
  };
  at.give(strange, at.second);
  await at.b.runLane();
  await until("both are there", async () => (await at.b.log(at.bad)).length === 2);
  assert.equal((await at.b.followed(at.bad)).state, "following");
  assert.deepEqual(await at.b.ids(at.bad), [at.second["id"]]);
});

void test("a group that the owner gives no more is stopped, one that has ended is left", async (t) => {
  const at = await stage(t);
  let given = false;
  at.script.answer = () => {
    if (given) return null;
    given = true;
    const refused = { group: at.tea.groupUri, code: "not_found" };
    return { groups: [], problems: [refused, { group: at.milk.groupUri, code: "group_closed" }] };
  };
  await at.b.runLane();
  await until("both have ended", async () => (await at.b.followed(at.good)).state === "left");
  assert.deepEqual(
    [(await at.b.followed(at.bad)).state, (await at.b.followed(at.bad)).code],
    ["stopped", "not_found"],
  );
});

void test("after 410 the snapshot says where the log goes on, and what holds there", async (t) => {
  const at = await stage(t);
  at.script.answer = (asked) => {
    const mine = asked.find(({ group }) => group === at.tea.groupUri);
    if (mine === undefined) return null;
    if (mine.after === undefined)
      return { groups: [], problems: [{ group: mine.group, code: "cursor_gone" }] };
    if (mine.after !== "snap") return null;
    return { groups: [page(mine.group, [{ ...at.first, seq: 8 }], "c8")], problems: [] };
  };
  at.script.snapshot = () => ({
    group: at.tea.groupUri,
    cursor: "snap",
    seq: 7,
    rev: 1,
    state: "open",
    visible_from: 1,
    properties: [{ name: "topic", item: "", value: "Darjeeling", version: 6 }],
    roles: [{ index: 2, name: "guest", capabilities: [256] }, { index: "none" }],
    policy: { history: "days:3", join: "invite", retention_days: 30 },
    members: 2,
  });
  at.script.members = () => [
    { user: "mimi://chat.a.example/u/mia", state: "joined", role: 3, version: 6, name: "Mia" },
    { user: "mimi://chat.b.example", state: "joined", role: 2, version: 5 },
    { user: "nobody", state: "joined", role: 2, version: 5 },
  ];
  await at.b.runLane();
  await until("the log goes on", async () => (await at.b.followed(at.bad)).cursor === "c8");
  const { head, rev, state } = await at.b.followed(at.bad);
  assert.deepEqual({ head, rev, state }, { head: 8, rev: 1, state: "following" });
  const [property] = await at.b.sql(`select name, value, seq from property where grp = ${at.bad}`);
  assert.deepEqual({ ...property }, { name: "topic", value: "Darjeeling", seq: 6 });
  const members = await at.b.sql(
    `select u.uri, u.name, m.role, m.version from member m join user u on u.id = m.user_id where m.grp = ${at.bad} order by u.id`,
  );
  assert.deepEqual(
    members.map(({ uri, name, role, version }) => [uri, name, role, version]),
    [
      ["mimi://chat.a.example/u/mia", "Mia", 3, 6],
      ["mimi://chat.b.example", "chat.b.example", 2, 5],
    ],
  );
  assert.deepEqual(
    (await at.b.sql(`select idx from group_role where grp = ${at.bad}`)).map(({ idx }) => idx),
    [2],
  );
});

void test("a group with another problem is left out for a minute, and the others go on", async (t) => {
  const at = await stage(t);
  const asked: number[] = [];
  at.script.answer = (subscriptions) => {
    asked.push(subscriptions.length);
    if (asked.length > 1) return null;
    return { groups: [], problems: [{ group: at.tea.groupUri, code: "internal" }] };
  };
  await at.b.runLane();
  await until("it is asked again", () => asked.length === 2);
  assert.deepEqual(asked, [2, 1]);
  assert.equal((await at.b.followed(at.bad)).state, "following");
});

void test("an end of the log that lies behind what was given is a gap, and one that begins late is none", async (t) => {
  const at = await stage(t);
  const late = { ...page(at.tea.groupUri, [{ ...at.first, seq: 5 }], "c5"), head: 5 };
  const answers = [late, { ...page(at.tea.groupUri, [{ ...at.second, seq: 6 }], "c6"), head: 7 }];
  at.script.answer = () => {
    const given = answers.shift();
    return given === undefined ? null : { groups: [given], problems: [] };
  };
  await at.b.runLane();
  await until("the group is stopped", async () => (await at.b.followed(at.bad)).state === "stopped");
  const { code, cursor, head } = await at.b.followed(at.bad);
  assert.deepEqual([code, cursor, head], ["log_gap", "c5", 6], "it would go on from the cursor before");
});

void test("what holds in a group that was not followed before is read once, and its log meanwhile", async (t) => {
  const at = await stage(t);
  await at.b.sql(`update following set code = 'unread' where grp = ${at.bad}`);
  const mia = "mimi://chat.a.example/u/mia";
  at.script.snapshot = () => ({
    group: at.tea.groupUri,
    cursor: "snap",
    seq: 9,
    rev: 1,
    state: "open",
    visible_from: 1,
    properties: [],
    roles: [],
    policy: { history: "none", join: "asserted", retention_days: 30 },
    members: 1,
  });
  at.script.members = () => [{ user: mia, state: "joined", role: 2, version: 9 }];
  at.give(at.first);
  await at.b.runLane();
  await until("the log has come", async () => (await at.b.ids(at.bad)).length === 1);
  assert.deepEqual([(await at.b.followed(at.bad)).code, (await at.b.followed(at.bad)).cursor], [null, "c1"]);
  const [member] = await at.b.sql(
    `select m.version from member m join user u on u.id = m.user_id where u.uri = '${mia}' and m.grp = ${at.bad}`,
  );
  assert.equal(member?.["version"], 9);
  const asked = at.a.asked.filter(({ path }) => path.startsWith("/groups/"));
  assert.equal(asked.length, 2, "the snapshot and a page of members");
});
