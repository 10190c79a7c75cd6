import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PNG } from "../core/media/picture-server.ts";
import { givenPicture, sha1, shownHash, wear } from "../support/worn-picture.ts";
import { gatewayJid, installation, linkedPair, seen, status, talk } from "./installation.ts";

const parts = installation();

void describe("people and their nicks", async () => {
  const gateway = await parts.gateway("one");
  await gateway.start();
  const [anna, ben, carla] = [
    await parts.person("anna"),
    await parts.person("ben"),
    await parts.person("carla"),
  ];

  await it("gives a ghost another nick where somebody has that name already", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await carla.join(there.room, "anna");
    await here.user.say(here.room, "it is me");
    await seen(there, ["it is me"]);
    await carla.say(there.room, "it is not");
    await seen(here, ["it is not"]);
    assert.deepEqual(talk(there), ["anna (xmpp): it is me", "anna: it is not"]);
    assert.deepEqual(talk(here), ["anna: it is me", "anna (xmpp): it is not"]);
  });

  await it("lets a ghost keep its nick when somebody asks for it", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "first");
    await seen(there, ["first"]);
    await assert.rejects(carla.join(there.room, "anna"), /conflict/);
    await carla.join(there.room, "carla");
    await carla.say(there.room, "then as carla");
    await here.user.say(here.room, "second");
    await seen(there, ["second"]);
    await seen(here, ["then as carla"]);
    assert.deepEqual(talk(there), ["anna: first", "carla: then as carla", "anna: second"]);
  });

  await it("follows somebody who changes his nick in mid-conversation", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "one");
    await here.user.rename(here.room, "Anna M.");
    await here.user.say(here.room, "two");
    await here.user.rename(here.room, "anna");
    await here.user.say(here.room, "three");
    await seen(there, ["one", "two", "three"]);
    assert.deepEqual(
      there.user.bodies(there.room).filter((body) => ["one", "two", "three"].includes(body)),
      ["one", "two", "three"],
    );
    assert.equal(talk(there).at(-1), "anna: three");
    // One person, one ghost: nobody else has come.
    assert.deepEqual(there.user.occupants(there.room).toSorted(), ["anna", "ben", "mimi-gateway"]);
  });

  await it("gives a ghost the picture of whom it stands for, and takes it away", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    const worn = (hash: string) =>
      there.user.waitFor(`the hash ${hash}`, () => shownHash(there.user, there.room, "anna") === hash);
    await wear(here.user, here.room, PNG);
    await here.user.say(here.room, "here I am");
    await seen(there, ["here I am"]);
    await worn(sha1(PNG));
    assert.deepEqual(await givenPicture(there.user, there.room, "anna"), PNG);
    await wear(here.user, here.room, null);
    // While he says nothing, a change is told a minute after his last word at the earliest.
    await here.user.say(here.room, "here I am, unseen");
    await worn("");
    assert.equal(await givenPicture(there.user, there.room, "anna"), null);
  });

  await it("comes back with a ghost that was kicked", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "before");
    await seen(there, ["before"]);
    await there.user.kick(there.room, "anna");
    await here.user.say(here.room, "after");
    await seen(there, ["after"]);
    assert.deepEqual(talk(there), ["anna: before", "anna: after"]);
  });

  await it("sets aside what a banned ghost would say, tells its author, and goes on once the ban is lifted", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await carla.join(here.room, "carla");
    await here.user.say(here.room, "before");
    await seen(there, ["before"]);
    const ghost = there.user.occupantJid(there.room, "anna");
    assert.ok(ghost);
    await there.user.grant(there.room, ghost, "outcast");
    await here.user.say(here.room, "unheard");
    await here.user.waitFor("the verdict", () =>
      here.user.privateMessages.some(({ body }) => body.includes(`not delivered to ${there.room}`)),
    );
    await carla.say(here.room, "others go on");
    await seen(there, ["others go on"]);
    assert.ok(status.parse(await gateway.report("status")).setAside > 0);
    const { code, out } = await gateway.command("set-aside", "list");
    assert.equal(code, 0);
    assert.match(out, /delivery_forbidden: anna is banned/);
    const number = /^(\d+) +outbound/m.exec(out)?.[1] ?? "";
    await there.user.grant(there.room, ghost, "none");
    await gateway.report("set-aside", "retry", number);
    await seen(there, ["unheard"]);
    assert.deepEqual(talk(there), ["anna: before", "carla: others go on", "anna: unheard"]);
    assert.deepEqual(await gateway.report("set-aside", "list"), []);
  });

  await it("enters again when it was kicked, and when a ban of it was lifted", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await there.user.kick(there.room, "mimi-gateway");
    await there.user.waitFor("the kick", () => !there.user.occupants(there.room).includes("mimi-gateway"));
    await here.user.say(here.room, "said to a room without us");
    await there.user.say(there.room, "said while it was out");
    await seen(there, ["said to a room without us"], 30_000);
    await seen(here, ["said while it was out"], 30_000);
    await there.user.grant(there.room, gatewayJid("one"), "outcast");
    await there.user.say(there.room, "said while it was banned");
    await there.user.grant(there.room, gatewayJid("one"), "owner");
    await seen(here, ["said while it was banned"], 30_000);
    assert.deepEqual(talk(here), [
      "anna: said to a room without us",
      "ben: said while it was out",
      "ben: said while it was banned",
    ]);
  });

  await it("goes on with the other rooms where one is destroyed", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    const others = await linkedPair(parts, gateway, "one", [anna, ben]);
    await there.user.destroy(there.room);
    await here.user.say(here.room, "to a room that is gone");
    await others.here.user.say(others.here.room, "elsewhere");
    await seen(others.there, ["elsewhere"]);
    await gateway.report("unlink", `xmpp:${there.room}`);
    await here.user.waitFor("the word of it", () =>
      here.user.bodies(here.room).some((body) => body.includes("no longer linked")),
    );
  });

  await it("answers private messages to a ghost with a word, and carries them nowhere", async () => {
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "here I am");
    await seen(there, ["here I am"]);
    await there.user.whisper(there.room, "anna", "between us");
    await there.user.waitFor("the answer", () =>
      there.user.privateMessages.some(({ body }) => body.includes("Private messages are not carried")),
    );
    assert.ok(!here.user.bodies(here.room).includes("between us"));
  });
});
