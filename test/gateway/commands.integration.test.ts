import assert from "node:assert/strict";
import { test } from "node:test";
import type { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { twoGateways } from "./federated.ts";
import { gatewayJid, type GatewayName, installation, seen, talk } from "./installation.ts";

const parts = installation();

void test("owners link their rooms across two gateways by writing to the gateways in private", async (t) => {
  const [one, two] = await twoGateways(parts);
  t.after(async () => Promise.all([one.stop(), two.stop()]));
  await one.start();
  await two.start();
  const anna = await parts.person("anna");
  const ben = await parts.person("ben");
  const carla = await parts.person("carla");
  const here = await ownRoom(anna, "one");
  const there = await ownRoom(ben, "two");

  await t.test("the words are told to everybody", async () => {
    assert.match(await carla.ask(gatewayJid("one"), "help"), /code ROOM: a code, good once/);
    assert.match(await carla.ask(gatewayJid("one"), "dance"), /Write: help/);
  });

  await t.test(
    "nobody but a room's owner or admin gets a code for it, or learns what it is linked with",
    async () => {
      for (const command of ["code", "status"]) {
        const answer = await carla.ask(gatewayJid("one"), `${command} ${here.room}`);
        assert.match(answer, /^Only who manages/);
      }
      assert.match(await carla.ask(gatewayJid("one"), "code nowhere"), /is not a room's address/);
    },
  );

  const made = await anna.ask(gatewayJid("one"), `code ${here.room}`);
  const code = /mtp1:\S+/.exec(made)?.[0] ?? "";
  assert.match(code, /^mtp1:one\.test:/);

  await t.test("a room that is somebody else's can't be linked with it", async () => {
    const answer = await carla.ask(gatewayJid("two"), `redeem ${code} ${there.room}`);
    assert.match(answer, /^Only who manages/);
  });

  await t.test("the owner of a room elsewhere redeems it, and what is said crosses", async () => {
    const answer = await ben.ask(gatewayJid("two"), `redeem ${code} ${there.room}`);
    assert.match(answer, /is linked with mimi:\/\/xmpp\.one\.test\/r\/\w+ of one\.test/);
    await anna.say(here.room, "hello over there");
    await seen(there, ["hello over there"]);
    await ben.say(there.room, "hello yourself");
    await seen(here, ["hello yourself"]);
    assert.deepEqual(talk(here), ["anna: hello over there", "ben: hello yourself"]);
    assert.deepEqual(talk(there), ["anna: hello over there", "ben: hello yourself"]);
  });

  await t.test("both owners learn what their rooms are linked with", async () => {
    const status = await anna.ask(gatewayJid("one"), `status ${here.room}`);
    assert.match(status, /Gateways that read it: two\.test/);
    assert.match(
      await ben.ask(gatewayJid("two"), `status ${there.room}`),
      /which xmpp\.one\.test owns|which one\.test owns/,
    );
  });

  await t.test("through a room nothing is told: there nobody can be known", async () => {
    await anna.whisper(here.room, "mimi-gateway", "help");
    await anna.waitFor("the gateway's answer", () =>
      anna.privateMessages.some(({ body }) => body.includes("directly")),
    );
  });
});

void test("the owner of a room decides in private who is let in, where that is the policy", async (t) => {
  const [one, two] = await twoGateways(parts, { confirm: true });
  t.after(async () => Promise.all([one.stop(), two.stop()]));
  await one.start();
  await two.start();
  const anna = await parts.person("anna");
  const ben = await parts.person("ben");
  const carla = await parts.person("carla");
  const here = await ownRoom(anna, "one");
  const there = await ownRoom(ben, "two");
  const code = /mtp1:\S+/.exec(await anna.ask(gatewayJid("one"), `code ${here.room}`))?.[0] ?? "";
  assert.match(await ben.ask(gatewayJid("two"), `redeem ${code} ${there.room}`), /has to confirm/);
  const asked = await anna.waitFor("the question in the room", () =>
    anna.bodies(here.room).find((body) => body.includes("asks to read and write here")),
  );
  const id = /confirm (\S+) ROOM/.exec(asked)?.[1] ?? "";
  assert.match(await carla.ask(gatewayJid("one"), `confirm ${id} ${here.room}`), /^Only who manages/);
  assert.match(await anna.ask(gatewayJid("one"), `confirm ${id} ${here.room}`), /xmpp\.two\.test is let in/);
  assert.match(await ben.ask(gatewayJid("two"), `redeem ${code} ${there.room}`), /is linked with/);
  await ben.say(there.room, "let in at last");
  await seen(here, ["let in at last"]);
});

void test("the owner of two rooms links them in private, and takes one out again", async (t) => {
  const [one] = await twoGateways(parts);
  t.after(async () => one.stop());
  await one.start();
  const anna = await parts.person("anna");
  const ben = await parts.person("ben");
  const here = await ownRoom(anna, "one");
  const there = await ownRoom(anna, "one");
  const others = await ownRoom(ben, "one");
  const gateway = gatewayJid("one");
  assert.match(await anna.ask(gateway, `link ${others.room} ${here.room}`), /^You don't manage/);
  assert.match(await ben.ask(gateway, `link ${others.room} ${here.room}`), /^Only who manages/);
  assert.match(await anna.ask(gateway, `link ${there.room} ${here.room}`), /is linked with xmpp:/);
  await anna.say(here.room, "from one to the other");
  await seen(there, ["from one to the other"]);
  assert.match(await anna.ask(gateway, `who ${there.room}`), /xmpp\.one\.test \(1\): anna$/);
  assert.match(await ben.ask(gateway, `who ${there.room}`), /^Only who manages/);
  assert.match(await ben.ask(gateway, `unlink ${there.room}`), /^Only who manages/);
  const { code, out } = await one.command("doctor", "xmpp");
  assert.equal(code, 0, out);
  for (const { room } of [here, there]) assert.ok(out.includes(`ok       muc:${room}: the room says`), out);
  assert.match(await anna.ask(gateway, `unlink ${there.room}`), /is not linked any more/);
  assert.match(await anna.ask(gateway, "optout"), /can't see from here who you are in rooms/);
});

async function ownRoom(user: XmppUser, gateway: GatewayName) {
  const room = await parts.room();
  await user.join(room, user.jid.split("@")[0] ?? "");
  await user.grant(room, gatewayJid(gateway), "owner");
  return { room, user };
}
