import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import type { Gateway } from "../../deploy/demo/gateway.ts";
import { failure, gatewayJid, installation, linkedPair, seen, status, talk } from "./installation.ts";

const parts = installation();

async function refusal(gateway: Gateway, ...line: readonly string[]) {
  const { code, out } = await gateway.command(...line, "--json");
  const { error } = failure.parse(JSON.parse(out));
  return { exit: code, ...error };
}

const statusOf = async (gateway: Gateway) => status.parse(await gateway.report("status"));

void describe("linking by the command line", async () => {
  const gateway = await parts.gateway("one");
  await gateway.start();
  const anna = await parts.person("anna");
  const ben = await parts.person("ben");

  await it("refuses a room that can't be entered, and links nothing", async () => {
    const [good, banned, members, secret] = await Promise.all([1, 2, 3, 4].map(async () => parts.room()));
    assert.ok(good && banned && members && secret);
    for (const room of [good, banned, members, secret]) await anna.join(room, "anna");
    await anna.grant(banned, gatewayJid("one"), "outcast");
    await anna.configure(members, { "muc#roomconfig_membersonly": "1" });
    await anna.configure(secret, {
      "muc#roomconfig_passwordprotectedroom": "1",
      "muc#roomconfig_roomsecret": "sesame",
    });
    const cases: readonly (readonly [string, string, RegExp])[] = [
      [`xmpp:${banned}`, "room_unreachable", /forbidden; .*lift the ban/],
      [`xmpp:${members}`, "room_unreachable", /registration-required; .*make the gateway's address a member/],
      [`xmpp:${secret}`, "room_unreachable", /not-authorized; .*password/],
      ["xmpp:room@nowhere.test", "room_unreachable", /room@nowhere\.test/],
      [`xmpp:${await parts.room()}`, "room_unreachable", /item-not-found; there is no such room/],
      ["xmpp:no room", "room_invalid", /ROOM@SERVICE/],
      [`other:${good}`, "account_unknown", /there is xmpp/],
    ];
    for (const [room, code, detail] of cases) {
      const refused = await refusal(gateway, "link", `xmpp:${good}`, room);
      assert.deepEqual([refused.code, refused.exit], [code, 1], room);
      assert.match(refused.detail, detail);
    }
    assert.deepEqual((await statusOf(gateway)).bindings, []);
    // What was tried leaves nobody behind, and once the ban is lifted the room can be linked.
    await anna.waitFor("the gateway leaving", () => anna.occupants(good).length === 1);
    await anna.grant(banned, gatewayJid("one"), "none");
    await gateway.report("link", `xmpp:${good}`, `xmpp:${banned}`);
    await gateway.report("unlink", `xmpp:${good}`);
    await gateway.report("unlink", `xmpp:${banned}`);
  });

  await it("tells both rooms once, at link and at unlink", async () => {
    const pair = await linkedPair(parts, gateway, "one", [anna, ben]);
    const { here, there } = pair;
    await gateway.report("link", `xmpp:${here.room}`, `xmpp:${there.room}`);
    await here.user.say(here.room, "over");
    await seen(there, ["over"]);
    const notices = ({ room, user }: typeof here) =>
      user.messages(room).flatMap(({ nick, body }) => (nick === "mimi-gateway" ? [body] : []));
    assert.deepEqual(notices(here), [`This room is now linked with xmpp:${there.room}.`]);
    assert.deepEqual(notices(there), [`This room is now linked with xmpp:${here.room}.`]);
    await gateway.report("unlink", `xmpp:${there.room}`);
    await there.user.waitFor(
      "the gateway and its ghosts leaving",
      () => there.user.occupants(there.room).length === 1,
    );
    await here.user.waitFor("the word of it", () => notices(here).length === 2);
    assert.match(notices(there).at(-1) ?? "", /^This room is no longer linked/);
    assert.equal(notices(here).at(-1), `xmpp:${there.room} is no longer linked with this room.`);
    await here.user.say(here.room, "alone");
    await there.user.say(there.room, "alone too");
    const { bindings } = await statusOf(gateway);
    assert.ok(!bindings.some(({ room, state }) => room === there.room && state === "live"));
    assert.deepEqual(talk(here), ["anna: over", "anna: alone"]);
    assert.deepEqual(talk(there), ["anna: over", "ben: alone too"]);
    const again = await refusal(gateway, "unlink", `xmpp:${there.room}`);
    assert.equal(again.code, "room_not_linked");
  });

  await it("refuses to put a room into a second group", async () => {
    const first = await linkedPair(parts, gateway, "one", [anna, ben]);
    const second = await linkedPair(parts, gateway, "one", [anna, ben]);
    const { bindings } = await statusOf(gateway);
    const group = bindings.find(({ room }) => room === second.here.room)?.group ?? "";
    const refused = await refusal(gateway, "link", `xmpp:${first.here.room}`, "--group", group);
    assert.deepEqual([refused.code, refused.exit], ["room_linked", 1]);
    const unknown = await refusal(gateway, "link", `xmpp:${first.here.room}`, "--group", `${group}0`);
    assert.equal(unknown.code, "group_unknown");
  });

  await it("erases what was stored of a room", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "a secret of this room");
    await there.user.say(there.room, "kept");
    await seen(there, ["a secret of this room"]);
    await seen(here, ["kept"]);
    const { group } = (await statusOf(gateway)).bindings.find(({ room }) => room === here.room) ?? {};
    assert.ok(group);
    await gateway.report("unlink", `xmpp:${here.room}`, "--erase");
    await here.user.waitFor("the gateway leaving", () => here.user.occupants(here.room).length === 1);
    await there.user.waitFor("the word of it", () =>
      there.user.bodies(there.room).some((body) => body.includes("no longer linked")),
    );
    while ((await statusOf(gateway)).bindings.some(({ room }) => room === here.room));
    await gateway.stop();
    const left = everythingStored(join(gateway.folder, "data/gateway.sqlite"));
    await gateway.start();
    assert.ok(left.includes("kept"));
    // All but the audit, which says that it was linked and erased.
    for (const text of [
      "a secret of this room",
      Buffer.from("a secret of this room").toString("hex"),
      here.room,
    ])
      assert.ok(!left.includes(text), `${text} is still stored`);
    await there.user.say(there.room, "still here");
    assert.deepEqual(talk(here), ["anna: a secret of this room", "ben: kept"]);
    // Linked again, the same person speaks as somebody whom nobody knew before.
    await gateway.report("link", `xmpp:${here.room}`, `xmpp:${there.room}`);
    await here.user.say(here.room, "back again");
    await seen(there, ["back again"]);
  });

  await it("traces a message by the id that the room gave to it, and says so where there is none", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    const { stanzaId } = await here.user.say(here.room, "follow me");
    await seen(there, ["follow me"]);
    const way = z.array(
      z.object({
        event: z.string(),
        kind: z.string(),
        sender: z.string(),
        hops: z.array(z.object({ step: z.string(), room: z.string().nullable(), at: z.number() })),
      }),
    );
    let hops: readonly { step: string; room: string | null }[] = [];
    let event = "";
    while (!hops.some(({ step }) => step === "delivered")) {
      const [traced] = way.parse(await gateway.report("trace", stanzaId ?? ""));
      assert.ok(traced);
      ({ hops, event } = traced);
      assert.deepEqual(
        [traced.kind, traced.sender.startsWith("anna <mimi://xmpp.one.test/u/")],
        ["message", true],
      );
    }
    assert.deepEqual(
      hops.map(({ step, room }) => [step, room]),
      [
        ["said", here.room],
        ["received", here.room],
        ["ordered", here.room],
        ["delivered", there.room],
      ],
    );
    assert.equal(way.parse(await gateway.report("trace", event.slice(0, 12)))[0]?.event, event);
    const unknown = await refusal(gateway, "trace", "0123456789");
    assert.deepEqual([unknown.code, unknown.exit], ["event_unknown", 1]);
    assert.deepEqual(await gateway.report("set-aside", "list"), []);
    assert.equal((await refusal(gateway, "set-aside", "retry", "12345")).code, "set_aside_unknown");
    assert.equal((await refusal(gateway, "set-aside", "discard", "12345")).code, "set_aside_unknown");
  });

  await it("takes a link that is made while it does not run when it starts, and from then on", async () => {
    await gateway.stop();
    const here = { room: await parts.room(), user: anna };
    const there = { room: await parts.room(), user: ben };
    for (const { room, user } of [here, there]) await user.join(room, user === anna ? "anna" : "ben");
    await here.user.say(here.room, "before the link");
    await here.user.setSubject(here.room, "what was there before");
    for (const { room, user } of [here, there]) await user.grant(room, gatewayJid("one"), "owner");
    const linked = await gateway.command("link", `xmpp:${here.room}`, `xmpp:${there.room}`);
    assert.deepEqual([linked.code, linked.err], [0, ""]);
    assert.equal((await statusOf(gateway)).running, false);
    await here.user.say(here.room, "before the start");
    await gateway.start();
    for (const { room, user } of [here, there])
      await user.waitFor("being told", () => user.bodies(room).some((body) => body.includes("linked with")));
    await here.user.say(here.room, "after the start");
    await seen(there, ["after the start"]);
    assert.deepEqual(talk(there), ["anna: after the start"]);
    // What the rooms are called and talk about stays theirs, until somebody changes it.
    assert.ok(!there.user.messages(there.room).some(({ subject }) => subject === "what was there before"));
    await here.user.setSubject(here.room, "news");
    await there.user.waitFor("the news", () =>
      there.user.messages(there.room).some(({ subject }) => subject === "news"),
    );
  });
});

/** Every value of every table, as one text. */
function everythingStored(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' and name <> 'audit'")
      .all();
    return tables
      .flatMap(({ name }) => database.prepare(`select * from "${String(name)}"`).all())
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value)))
      .join("\n");
  } finally {
    database.close();
  }
}
