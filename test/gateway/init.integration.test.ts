import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { z } from "zod";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { runCommandLine } from "../../deploy/demo/gateway.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { prosodyAccount, prosodyFileName } from "../../deploy/servers/prosody-config.ts";
import { startSlackSimulator } from "../../deploy/servers/slack-simulator.ts";
import { prosodyCommand } from "../../deploy/servers/prosody-command.ts";
import { ServerProcess } from "../../deploy/servers/server-process.ts";
import { eventually } from "../support/harness-eventually.ts";
import { temporaryFolder } from "../support/servers.ts";

const DOMAIN = "example.org";
const ROOMS = ["tea@rooms.example.org", "coffee@rooms.example.org"] as const;
const main = join(import.meta.dirname, "../../bridges/main.ts");
const WITHIN = 30_000;

const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const root = temporaryFolder("init");

const report = z.object({
  check: z.object({
    state: z.string(),
    accounts: z.array(
      z.object({
        findings: z.array(z.object({ check: z.string(), state: z.string(), detail: z.string() })),
      }),
    ),
  }),
});
const findings = (out: string) =>
  report.parse(JSON.parse(out)).check.accounts.flatMap((account) => account.findings);

/** A Prosody as Debian sets it up, which has never heard of a gateway but for the file that init has written. */
async function startProsody(c2s: number, component: number, included: string): Promise<void> {
  const folder = join(root, "prosody");
  const accounts = join(folder, "data", prosodyFileName(DOMAIN), "accounts");
  mkdirSync(accounts, { recursive: true });
  for (const name of ["anna", "ben"])
    writeFileSync(join(accounts, `${prosodyFileName(name)}.dat`), prosodyAccount(name));
  const configFile = join(folder, "prosody.cfg.lua");
  writeFileSync(
    configFile,
    `run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
c2s_direct_tls_ports = {}
modules_enabled = { "disco", "saslauth", "presence", "message", "iq", "c2s", "component", "ping", "time", "version" }
modules_disabled = { "s2s", "tls", "http", "offline" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
log = { { levels = { min = "info" }, to = "console" } }
VirtualHost "${DOMAIN}"
Component "rooms.${DOMAIN}" "muc"
    modules_enabled = { "muc_mam" }
Include "${included}"
`,
  );
  const server = await ServerProcess.start(prosodyCommand(folder, configFile, { c2s, component }));
  ends.push(async () => server.stop());
}

async function person(port: number, name: string, room: string): Promise<XmppUser> {
  const user = await XmppUser.connect({ domain: DOMAIN, port, name, password: name });
  ends.push(async () => user.disconnect());
  await user.join(room, name);
  await user.configure(room, {});
  await user.grant(room, "bridge@mimi.example.org", "owner");
  return user;
}

/** `init` behind a pseudo-terminal: types the keys, each when its question is on the screen. Resolves with the exit code. */
async function typed(
  folder: string,
  keys: readonly (readonly [question: string, keys: string])[],
): Promise<{ readonly code: number | null; readonly screen: string }> {
  // A pseudo-terminal has no width at first.
  const line = `stty cols 120 rows 50; exec '${process.execPath}' '${main}' init '${folder}' --no-check`;
  const child = spawn("script", ["-qefc", line, "/dev/null"], {
    env: { ...process.env, TERM: "xterm" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (screen += text));
  const closed = once(child, "close") as Promise<[number | null]>;
  ends.push(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  for (const [question, answer] of keys) {
    await eventually(`the question ${question}`, () => screen.includes(question), WITHIN);
    child.stdin.write(answer);
  }
  const [code] = await closed;
  return { code, screen };
}

void describe("mimi-gateway init", async () => {
  const [c2s = 0, component = 0] = await freePorts(2);
  const service = `xmpp://127.0.0.1:${component}`;
  const folder = join(root, "gateway");
  const line = [
    "init",
    folder,
    "--yes",
    "--check",
    "--json",
    "--base",
    "mimi.example.org",
    "--platform",
    "xmpp",
  ] as const;
  const set = ["--set", `xmpp.service=${service}`] as const;

  await it("says what is wrong where the platform is away, having written all that it needs", async () => {
    const { code, out, err } = await runCommandLine([...line, ...set], { folder: root });
    assert.equal(code, 1, err);
    const connection = findings(out).find(({ check }) => check === "connection");
    assert.equal(connection?.state, "fault");
    assert.ok(connection.detail.includes(service), connection.detail);
    assert.ok(existsSync(join(folder, "gateway.yaml")));
    // What was tried left nothing.
    assert.ok(!existsSync(join(folder, "var")));
  });

  await it("leads, with what it has written, to a gateway that carries a message", async () => {
    await startProsody(c2s, component, join(folder, "xmpp-prosody.cfg.lua"));
    const secret = readFileSync(join(folder, "secrets/xmpp-secret"), "utf8").trim();
    const answers = join(root, "answers.yaml");
    writeFileSync(
      answers,
      `base: mimi.example.org\naccounts: [{ bridge: xmpp, secret: ${secret}, service: "${service}" }]`,
    );
    const tried = await runCommandLine(
      ["init", folder, "--yes", "--check", "--json", "--force", "--answers", answers],
      {
        folder: root,
      },
    );
    assert.ok(tried.code === 0 || tried.code === 4, tried.out + tried.err);
    assert.equal(findings(tried.out).find(({ check }) => check === "connection")?.state, "ok");

    const gateway = await ServerProcess.start({
      name: "mimi-gateway",
      program: process.execPath,
      args: [main, "start"],
      folder,
      logFile: join(root, "gateway.log"),
      readyWhen: ["connected to the XMPP service"],
      failsWhen: [],
      stopSignal: "SIGTERM",
    });
    ends.push(async () => gateway.stop());
    const [tea, coffee] = ROOMS;
    const anna = await person(c2s, "anna", tea);
    const ben = await person(c2s, "ben", coffee);
    const linked = await runCommandLine(["link", `xmpp:${tea}`, `xmpp:${coffee}`], { folder });
    assert.equal(linked.code, 0, linked.err);
    await anna.say(tea, "Hello");
    await ben.waitFor("Hello", () => ben.bodies(coffee).includes("Hello"), WITHIN);

    // What doctor says of a Prosody without a store for files.
    const looked = await runCommandLine(["doctor", "--json"], { folder });
    assert.equal(looked.code, 4, looked.out + looked.err);
    const found = new Map(findings(`{ "check": ${looked.out} }`).map((one) => [one.check, one]));
    assert.match(found.get("server")?.detail ?? "", /^example\.org is Prosody /);
    assert.match(found.get("clock")?.detail ?? "", /^within \d+ s of the server's$/);
    assert.equal(found.get("service:rooms.example.org")?.state, "ok");
    assert.equal(found.get("files")?.state, "warning");
    for (const room of ROOMS)
      for (const check of ["muc", "rights"]) assert.equal(found.get(`${check}:${room}`)?.state, "ok");
    assert.ok(![...found.keys()].some((check) => check.startsWith("archive:")));
  });

  await it("tries a Slack app by its tokens, and says which of them is not good", async () => {
    const slack = await startSlackSimulator(join(root, "slack"));
    ends.push(() => slack.stop());
    const tries = [slack.token, "xoxb-of-nobody"].map(async (token, at) => {
      const answers = join(root, `slack-${at}.yaml`);
      const account = { bridge: "slack", api: slack.api, app_token: slack.appToken, token };
      writeFileSync(answers, JSON.stringify({ base: "mimi.example.org", accounts: [account] }));
      const line = ["init", join(root, `slack-${at}`), "--yes", "--check", "--json", "--answers", answers];
      const { code, out, err } = await runCommandLine(line, { folder: root });
      return { code, err, found: new Map(findings(out).map((one) => [one.check, one])) };
    });
    const [good, bad] = await Promise.all(tries);
    assert.equal(good?.code, 0, good?.err);
    for (const check of ["connection", "token", "app-token", "scopes"])
      assert.equal(good.found.get(check)?.state, "ok", check);
    assert.equal(bad?.code, 1);
    assert.match(bad.found.get("connection")?.detail ?? "", /the token is not good: copy it again/);
  });

  await it("asks at a terminal", async () => {
    const asked = join(root, "asked");
    const { code, screen } = await typed(asked, [
      ["Base domain", "mimi.example.org\r"],
      ["Which platforms", " \r"],
      ["Name of the xmpp account", "\r"],
      ["Where does the XMPP server", "\r"],
      ["Domain that the gateway gets", "\r"],
      ["Secret of the component", "geheim\r"],
      ["other gateways", "\r"],
    ]);
    assert.equal(code, 0, screen);
    assert.ok(!screen.includes("geheim"));
    assert.equal(readFileSync(join(asked, "secrets/xmpp-secret"), "utf8"), "geheim\n");
    const checked = await runCommandLine(["config", "check"], { folder: asked });
    assert.equal(checked.code, 0, checked.err);
  });

  await it("leaves nothing behind at a terminal where somebody presses Ctrl-C", async () => {
    const left = join(root, "left");
    mkdirSync(left);
    const { code } = await typed(left, [
      ["Base domain", "mimi.example.org\r"],
      ["Which platforms", "\u0003"],
    ]);
    assert.equal(code, 130);
    assert.deepEqual(readdirSync(left), []);
  });
});
