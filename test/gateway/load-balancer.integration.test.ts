/** Two processes of one gateway on PostgreSQL, behind nginx, and another gateway that knows of neither. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { z } from "zod";
import { type Nginx, startNginx } from "../../deploy/servers/nginx.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { sharedPostgres, temporaryFolder } from "../support/servers.ts";
import { until } from "../faults/until.ts";
import { federation } from "./federated.ts";
import { archiveFaults, gatewayJid, installation, seen, status } from "./installation.ts";

const parts = installation();
const postgres = sharedPostgres();
let nginx: Nginx | null = null;
after(async () => nginx?.stop());
const folder = temporaryFolder("nginx");
const LINES = 30;
const TAKEN_OVER_WITHIN = 60_000;

void test("a gateway of two processes behind nginx goes on while either of them is killed", async (t) => {
  const [a = 0, b = 0, balancer = 0, other = 0] = await freePorts(4);
  nginx = await startNginx({ folder: join(folder, "nginx"), upstreams: [a, b], port: balancer });
  const url = await (await postgres()).createDatabase("mimi");
  const process = async (slot: string, port: number) =>
    parts.gateway(
      "one",
      `${federation(port, "two", other, balancer)}slot: ${slot}
store: { postgres: "${url}" }
limits: { lease: 5s }
`,
    );
  const [first, second] = [await process("a", a), await process("b", b)];
  const peer = await parts.gateway("two", federation(other, "one", balancer));
  await first.start();
  await second.start({ standingBy: true });
  await peer.start();
  const anna = await parts.person("anna");
  const ben = await parts.person("ben");
  const here = { room: await parts.room(), user: anna };
  const there = { room: await parts.room(), user: ben };
  await anna.join(here.room, "anna");
  await anna.grant(here.room, gatewayJid("one"), "owner");
  await ben.join(there.room, "ben");
  await ben.grant(there.room, gatewayJid("two"), "owner");

  const made = z.object({ code: z.string() });
  const { code } = made.parse(await first.report("code", "create", "--room", `xmpp:${here.room}`));
  await peer.report("redeem", code, "--room", `xmpp:${there.room}`);

  let said = 0;
  const talk = async (): Promise<void> => {
    const texts = Array.from({ length: LINES }, () => `line ${++said}`);
    for (const [i, text] of texts.entries())
      await (i % 2 === 0 ? anna.say(here.room, text) : ben.say(there.room, text));
    await seen(here, texts, TAKEN_OVER_WITHIN);
    await seen(there, texts, TAKEN_OVER_WITHIN);
  };

  await t.test("what is said crosses, whichever process is asked", async () => {
    await talk();
  });

  await t.test("the process without the account is killed, and comes back", async () => {
    await second.kill("SIGKILL");
    await talk();
    await second.start();
    await talk();
  });

  await t.test("the process with the account is killed, and the other one takes over", async () => {
    await first.kill("SIGKILL");
    await talk();
  });

  await t.test("both archives hold everything once and in order", async () => {
    await until("all receipts to be written", TAKEN_OVER_WITHIN, async () => {
      const { bindings, setAside } = status.parse(await second.report("status"));
      return setAside === 0 && bindings.every(({ behind, inbox }) => behind + inbox === 0);
    });
    assert.deepEqual(archiveFaults(await parts.prosody(), here.room, there.room), []);
  });
});
