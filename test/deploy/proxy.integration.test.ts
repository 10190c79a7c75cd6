import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { z } from "zod";
import { freePorts } from "../../deploy/servers/ports.ts";
import { ServerProcess } from "../../deploy/servers/server-process.ts";
import { eventually } from "../support/harness-eventually.ts";
import { temporaryFolder } from "../support/servers.ts";
import { gatewayJid, installation, seen } from "../gateway/installation.ts";

const WITHIN = 40_000;
/** A request that has nothing to tell is held for 25 s (docs/mtp.md). */
const HELD_FOR = 24;
const example = readFileSync(join(import.meta.dirname, "../../deploy/proxy/nginx.conf"), "utf8");
const parts = installation();
const doctor = z.object({
  gateway: z.array(z.object({ check: z.string(), state: z.string(), detail: z.string() })),
});
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const folder = temporaryFolder("proxy");
const [certificate, key] = [join(folder, "fullchain.pem"), join(folder, "privkey.pem")];

function makeCertificate(): void {
  const names = ["one.test", "*.one.test", "two.test", "*.two.test"].map((name) => `DNS:${name}`);
  const { status, stderr } = spawnSync(
    "openssl",
    [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test".split(
        " ",
      ),
      "-addext",
      `subjectAltName=${names.join(",")},IP:127.0.0.1`,
      "-keyout",
      key,
      "-out",
      certificate,
    ],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
}

interface Site {
  readonly name: "one" | "two";
  readonly http: number;
  readonly https: number;
  /** Of the gateway: for other gateways, for Slack, for homeservers. */
  readonly federation: number;
  readonly slack: number;
  readonly matrix: number;
}

/** The example with what a reader replaces in it; the ports are others, since 80 and 443 are not for tests. */
function siteOf({ name, http, https, federation, slack, matrix }: Site): string {
  const replaced: readonly (readonly [string, string])[] = [
    ["/etc/ssl/mimi.example.org", folder],
    ["mimi.example.org", `${name}.test`],
    ["mimi_gateway", `mimi_gateway_${name}`],
    ["127.0.0.1:8448", `127.0.0.1:${federation}`],
    ["127.0.0.1:8090", `127.0.0.1:${slack}`],
    ["127.0.0.1:9100", `127.0.0.1:${matrix}`],
    ["listen [::]:80;", ""],
    ["listen [::]:443 ssl;", ""],
    ["listen 80;", `listen 127.0.0.1:${http};`],
    ["listen 443 ssl;", `listen 127.0.0.1:${https} ssl;`],
  ];
  return replaced.reduce((text, [there, here]) => {
    assert.ok(text.includes(there), `the example has no ${there}`);
    return text.replaceAll(there, here);
  }, example);
}

async function startNginx(sites: readonly Site[]): Promise<void> {
  const at = join(folder, "nginx");
  mkdirSync(at);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const config = `daemon off;
worker_processes 1;
error_log stderr notice;
pid ${at}/nginx.pid;
events { worker_connections 1024; }
http {
  log_format timed '$server_name $request_method $uri $status $request_time';
  access_log ${at}/access.log timed;
  server_names_hash_bucket_size 128;
${temporary.map((kind) => `  ${kind}_temp_path ${at}/${kind};`).join("\n")}
${sites.map(siteOf).join("\n")}
}
`;
  const configFile = join(at, "nginx.conf");
  writeFileSync(configFile, config);
  const server = await ServerProcess.start({
    name: "nginx",
    program: "nginx",
    args: ["-c", configFile, "-p", at, "-e", "stderr"],
    folder: at,
    logFile: join(at, "nginx.log"),
    readyWhen: ["start worker process"],
    failsWhen: ["[emerg]"],
    stopSignal: "SIGQUIT",
  });
  ends.push(async () => server.stop());
}

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly body: string;
}

/** Asks nginx under a name, as whoever has found its address by that name. */
async function ask(port: number, host: string, path: string, secure = true): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const address = { host: "127.0.0.1", port, path, headers: { host } };
  const sent = secure
    ? request({ ...address, servername: host, ca: readFileSync(certificate), agent: false })
    : httpRequest({ ...address, agent: false });
  sent.on("error", reject).on("response", (answer) => {
    let body = "";
    answer.setEncoding("utf8").on("data", (text: string) => (body += text));
    answer.on("end", () => resolve({ status: answer.statusCode, location: answer.headers.location, body }));
  });
  sent.end();
  return promise;
}

/** What nginx has answered: the resource, the status, and how long it took in seconds. */
function answered(): { readonly path: string; readonly status: number; readonly seconds: number }[] {
  return readFileSync(join(folder, "nginx/access.log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([, , path = "", status, seconds]) => ({
      path,
      status: Number(status),
      seconds: Number(seconds),
    }));
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

void describe("deploy/proxy/nginx.conf", async () => {
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
  makeCertificate();
  // The gateways, which are children of this process, believe the certificate.
  process.env["NODE_EXTRA_CA_CERTS"] = certificate;
  const [first, second] = await Promise.all([gateway(one, two), gateway(two, one)]);

  await it("lets two gateways carry messages for each other by TLS", async () => {
    await startNginx([one, two]);
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
    for (const host of ["one.test", "xmpp.one.test"]) {
      const { status, body } = await ask(one.https, host, "/.well-known/mtp");
      assert.equal(status, 200, body);
      assert.equal(z.object({ base: z.string() }).parse(JSON.parse(body)).base, "one.test");
    }
  });

  await it("sends whoever comes without TLS to the same place with it", async () => {
    const { status, location } = await ask(two.http, "two.test", "/.well-known/mtp", false);
    assert.deepEqual([status, location], [301, "https://two.test/.well-known/mtp"]);
  });

  await it("lets Slack reach the account's listener, and no stranger that of a homeserver", async () => {
    const listener = createServer((asked, answer) => void answer.end(asked.url));
    ends.push(async () => void (await new Promise((resolve) => listener.close(resolve))));
    await new Promise<void>((resolve) => void listener.listen(one.slack, "127.0.0.1", resolve));
    const slack = await ask(one.https, "one.test", "/slack/events");
    assert.deepEqual([slack.status, slack.body], [200, "/slack/events"]);
    assert.equal((await ask(one.https, "one.test", "/_matrix/app/v1/ping")).status, 403);
  });

  await it("holds a request as long as the gateway does, and cuts none", async () => {
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
  });
});
