/** SIGKILL of a gateway on the real Prosody at named steps: the target's archive is what is judged. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, test } from "node:test";
import { endChildrenAfter, GatewayChild, type KillAt } from "../../support/harness-child.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { component, xmppAccount, XmppConformance } from "./xmpp-conformance.ts";

const folder = temporaryFolder("xmpp-crash");
const startedProsody = sharedProsody({
  domain: "xmpp.test",
  components: [component],
  archive: "sql",
  users: XmppConformance.users,
});
endChildrenAfter();
let platform: XmppConformance | null = null;
after(async () => platform?.disconnect());

const chains: readonly (readonly KillAt[])[] = [
  [["catchup.page", 1]],
  [["accept.written", 3]],
  [["append.written", 1]],
  [["intend.written", 1]],
  [["perform.sent", 4]],
  [["perform.reflected", 1]],
  [["perform.reflected", 5]],
  [["settle.begin", 2]],
  [
    ["perform.sent", 6],
    ["probe.begin", 2],
  ],
];

for (const chain of chains) {
  const label = chain.map(([step, times]) => `${step} number ${times}`).join(", then at ");
  void test(`at ${label}`, async () => {
    const prosody = await startedProsody();
    if (!platform) {
      platform = new XmppConformance(prosody, "crash");
      await platform.connect();
    }
    const people = platform;
    const [from, to] = [await people.room(), await people.room()];
    const own = join(folder, randomUUID().slice(0, 8));
    const options = { folder: own };
    const first = await people.start(options);
    await first.operations.link(
      [from, to].map((room) => ({ account: people.account, room })),
      null,
    );
    await eventually("the rooms to be told", async () => (await people.told(to, "ben")).length > 0);
    await first.stop();
    const texts = Array.from({ length: 24 }, (_, i) => `m${i + 1}`);
    for (const text of texts.slice(0, 12)) await people.say(from, "anna", text);
    for (const killAt of chain) {
      const child = new GatewayChild({ options, accounts: [xmppAccount(prosody)], killAt });
      await child.started;
      if (killAt === chain.at(-1)) for (const text of texts.slice(12)) await people.say(from, "anna", text);
      assert.equal(await child.ended, "SIGKILL", `${killAt.join(" ")} was never passed`);
    }
    const next = await people.start(options);
    try {
      await eventually("all to arrive", async () => (await people.texts(to)).length >= texts.length, 20_000);
      await eventually("the rooms to be caught up", async () =>
        (await next.operations.status()).bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0),
      );
      assert.deepEqual(await people.texts(to), texts);
      assert.deepEqual(await people.texts(from), texts);
      assert.equal((await next.operations.status()).setAside, 0);
    } finally {
      await next.stop();
    }
  });
}
