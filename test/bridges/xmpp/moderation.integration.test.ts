/** A moderator of a real room takes back what somebody said in another one (XEP-0425, by a module of Prosody's). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
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

void test("what a moderator takes back in one room is taken back in the room where it was said", async (t) => {
  const server = await startedProsody();
  const people: XmppUser[] = [];
  for (const user of users)
    people.push(await XmppUser.connect({ domain: server.domain, port: server.ports.c2s, ...user }));
  t.after(() => Promise.all(people.map((person) => person.disconnect())));
  const [anna, ben] = people;
  assert.ok(anna && ben);
  const gateway = await startHarness(
    { folder: join(folder, "gateway") },
    [xmppAccount(server)],
    (account, { log, media }) => new XmppAccount(xmppConfig(account), log, media),
  );
  t.after(() => gateway.stop());
  const [here = "", there = ""] = ["here", "there"].map((name) => `${name}-${randomUUID()}@${server.rooms}`);
  await anna.join(here, "anna");
  await anna.grant(here, `bridge@${component.domain}`, "admin");
  await ben.join(there, "ben");
  await gateway.operations.link(
    [here, there].map((room) => ({ account: "xmpp", room })),
    null,
  );
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
      const bodies = (await anna.queryArchive(here)).flatMap(({ body }) => body ?? []);
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
