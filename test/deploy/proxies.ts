/** The examples of deploy/proxy as proxies that run, each with a site of its own on ports of loopback. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ServerProcess } from "../../deploy/servers/server-process.ts";

export interface Site {
  /** Its base domain without `.test`. */
  readonly name: "one" | "two";
  readonly http: number;
  readonly https: number;
  /** Of the gateway: for other gateways, for Slack, for homeservers. */
  readonly federation: number;
  readonly slack: number;
  readonly matrix: number;
}

/** Both files are in one folder, which is the proxies', too. */
export interface Certificate {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
}

/** What a proxy has answered: the resource, the status, and how long it took in seconds. */
export interface Answered {
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
}

export interface RunningProxy {
  readonly answered: () => readonly Answered[];
  readonly stop: () => Promise<void>;
}

/** One that all sites share, for their names and those below, and for the address 127.0.0.1. */
export function makeCertificate(folder: string, names: readonly string[]): Certificate {
  const [certificate, key] = [join(folder, "fullchain.pem"), join(folder, "privkey.pem")];
  const alternatives = [...names.flatMap((name) => [`DNS:${name}`, `DNS:*.${name}`]), "IP:127.0.0.1"];
  const { status, stderr } = spawnSync(
    "openssl",
    [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test".split(
        " ",
      ),
      "-addext",
      `subjectAltName=${alternatives.join(",")}`,
      "-keyout",
      key,
      "-out",
      certificate,
    ],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  return { folder, certificate, key };
}

/** An example with what a reader replaces in it; the ports are others, since 80 and 443 are not for tests. */
function filledIn(file: string, replaced: readonly (readonly [string, string])[]): string {
  const example = readFileSync(join(import.meta.dirname, "../../deploy/proxy", file), "utf8");
  return replaced.reduce((text, [there, here]) => {
    assert.ok(text.includes(there), `${file} has no ${there}`);
    return text.replaceAll(there, here);
  }, example);
}

const upstreams = ({ federation, slack, matrix }: Site): readonly (readonly [string, string])[] => [
  ["127.0.0.1:8448", `127.0.0.1:${federation}`],
  ["127.0.0.1:8090", `127.0.0.1:${slack}`],
  ["127.0.0.1:9100", `127.0.0.1:${matrix}`],
];

export async function startNginxExample(site: Site, { folder }: Certificate): Promise<RunningProxy> {
  const at = join(folder, `nginx-${site.name}`);
  mkdirSync(at);
  const text = filledIn("nginx.conf", [
    ["/etc/ssl/mimi.example.org", folder],
    ["mimi.example.org", `${site.name}.test`],
    ...upstreams(site),
    ["listen [::]:80;", ""],
    ["listen [::]:443 ssl;", ""],
    ["listen 80;", `listen 127.0.0.1:${site.http};`],
    ["listen 443 ssl;", `listen 127.0.0.1:${site.https} ssl;`],
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const configFile = join(at, "nginx.conf");
  const logFile = join(at, "access.log");
  writeFileSync(
    configFile,
    `daemon off;
worker_processes 1;
error_log stderr notice;
pid ${at}/nginx.pid;
events { worker_connections 1024; }
http {
  log_format timed '$uri $status $request_time';
  access_log ${logFile} timed;
${temporary.map((kind) => `  ${kind}_temp_path ${at}/${kind};`).join("\n")}
${text}
}
`,
  );
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
  const answered = () =>
    linesOf(logFile).map((line) => {
      const [path = "", status, seconds] = line.split(" ");
      return { path, status: Number(status), seconds: Number(seconds) };
    });
  return { answered, stop: () => server.stop() };
}

const caddyLine = z.object({
  request: z.object({ uri: z.string() }),
  status: z.number(),
  duration: z.number(),
});

const CADDY_NAMES =
  "mimi.example.org, xmpp.mimi.example.org, matrix.mimi.example.org, slack.mimi.example.org {";

/** No certificate is asked for: the site has one by file. */
export async function startCaddyExample(
  site: Site,
  { folder, certificate, key }: Certificate,
): Promise<RunningProxy> {
  const at = join(folder, "caddy");
  mkdirSync(at);
  const logFile = join(at, "access.log");
  const text = filledIn("Caddyfile", [
    [
      CADDY_NAMES,
      // Peers come by the address here, since the name is in no DNS.
      `127.0.0.1, ${site.name}.test, xmpp.${site.name}.test {
	bind 127.0.0.1
	tls ${certificate} ${key}
	log {
		output file ${logFile}
	}`,
    ],
    ...upstreams(site),
  ]);
  const configFile = join(at, "Caddyfile");
  writeFileSync(
    configFile,
    `{
	admin off
	http_port ${site.http}
	https_port ${site.https}
	skip_install_trust
	servers {
		protocols h1 h2
	}
}
${text}`,
  );
  const server = await ServerProcess.start({
    name: "Caddy",
    program: "env",
    args: [
      `HOME=${at}`,
      `XDG_CONFIG_HOME=${at}`,
      `XDG_DATA_HOME=${at}`,
      ..."caddy run --adapter caddyfile --config".split(" "),
      configFile,
    ],
    folder: at,
    logFile: join(at, "caddy.log"),
    readyWhen: ["serving initial configuration"],
    failsWhen: ["Error:"],
    stopSignal: "SIGTERM",
  });
  const answered = () =>
    linesOf(logFile).map((line) => {
      const { request, status, duration } = caddyLine.parse(JSON.parse(line));
      return { path: request.uri, status, seconds: duration };
    });
  return { answered, stop: () => server.stop() };
}

const linesOf = (file: string): readonly string[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
