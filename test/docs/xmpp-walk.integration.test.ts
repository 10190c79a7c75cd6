import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { prosodyAccount, prosodyFileName } from "../../deploy/servers/prosody-config.ts";
import { ServerProcess } from "../../deploy/servers/server-process.ts";
import { temporaryFolder } from "../support/servers.ts";
import { blocksOf, root, testedBlock } from "./blocks.ts";

const PAGE = "docs/xmpp.md";
const DOMAIN = "example.org";
const TEA = "tea@rooms.example.org";
const COFFEE = "coffee@rooms.example.org";

const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const folder = temporaryFolder("walk");

/** A Prosody with what the page says, between settings that keep it in this folder and on these ports. */
async function startProsody(c2s: number, component: number): Promise<void> {
  const [general = "", rooms = ""] = blocksOf(PAGE)
    .filter(({ language }) => language === "lua")
    .map(({ text }) => text.replaceAll("5347", String(component)));
  const data = join(folder, "data");
  const accounts = join(data, prosodyFileName(DOMAIN), "accounts");
  mkdirSync(accounts, { recursive: true });
  for (const name of ["anna", "ben"])
    writeFileSync(join(accounts, `${prosodyFileName(name)}.dat`), prosodyAccount(name));
  const config = `run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${data}"
interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
c2s_direct_tls_ports = {}
modules_enabled = { "disco", "saslauth", "presence", "message", "iq", "c2s", "component", "ping" }
modules_disabled = { "s2s", "tls", "http", "offline" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
log = { { levels = { min = "info" }, to = "console" } }
${general}
VirtualHost "${DOMAIN}"

${rooms}`;
  const configFile = join(folder, "prosody.cfg.lua");
  writeFileSync(configFile, config);
  const server = await ServerProcess.start({
    name: "prosody",
    program: "prosody",
    args: ["-F", "--config", configFile],
    folder,
    logFile: join(folder, "prosody.log"),
    readyWhen: [
      `Activated service 'c2s' on [127.0.0.1]:${c2s}`,
      `Activated service 'component' on [127.0.0.1]:${component}`,
    ],
    failsWhen: ["Failed to open server port"],
    stopSignal: "SIGTERM",
  });
  ends.push(async () => server.stop());
}

/** Runs a shell command in the folder with `mimi-gateway` as the README defines it. */
async function shell(command: string, env: Record<string, string> = {}): Promise<string> {
  const definition = blocksOf("README.md")
    .map(({ text }) => text)
    .find((text) => text.startsWith("alias mimi-gateway="))
    ?.replaceAll("/opt/mimi-gateway", root);
  assert.ok(definition);
  const child = spawn("sh", ["-c", `${definition}${command}`], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 0, `${command}: ${printed}`);
  return printed;
}

/** A printed text without what differs from run to run: ids, times, processes, widths of columns. */
function shape(text: string): string[] {
  return text
    .replaceAll(/[0-9a-f]{20,}|(?<=\bas )\S+/g, "ID")
    .replaceAll(/\d+ s\b/g, "N s")
    .replaceAll(/\d+ ms\b/g, "N ms")
    .replaceAll(/seq \d+/g, "seq N")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(folder, "")
    .split("\n")
    .map((line) => line.trim().replaceAll(/ {2,}/g, "  ").replace(/^\//, ""))
    .filter((line) => line !== "");
}

/** Every line that the page shows is printed, at once or when the gateway has caught up. */
async function shows(name: string, env: Record<string, string> = {}): Promise<void> {
  const { command, printed } = testedBlock(PAGE, name);
  const deadline = Date.now() + 10_000;
  for (;;) {
    const real = shape(await shell(command, env));
    const missing = shape(printed).filter((line) => !real.includes(line));
    if (missing.length === 0) return;
    assert.ok(Date.now() < deadline, `${name}: ${missing.join("\n")}\nis not in\n${real.join("\n")}`);
    await delay(100);
  }
}

void describe("docs/xmpp.md", async () => {
  const [c2s = 0, component = 0] = await freePorts(2);

  await it("leads from a Prosody to two linked rooms and back", async () => {
    await startProsody(c2s, component);
    const yaml = blocksOf(PAGE).find(({ language }) => language === "yaml")?.text ?? "";
    writeFileSync(join(folder, "gateway.yaml"), yaml.replaceAll("5347", String(component)));
    await shows("check");

    const gateway = await ServerProcess.start({
      name: "mimi-gateway",
      program: process.execPath,
      args: [join(root, "bridges/main.ts"), "start"],
      folder,
      logFile: join(folder, "gateway.log"),
      readyWhen: ["connected to the XMPP service"],
      failsWhen: [],
      stopSignal: "SIGTERM",
    });
    ends.push(async () => gateway.stop());
    await shows("status");

    const [anna, ben] = await Promise.all(
      (
        [
          ["anna", TEA],
          ["ben", COFFEE],
        ] as const
      ).map(async ([name, room]) => {
        const user = await XmppUser.connect({ domain: DOMAIN, port: c2s, name, password: name });
        ends.push(async () => user.disconnect());
        await user.join(room, name);
        // A new room is locked until its owner has looked at its settings.
        await user.configure(room, {});
        await user.grant(room, "bridge@mimi.example.org", "owner");
        return user;
      }),
    );
    assert.ok(anna && ben);
    await shows("link");
    const told = "This room is now linked with xmpp:coffee@rooms.example.org.";
    assert.ok(blocksOf(PAGE).some(({ text }) => text.trim() === told));
    await anna.waitFor("the word of it", () => anna.bodies(TEA).includes(told));

    const { stanzaId } = await anna.say(TEA, "Hello");
    await ben.waitFor("Hello", () => ben.bodies(COFFEE).includes("Hello"));
    await ben.say(COFFEE, "Hello to you");
    await anna.waitFor("the answer", () => anna.bodies(TEA).includes("Hello to you"));
    await anna.setSubject(TEA, "Tea");
    await ben.waitFor("the topic", () => ben.messages(COFFEE).some(({ subject }) => subject === "Tea"));
    await shows("linked");
    await shows("trace", { STANZA_ID: stanzaId ?? "" });
    await shows("unlink");
    await ben.waitFor("the gateway leaving", () => ben.occupants(COFFEE).length === 1);
  });
});
