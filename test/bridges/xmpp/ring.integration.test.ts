/** Three gateways, each with a group of its own, that make a ring of three MUCs: their marks say through which groups a copy has come. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig, xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { startHarness } from "../../support/harness.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";

const NAMES = ["one", "two", "three"] as const;
const DOMAIN = "xmpp.test";
const SECRET = "a component's secret";
const WITHIN_MS = 40_000;
const TEXT = "this is the beginning of something";
const NEXT = "and this is what comes next";

const folder = temporaryFolder("ring");
const started = sharedProsody({
  domain: DOMAIN,
  components: NAMES.map((name) => ({ domain: `${name}.${DOMAIN}`, secret: SECRET })),
  archive: "memory",
  users: [{ name: "anna", password: "secret" }],
  nagle: false,
});

void test("in a ring of three gateways nothing goes round twice", async (t) => {
  const prosody = await started();
  const rooms = NAMES.map((_, n) => `room-${n}@${prosody.rooms}`);
  const anna = await XmppUser.connect({
    domain: DOMAIN,
    port: prosody.ports.c2s,
    name: "anna",
    password: "secret",
  });
  t.after(() => anna.disconnect());
  for (const room of rooms) await anna.join(room, "anna");
  const gateways = await Promise.all(
    NAMES.map((name) => {
      const account = {
        name: "xmpp",
        bridge: "xmpp" as const,
        ...xmppConfigSchema.parse({
          service: `xmpp://127.0.0.1:${prosody.ports.component}`,
          domain: `${name}.${DOMAIN}`,
          secret: SECRET,
          nick: `bot-${name}`,
        }),
      };
      const options = { folder: join(folder, name), base: `${name}.test` };
      return startHarness(options, [account], (one, { log, media }) => {
        return new XmppAccount(xmppConfig(one), log, media);
      });
    }),
  );
  t.after(async () => {
    for (const gateway of gateways) await gateway.stop();
  });
  for (const [n, { operations }] of gateways.entries()) {
    const two = [rooms[n], rooms[(n + 1) % rooms.length]].map((room = "") => ({ account: "xmpp", room }));
    await operations.link(two, null);
    for (const { room } of two)
      await anna.waitFor(
        `the line of gateway ${NAMES[n]}`,
        () => anna.messages(room).some(({ nick, body }) => nick === `bot-${NAMES[n]}` && body !== null),
        WITHIN_MS,
      );
  }
  const copies = (text: string): readonly number[] =>
    rooms.map((room) => anna.bodies(room).filter((body) => body.includes(text)).length);
  await anna.say(rooms[0] ?? "", TEXT);
  // Where it was said it comes back by both ways, each ending there; elsewhere by one way from each side.
  await eventually(
    "all ways to have been gone",
    () => copies(TEXT).every((count, n) => count === (n === 0 ? 3 : 2)),
    WITHIN_MS,
  );
  await anna.say(rooms[1] ?? "", NEXT);
  await eventually(
    "the same of the next",
    () => copies(NEXT).every((count, n) => count === (n === 1 ? 3 : 2)),
    WITHIN_MS,
  );
  assert.deepEqual(copies(TEXT), [3, 2, 2], "nothing has gone on meanwhile");
  const reports = await Promise.all(gateways.map(({ operations }) => operations.status()));
  assert.ok(reports.every(({ bindings }) => bindings.every(({ paused }) => paused === null)));
});
