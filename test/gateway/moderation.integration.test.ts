/** An operator keeps order in a group of his, with rooms behind two gateways on a real Prosody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { twoGateways } from "./federated.ts";
import { failure, gatewayJid, installation, type Pair, seen, talk } from "./installation.ts";
import { until } from "../faults/until.ts";

const MODERATED_WITHIN = 60_000;

const RETRACT = "urn:xmpp:message-retract:1";
const parts = installation();
const groups = z.array(z.object({ uri: z.string() }));
const members = z.array(z.object({ uri: z.string(), name: z.string() }));
const history = z.array(z.object({ id: z.string(), kind: z.string(), text: z.string().nullable() }));

/** Resolves when the message with this text is taken back in the room. */
async function retracted({ room, user }: Pair["here"], text: string): Promise<void> {
  const said = user.messages(room).find(({ body }) => body === text);
  await user.waitFor(`${text} being taken back in ${room}`, () =>
    user
      .messages(room)
      .some(({ stanza }) => stanza.getChild("retract", RETRACT)?.attrs["id"] === said?.stanzaId),
  );
}

const subjectOf = ({ room, user }: Pair["here"]) =>
  user.messages(room).findLast(({ subject, body }) => subject !== null && body === null)?.subject;

const subjectIs = async (end: Pair["here"], subject: string) =>
  end.user.waitFor(`${subject} over ${end.room}`, () => subjectOf(end) === subject);

/** Lines that the gateway has said to this person alone. */
const told = ({ user }: Pair["here"], text: RegExp): number =>
  user.privateMessages.filter(({ body }) => text.test(body)).length;

void test("an operator erases, restricts, bans and blocks, in the rooms of both gateways", async (t) => {
  const [one, two] = await twoGateways(parts);
  await one.start();
  await two.start();
  const [anna, ben] = [await parts.person("anna"), await parts.person("ben")];
  const here = { room: await parts.room(), user: anna };
  const there = { room: await parts.room(), user: ben };
  await anna.join(here.room, "anna");
  await anna.grant(here.room, gatewayJid("one"), "owner");
  await ben.join(there.room, "ben");
  await ben.grant(there.room, gatewayJid("two"), "owner");
  const made = await anna.ask(gatewayJid("one"), `code ${here.room}`);
  await ben.ask(gatewayJid("two"), `redeem ${/mtp1:\S+/.exec(made)?.[0] ?? ""} ${there.room}`);
  const [group] = groups.parse(await one.report("group", "list"));
  const uri = group?.uri ?? "";
  await anna.say(here.room, "from here");
  await seen(there, ["from here"]);
  await ben.say(there.room, "from there");
  await seen(here, ["from there"]);
  const person = async (name: string) => {
    const found = members.parse(await one.report("group", "members", uri));
    return found.find((member) => member.name === name)?.uri ?? "";
  };

  await t.test("what is erased is taken back in the rooms that have copies of it", async () => {
    const before = history.parse(await one.report("group", "history", uri));
    const ids = before.filter(({ kind }) => kind === "message").map(({ id }) => id.slice(0, 16));
    assert.equal(ids.length, 2);
    await one.report("group", "erase", uri, ...ids);
    await retracted(there, "from here");
    await retracted(here, "from there");
    for (const gateway of [one, two]) {
      const after = history.parse(await gateway.report("group", "history", uri));
      assert.deepEqual(
        after.filter(({ kind }) => kind === "message").map(({ text }) => text),
        [null, null],
      );
    }
    const { code, out } = await two.command("group", "erase", uri, ids[0] ?? "", "--json");
    assert.equal(code, 1);
    const { error } = failure.parse(JSON.parse(out));
    assert.deepEqual([error.code, /one\.test/.test(error.detail)], ["group_foreign", true]);
  });

  await t.test("a moderated group has moderated rooms, and whoever may speak is heard in them", async () => {
    await one.report("group", "role", uri, await person("anna"), "3");
    await one.report("group", "set", uri, "isModerated", "true");
    const carla = await parts.person("carla");
    // Whoever enters before the room has heard of it keeps his voice.
    await until("the room to be moderated", MODERATED_WITHIN, async () => {
      await carla.join(there.room, "carla");
      const silent = await carla.say(there.room, "no voice?").then(
        () => false,
        () => true,
      );
      if (!silent) await carla.leave(there.room);
      return silent;
    });
    await ben.say(there.room, "I can't");
    await ben.waitFor("being told", () => told(there, /only those whom the group's moderators let/) === 1);
    // Ghosts enter anew, and without voice.
    await two.stop();
    await two.start();
    await anna.say(here.room, "I can");
    await seen(there, ["I can"]);
    assert.ok(talk(there).includes("anna: I can"), "by her own ghost");
    assert.ok(!talk(here).includes("ben: I can't"));
    await one.report("group", "set", uri, "isModerated", "false");
    await ben.say(there.room, "now I can");
    await seen(here, ["now I can"]);
  });

  await t.test("a topic that the group does not take is set back, and its author told", async () => {
    await one.report("group", "set", uri, "topic", "House rules");
    await subjectIs(here, "House rules");
    await subjectIs(there, "House rules");
    for (const [end, name] of [
      [here, "anna"],
      [there, "ben"],
    ] as const) {
      await one.report("group", "ban", uri, await person(name), "--reason", "for the test");
      await end.user.setSubject(end.room, "Anarchy");
      await subjectIs(end, "House rules");
      await end.user.say(end.room, `no longer heard from ${name}`);
    }
    await anna.waitFor("being told", () => told(here, /you are not let into their group/) > 0);
    await ben.waitFor("being told", () => told(there, /you are not a member of the group/) > 0);
    await one.report("group", "unban", uri, await person("anna"));
    await one.report("group", "unban", uri, await person("ben"));
    await ben.say(there.room, "back again");
    await seen(here, ["back again"]);
    assert.ok(!here.user.bodies(here.room).includes("no longer heard from ben"));
    assert.ok(!there.user.bodies(there.room).includes("no longer heard from anna"));
    assert.equal(there.user.messages(there.room).filter(({ subject }) => subject === "Anarchy").length, 1);
  });

  await t.test("whoever is blocked here is not heard in our rooms, and is again afterwards", async () => {
    const user = await person("anna");
    const david = await parts.person("david");
    await david.join(here.room, "david");
    await two.report("block", "user", user);
    await anna.say(here.room, "heard nowhere else");
    await david.say(here.room, "heard by all");
    await seen(there, ["heard by all"]);
    await two.report("unblock", user);
    await anna.say(here.room, "heard everywhere");
    await seen(there, ["heard everywhere"]);
    assert.ok(!there.user.bodies(there.room).includes("heard nowhere else"));
  });
});
