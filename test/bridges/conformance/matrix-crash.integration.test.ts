/** SIGKILL of a gateway on the real Synapse at named steps, and a Synapse that forgets: the target's timeline is what is judged. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { before, test } from "node:test";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { endChildrenAfter, GatewayChild, type KillAt } from "../../support/harness-child.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { numbered, quiet } from "./conformance-run.ts";
import { matrixAccount, MatrixConformance } from "./matrix-conformance.ts";

const SERVER = "matrix.test";
const [port = 0] = await freePorts(1);
const listen = `127.0.0.1:${port}`;
const registered = matrixConfig(matrixAccount({ url: "http://127.0.0.1:8008", serverName: SERVER }, listen));
const folder = temporaryFolder("matrix-crash");
const startedSynapse = sharedSynapse({
  serverName: SERVER,
  registrations: [registrationYaml(registered, "registration.yaml")],
});
endChildrenAfter();
let platform: MatrixConformance | null = null;
const people = (): MatrixConformance => platform ?? assert.fail("there is no platform yet");
before(async () => {
  platform = new MatrixConformance(await startedSynapse(), listen);
  await platform.connect();
});

/** The last one of each chain is passed with the homeserver's queue or the room's history behind it. */
const chains: readonly (readonly KillAt[])[] = [
  [["catchup.page", 1]],
  [["accept.written", 2]],
  [["append.written", 1]],
  [["intend.written", 1]],
  [["perform.sent", 4]],
  [["perform.reflected", 1]],
  [["settle.begin", 2]],
  [
    ["perform.sent", 6],
    ["probe.begin", 1],
  ],
];

for (const chain of chains) {
  const label = chain.map(([step, times]) => `${step} number ${times}`).join(", then at ");
  // In every other one the homeserver is restarted, too, so that what it remembers is what it has on its disk.
  const forgets = chains.indexOf(chain) % 2 === 1;
  void test(`at ${label}${forgets ? ", and Synapse is started anew" : ""}`, async () => {
    const [from, to] = [await people().room(), await people().room()];
    const options = { folder: join(folder, randomUUID().slice(0, 8)) };
    const first = await people().start(options);
    await first.operations.link(
      [from, to].map((room) => ({ account: people().account, room })),
      null,
    );
    await eventually("the rooms to be told", async () => (await people().told(to, "ben")).length > 0);
    await first.stop();
    const texts = numbered(16, "m");
    for (const text of texts.slice(0, 8)) await people().say(from, "anna", text);
    for (const killAt of chain) {
      const child = new GatewayChild({ options, accounts: [people().accountConfig], killAt });
      await child.started;
      assert.equal(await child.ended, "SIGKILL", `${killAt.join(" ")} was never passed`);
    }
    if (forgets) await people().cut();
    for (const text of texts.slice(8)) await people().say(from, "anna", text);
    const next = await people().start(options);
    try {
      await eventually(
        "all to arrive",
        async () => (await people().texts(to)).length >= texts.length,
        60_000,
      );
      await quiet(next);
      assert.deepEqual(await people().texts(to), texts);
      assert.deepEqual(await people().texts(from), texts);
      assert.equal((await next.operations.status()).setAside, 0);
    } finally {
      await next.stop();
    }
  });
}
