import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { prosodyAccount, prosodyFileName } from "../../deploy/servers/prosody-config.ts";
import { prosodyCommand } from "../../deploy/servers/prosody-command.ts";
import { ServerProcess } from "../../deploy/servers/server-process.ts";
import { temporaryFolder } from "../support/servers.ts";
import { Walk } from "./walk.ts";

const DOMAIN = "example.org";
const TEA = "tea@rooms.example.org";
const COFFEE = "coffee@rooms.example.org";

const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const folder = temporaryFolder("walk");

/** A Prosody with what the page says, between settings that keep it in this folder and on these ports. */
async function startProsody(walk: Walk, c2s: number, component: number): Promise<void> {
  const [general = "", rooms = ""] = walk.blocks("lua");
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
  const server = await ServerProcess.start(prosodyCommand(folder, configFile, { c2s, component }));
  ends.push(async () => server.stop());
}

void describe("docs/xmpp.md", async () => {
  const [c2s = 0, component = 0] = await freePorts(2);

  const walk = new Walk({ page: "docs/xmpp.md", folder, here: { "5347": String(component) } });

  await it("leads from a Prosody to two linked rooms and back", async () => {
    await startProsody(walk, c2s, component);
    writeFileSync(join(folder, "gateway.yaml"), walk.blocks("yaml")[0] ?? "");
    await walk.shows("check");

    const gateway = await walk.start(["connected to the XMPP service"]);
    ends.push(async () => gateway.stop());
    await walk.shows("status");

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
    await walk.shows("link");
    const told = "This room is now linked with xmpp:coffee@rooms.example.org.";
    walk.says(told);
    await anna.waitFor("the word of it", () => anna.bodies(TEA).includes(told));

    const { stanzaId } = await anna.say(TEA, "Hello");
    await ben.waitFor("Hello", () => ben.bodies(COFFEE).includes("Hello"));
    await ben.say(COFFEE, "Hello to you");
    await anna.waitFor("the answer", () => anna.bodies(TEA).includes("Hello to you"));
    await anna.setSubject(TEA, "Tea");
    await ben.waitFor("the topic", () => ben.messages(COFFEE).some(({ subject }) => subject === "Tea"));
    await walk.shows("linked");
    await walk.shows("trace", { env: { STANZA_ID: stanzaId ?? "" } });
    await walk.shows("unlink");
    await ben.waitFor("the gateway leaving", () => ben.occupants(COFFEE).length === 1);
  });
});
