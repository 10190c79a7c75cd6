/** What an operator lays down for single rooms on the command line, as the people of a real Prosody then see it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { xml } from "../../bridges/xmpp/xml.ts";
import { exitCodes } from "../../core/cli/exit-codes.ts";
import { failure, installation, linkedPair, type Pair, seen, talk } from "./installation.ts";

const MENTIONS = "urn:xmpp:mentions:0";
const parts = installation();
const members = z.array(z.object({ uri: z.string(), name: z.string() }));
const groups = z.array(z.object({ uri: z.string() }));
const report = z.object({
  room: z.string(),
  values: z.array(z.object({ key: z.string(), value: z.string().nullable(), set: z.boolean() })),
});

/** A word to everybody, as moderators may address them (XEP-0513). */
const toAll = ({ room, user }: Pair["here"], text: string) =>
  user.send(
    room,
    xml("body", {}, text),
    xml("mention", { xmlns: MENTIONS, begin: "0", end: "4", mentions: `${MENTIONS}#channel` }),
  );

void describe("policies of rooms", async () => {
  const gateway = await parts.gateway("one");
  await gateway.start();
  const [anna, ben, carla] = [
    await parts.person("anna"),
    await parts.person("ben"),
    await parts.person("carla"),
  ];
  const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
  const [hereRoom, thereRoom] = [`xmpp:${here.room}`, `xmpp:${there.room}`];
  await carla.join(here.room, "carla");

  await it("keep one whom a room ignores from the others, by his URI, until that is taken back", async () => {
    await carla.say(here.room, "carla is here");
    await seen(there, ["carla is here"]);
    const [group] = groups.parse(await gateway.report("group", "list"));
    const people = members.parse(await gateway.report("group", "members", group?.uri ?? ""));
    const uri = people.find(({ name }) => name === "carla")?.uri ?? "";
    const set = report.parse(await gateway.report("policy", "set", hereRoom, "ignore", uri));
    assert.deepEqual(
      set.values.filter((one) => one.set),
      [{ key: "ignore", value: uri, set: true }],
    );
    await carla.say(here.room, "nobody hears me");
    await anna.say(here.room, "but me");
    await seen(there, ["but me"]);
    await gateway.report("policy", "reset", hereRoom, "ignore");
    await carla.say(here.room, "heard again");
    await seen(there, ["heard again"]);
    assert.deepEqual(talk(there), ["carla: carla is here", "anna: but me", "carla: heard again"]);
  });

  await it("give ghosts the names that a room wants, and their own again", async () => {
    await gateway.report("policy", "set", thereRoom, "name-template", "{name} of {provider}");
    await anna.say(here.room, "under a long name");
    await seen(there, ["under a long name"]);
    assert.equal(talk(there).at(-1), "anna of xmpp.one.test: under a long name");
    await gateway.report("policy", "reset", thereRoom);
    await anna.say(here.room, "under her own");
    await seen(there, ["under her own"]);
    assert.equal(talk(there).at(-1), "anna: under her own");
  });

  await it("keep a subject from a room that wants texts alone", async () => {
    await gateway.report("policy", "set", thereRoom, "kinds-out", "text");
    await anna.setSubject(here.room, "not for you");
    await anna.say(here.room, "after the subject");
    await seen(there, ["after the subject"]);
    assert.ok(!ben.messages(there.room).some(({ subject }) => subject === "not for you"));
    await gateway.report("policy", "reset", thereRoom, "kinds-out");
  });

  await it("say whether remote people may address everybody", async () => {
    const mentionIn = (text: string): unknown => {
      const said = ben.messages(there.room).find(({ body }) => body === text);
      return said?.stanza.getChild("mention", MENTIONS)?.attrs["mentions"];
    };
    await toAll(here, "@all quiet");
    await ben.waitFor("the quiet one", () => ben.bodies(there.room).some((body) => body.includes("quiet")));
    await gateway.report("policy", "set", thereRoom, "mass-mentions", "yes");
    await toAll(here, "@all loud");
    await anna.say(here.room, "after all");
    await seen(there, ["after all"]);
    const bodies = ben.bodies(there.room).filter((body) => /quiet|loud/.test(body));
    assert.equal(bodies.length, 2);
    assert.deepEqual(bodies.map(mentionIn), [undefined, `${MENTIONS}#channel`]);
  });

  await it("are shown and changed also where no gateway runs, and refused with the code of wrong use", async () => {
    const wrong = await gateway.command("policy", "set", hereRoom, "backlog", "weekly", "--json");
    assert.equal(wrong.code, exitCodes.wrongUse);
    assert.equal(failure.parse(JSON.parse(wrong.out)).error.code, "usage");
    await gateway.stop();
    await gateway.report("policy", "set", hereRoom, "backlog", "digest");
    const all = z.array(report).parse(await gateway.report("policy", "show"));
    const backlogs = all.map(({ room, values }) => [
      room,
      values.find(({ key }) => key === "backlog")?.value,
    ]);
    assert.deepEqual(
      new Map(backlogs as [string, string][]),
      new Map([
        [here.room, "digest"],
        [there.room, "each"],
      ]),
    );
  });
});
