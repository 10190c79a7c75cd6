/** What rooms of a Prosody can do by its community modules: moderators take back what was said (XEP-0425), and rooms have pictures (XEP-0486). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import { readArchive } from "../../../deploy/clients/xmpp-archive.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { hang, pictureAt } from "../../support/worn-picture.ts";
import { PNG } from "../../core/media/picture-server.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";

const PATIENCE_MS = 20_000;
const folder = temporaryFolder("xmpp-moderation");
const users = ["anna", "ben"].map((name) => ({ name, password: `${name}'s password` }));
const options = {
  domain: "xmpp.test",
  components: [component],
  archive: "sql",
  users,
  moderation: true,
} as const;
const startedProsody = sharedProsody(options);

/** Two linked rooms, each with somebody who owns it; the gateway is that, too. Ends with the test. */
async function linkedRooms(t: { after(end: () => Promise<unknown>): void }) {
  const server = await startedProsody();
  const people: XmppUser[] = [];
  for (const user of users)
    people.push(await XmppUser.connect({ domain: server.domain, port: server.ports.c2s, ...user }));
  t.after(() => Promise.all(people.map((person) => person.disconnect())));
  const [anna, ben] = people;
  assert.ok(anna && ben);
  const gateway = await startHarness(
    { folder: join(folder, randomUUID()) },
    [xmppAccount(server)],
    (account, { log, media }) => new XmppAccount(xmppConfig(account), log, media),
  );
  t.after(() => gateway.stop());
  const [here = "", there = ""] = ["here", "there"].map((name) => `${name}-${randomUUID()}@${server.rooms}`);
  await anna.join(here, "anna");
  await ben.join(there, "ben");
  await anna.grant(here, `bridge@${component.domain}`, "owner");
  await ben.grant(there, `bridge@${component.domain}`, "owner");
  await gateway.operations.link(
    [here, there].map((room) => ({ account: "xmpp", room })),
    null,
  );
  return { anna, ben, here, there, gateway };
}

void test("what a moderator takes back in one room is taken back in the room where it was said", async (t) => {
  const { anna, ben, here, there, gateway } = await linkedRooms(t);
  await anna.say(here, "well said");
  await anna.say(here, "rudely said");
  const copy = await ben.waitFor(
    "the copy",
    () => ben.messages(there).find(({ body }) => body === "rudely said"),
    PATIENCE_MS,
  );
  await ben.takeBack(there, copy.stanzaId ?? "", "rude");
  const kept = await eventually(
    "the original to be taken back",
    async () => {
      const bodies = (await readArchive(anna, here)).flatMap(({ body }) => body ?? []);
      return bodies.includes("rudely said") ? null : bodies;
    },
    PATIENCE_MS,
  );
  assert.ok(kept.includes("well said"));
  await eventually("nothing to be under way", async () =>
    (await gateway.operations.status()).bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0),
  );
  assert.equal((await gateway.operations.status()).setAside, 0);
});

void test("the picture that an owner gives a room is the linked room's, too, and so is its end", async (t) => {
  const { anna, ben, here, there, gateway } = await linkedRooms(t);
  // What a room had when it was entered is no change.
  await anna.say(here, "look");
  await ben.waitFor("look", () => ben.bodies(there).includes("look"), PATIENCE_MS);
  await hang(anna, here, PNG);
  await eventually("the picture", async () => (await pictureAt(ben, there))?.equals(PNG));
  await hang(ben, there, null);
  await eventually("no picture", async () => (await pictureAt(anna, here)) === null);
  assert.equal((await gateway.operations.status()).setAside, 0);
});
