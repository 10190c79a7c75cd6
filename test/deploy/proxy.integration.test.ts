import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { request } from "node:https";
import { after, describe, it } from "node:test";
import { z } from "zod";
import { freePorts } from "../../deploy/servers/ports.ts";
import { eventually } from "../support/harness-eventually.ts";
import { temporaryFolder } from "../support/servers.ts";
import { gatewayJid, installation, seen } from "../gateway/installation.ts";
import {
  makeCertificate,
  type RunningProxy,
  type Site,
  startCaddyExample,
  startNginxExample,
} from "./proxies.ts";

const WITHIN = 40_000;
/** A request that has nothing to tell is held for 25 s (docs/mtp.md). */
const HELD_FOR = 24;
const parts = installation();
const doctor = z.object({
  gateway: z.array(z.object({ check: z.string(), state: z.string(), detail: z.string() })),
});
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const made = makeCertificate(temporaryFolder("proxy"), ["one.test", "two.test"]);

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly body: string;
}

/** Asks a proxy under a name, as whoever has found its address by that name. */
async function ask(port: number, host: string, path: string, secure = true): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const address = { host: "127.0.0.1", port, path, headers: { host } };
  const sent = secure
    ? request({ ...address, servername: host, ca: readFileSync(made.certificate), agent: false })
    : httpRequest({ ...address, agent: false });
  sent.on("error", reject).on("response", (answer) => {
    let body = "";
    answer.setEncoding("utf8").on("data", (text: string) => (body += text));
    answer.on("end", () => resolve({ status: answer.statusCode, location: answer.headers.location, body }));
  });
  sent.end();
  return promise;
}

const gateway = async (here: Site, there: Site) =>
  parts.gateway(
    here.name,
    `federation:
  listen: 127.0.0.1:${here.federation}
  endpoint: https://127.0.0.1:${here.https}
  peers: [{ base: ${there.name}.test, endpoint: "https://127.0.0.1:${there.https}" }]
`,
  );

void describe("deploy/proxy: a gateway behind nginx and one behind Caddy", async () => {
  const ports = await freePorts(10);
  const port = (at: number): number => ports[at] ?? 0;
  const [one, two] = (["one", "two"] as const).map((name, at) => ({
    name,
    http: port(at),
    https: port(2 + at),
    federation: port(4 + at),
    slack: port(6 + at),
    matrix: port(8 + at),
  }));
  assert.ok(one && two);
  // The gateways, which are children of this process, believe the certificate.
  process.env["NODE_EXTRA_CA_CERTS"] = made.certificate;
  const [first, second] = await Promise.all([gateway(one, two), gateway(two, one)]);
  const proxies: RunningProxy[] = [];
  ends.push(async () => void (await Promise.all(proxies.map(({ stop }) => stop()))));
  /** Both, each with the site that it stands before. */
  const both = [one, two] as const;

  const { error: noCaddy } = spawnSync("caddy", ["version"]);
  await it(
    "has Caddy start with its example",
    { skip: noCaddy ? "caddy is not on this machine: nginx stands before both" : false },
    async () => void proxies.push(await startCaddyExample(two, made)),
  );

  await it("lets two gateways carry messages for each other by TLS", async () => {
    proxies.push(await startNginxExample(one, made));
    if (noCaddy) proxies.push(await startNginxExample(two, made));
    await Promise.all([first.start(), second.start()]);
    const [anna, ben] = await Promise.all([parts.person("anna"), parts.person("ben")]);
    const [here, there] = [
      { room: await parts.room(), user: anna },
      { room: await parts.room(), user: ben },
    ];
    await anna.join(here.room, "anna");
    await anna.grant(here.room, gatewayJid("one"), "owner");
    await ben.join(there.room, "ben");
    await ben.grant(there.room, gatewayJid("two"), "owner");
    const { code } = z
      .object({ code: z.string() })
      .parse(await first.report("code", "create", "--room", `xmpp:${here.room}`));
    await second.report("redeem", code, "--room", `xmpp:${there.room}`);
    await anna.say(here.room, "Hello");
    await seen(there, ["Hello"], WITHIN);
    await ben.say(there.room, "Hello to you");
    await seen(here, ["Hello to you"], WITHIN);
  });

  await it("leads the doctor to this gateway and to the other one", async () => {
    const { out } = await first.command("doctor", "--json");
    const found = doctor.parse(JSON.parse(out)).gateway;
    for (const check of ["endpoint", "peer:two.test"])
      assert.equal(found.find((one) => one.check === check)?.state, "ok", out);
    // There is no such name in any DNS.
    assert.equal(found.find(({ check }) => check === "well-known")?.state, "warning");
  });

  await it("shows the well-known under the base domain and under that of every provider", async () => {
    for (const { name, https } of both)
      for (const host of [`${name}.test`, `xmpp.${name}.test`]) {
        const { status, body } = await ask(https, host, "/.well-known/mtp");
        assert.equal(status, 200, body);
        assert.equal(z.object({ base: z.string() }).parse(JSON.parse(body)).base, `${name}.test`);
      }
  });

  await it("sends whoever comes without TLS to the same place with it", async () => {
    for (const { name, http } of both) {
      const { status, location } = await ask(http, `${name}.test`, "/.well-known/mtp", false);
      assert.ok(status === 301 || status === 308, String(status));
      assert.equal(location, `https://${name}.test/.well-known/mtp`);
    }
  });

  await it("lets Slack reach the account's listener, and no stranger that of a homeserver", async () => {
    for (const { name, https, slack } of both) {
      const listener = createServer((asked, answer) => void answer.end(asked.url));
      ends.push(async () => void (await new Promise((resolve) => listener.close(resolve))));
      await new Promise<void>((resolve) => void listener.listen(slack, "127.0.0.1", resolve));
      const { status, body } = await ask(https, `${name}.test`, "/slack/events");
      assert.deepEqual([status, body], [200, "/slack/events"]);
      assert.equal((await ask(https, `${name}.test`, "/_matrix/app/v1/ping")).status, 403);
    }
  });

  await it("holds a request as long as the gateway does, and cuts none", async () => {
    assert.equal(proxies.length, 2);
    for (const { answered } of proxies) {
      const held = await eventually(
        "a request that was held to its end",
        () => answered().find(({ seconds }) => seconds >= HELD_FOR),
        WITHIN,
      );
      assert.equal(held.status, 200);
      assert.deepEqual(
        answered().filter(({ status }) => status === 502 || status === 504),
        [],
      );
    }
  });
});
