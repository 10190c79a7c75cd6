/** Bots in MUCs of a real Prosody that say everything again: what comes goes straight into the log, and stops in time all the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import { limits } from "../../../core/limits.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import type { Prosody } from "../../../deploy/servers/prosody.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { startHarness } from "../../support/harness.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";

const NAMES = ["anna", "ben", "echo", "parrot"] as const;
const WITHIN_MS = 30_000;
const PAUSED = /^This room is paused: /;

const folder = temporaryFolder("muc-echo-bots");
const started = sharedProsody({
  domain: "xmpp.test",
  components: [component],
  archive: "memory",
  users: NAMES.map((name) => ({ name, password: "secret" })),
  nagle: false,
});

const connect = ({ domain, ports }: Prosody, name: string): Promise<XmppUser> =>
  XmppUser.connect({ domain, port: ports.c2s, name, password: "secret" });

/** Says again what others say in a room from now on. The function that it gives ends that. */
function saysAgain(user: XmppUser, room: string, nick: string): () => void {
  let seen = user.messages(room).length;
  const timer = setInterval(() => {
    for (const { body, nick: by } of user.messages(room).slice(seen)) {
      seen += 1;
      // What it says comes back to it too.
      if (body !== null && by !== nick)
        // Its connection may end before the room gives it back.
        user.say(room, `${by ?? ""}: ${body}`).catch(() => undefined);
    }
  }, 20);
  return () => clearInterval(timer);
}

void test("a bot in each of two MUCs: one is paused within the bound, and goes on without what was repeated", async (t) => {
  const prosody = await started();
  const rooms = ["a", "b"].map((name) => `${name}@${prosody.rooms}`);
  const [a = "", b = ""] = rooms;
  const people = new Map<string, XmppUser>();
  for (const name of NAMES) {
    const user = await connect(prosody, name);
    people.set(name, user);
    await user.join(name === "anna" || name === "echo" ? a : b, name);
  }
  const person = (name: (typeof NAMES)[number]): XmppUser => people.get(name) ?? assert.fail(name);
  const gateway = await startHarness({ folder }, [xmppAccount(prosody)], (account, { log, media }) => {
    return new XmppAccount(xmppConfig(account), log, media);
  });
  const bots: (() => void)[] = [];
  t.after(async () => {
    for (const stop of bots) stop();
    await gateway.stop();
    for (const user of people.values()) await user.disconnect();
  });
  const { operations } = gateway;
  await operations.link(
    rooms.map((room) => ({ account: "xmpp", room })),
    null,
  );
  const [anna, ben] = [person("anna"), person("ben")];
  await anna.waitFor("the line", () => anna.bodies(a).some((body) => body.includes("now linked")), WITHIN_MS);
  await ben.waitFor("the line", () => ben.bodies(b).some((body) => body.includes("now linked")), WITHIN_MS);
  const pausedRooms = async (): Promise<readonly string[]> =>
    (await operations.status()).bindings.flatMap(({ room, paused }) => (paused === null ? [] : [room]));

  bots.push(saysAgain(person("echo"), a, "echo"), saysAgain(person("parrot"), b, "parrot"));
  await anna.say(a, "this is the beginning of something");
  const paused = await eventually(
    "a MUC to be paused",
    async () => {
      const found = await pausedRooms();
      return found.length > 0 && found;
    },
    WITHIN_MS,
  );
  const [watcher, room] = paused[0] === a ? ([anna, a] as const) : ([ben, b] as const);
  await watcher.waitFor(
    "the line of the pause",
    () => watcher.bodies(room).some((body) => PAUSED.test(body)),
    WITHIN_MS,
  );
  for (const stop of bots.splice(0)) stop();
  for (const [user, at, nick] of [
    [anna, a, "echo"],
    [ben, b, "parrot"],
  ] as const) {
    const repeats = user.messages(at).filter((one) => one.nick === nick);
    assert.ok(repeats.length <= limits.loopOfOne + 3, `${repeats.length} repeats in ${at}`);
  }
  await anna.say(a, "anna is still here");
  await ben.say(b, "ben is still here");
  for (const one of paused) await operations.resume({ account: "xmpp", room: one }, true);
  await anna.waitFor("what ben said", () => anna.bodies(a).includes("ben is still here"), WITHIN_MS);
  await ben.waitFor("what anna said", () => ben.bodies(b).includes("anna is still here"), WITHIN_MS);
  assert.deepEqual(await pausedRooms(), []);
  assert.equal(watcher.bodies(room).filter((body) => PAUSED.test(body)).length, 1, "it is said once");
});
