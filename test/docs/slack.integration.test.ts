import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { type Prosody, startProsody } from "../../deploy/servers/prosody.ts";
import { Browser } from "../bridges/slack/browser.ts";
import { startSlackSimulator } from "../slack/simulator.ts";
import { eventually } from "../support/harness-eventually.ts";
import { temporaryFolder } from "../support/servers.ts";
import { blocksOf } from "./blocks.ts";
import { TypedSimulator } from "./typed-simulator.ts";
import { Walk } from "./walk.ts";

const PAGE = "docs/slack.md";
const CHANNEL = "C0LAB";
const TEA = "tea@rooms.example.org";
const COFFEE = "coffee@rooms.example.org";

const ends: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const folder = temporaryFolder("slack-walk");
const ran: string[] = [];

function inFolder(name: string, config: string): string {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(join(own, "gateway.yaml"), config, { mode: 0o600 });
  return own;
}

/** As the other gateways of federation.md are: here each knows where the other is. */
const federation = (own: number, peer: string, port: number): string => `federation:
  listen: 127.0.0.1:${own}
  endpoint: http://127.0.0.1:${own}
  peers: [{ base: ${peer}, endpoint: "http://127.0.0.1:${port}" }]
  allow: [127.0.0.0/8]
`;

async function person(prosody: Prosody, name: string, room: string, bridge: string): Promise<XmppUser> {
  const user = await XmppUser.connect({
    domain: "example.org",
    port: prosody.ports.c2s,
    name,
    password: name,
  });
  ends.push(() => user.disconnect());
  await user.join(room, name);
  await user.grant(room, bridge, "owner");
  return user;
}

void describe("docs/slack.md", async () => {
  await it("leads from nothing to a linked channel, to another gateway, and back", async () => {
    const simulator = await TypedSimulator.start();
    ends.push(() => simulator.stop());
    const prosody = await startProsody({
      folder: join(folder, "prosody"),
      domain: "example.org",
      components: ["mimi.example.org", "mimi.example.net"].map((domain) => ({ domain, secret: "change-me" })),
      archive: "sql",
      users: ["anna", "ben"].map((name) => ({ name, password: name })),
      nagle: false,
    });
    ends.push(() => prosody.stop());
    const [own = 0, other = 0] = await freePorts(2);
    const reader = join(folder, "reader");
    const walk = new Walk({
      page: PAGE,
      folder: reader,
      here: {
        "http://127.0.0.1:4010/api/": simulator.named("Web API"),
        "xoxb-change-me": simulator.named("bot token"),
        "xapp-change-me": simulator.named("app-level token"),
        "xmpp://127.0.0.1:5347": `xmpp://127.0.0.1:${prosody.ports.component}`,
        "coffee@rooms.example.net": COFFEE,
        C0123456789: CHANNEL,
        U0123456789: "U0CAROL",
      },
    });
    const started = walk.command("simulator");
    assert.equal(started.command, "npm run simulator");
    for (const line of started.printed.split("\n")) assert.ok(simulator.printed.includes(line), line);

    const api = `    api: ${simulator.named("Web API")}\n`;
    const [yaml = ""] = walk.blocks("yaml");
    const withApi = yaml.replace(/^    app_token: .*\n/m, (line) => line + api);
    inFolder("reader", withApi + federation(own, "mimi.example.net", other));
    await walk.run("manifest");
    const manifest: unknown = parse(readFileSync(join(reader, "manifest.yaml"), "utf8"));
    assert.ok(JSON.stringify(manifest).includes('"socket_mode_enabled":true'));
    await walk.shows("check");
    const { command } = walk.command("start");
    assert.equal(command, "mimi-gateway start");
    const gateway = await walk.start(["connected to Slack", "connected to the XMPP service"]);
    ends.push(() => gateway.stop());
    await walk.shows("status");

    const anna = await person(prosody, "anna", TEA, "bridge@mimi.example.org");
    await walk.shows("link");
    walk.says(`This room is now linked with xmpp:${TEA}.`);
    await simulator.shows(
      /C0LAB \S+ <U0BOT0SIM> This room is now linked with xmpp:tea@rooms\.example\.org\./,
    );
    simulator.type(`${CHANNEL} U0BOB hello`);
    await anna.waitFor("what Bob says", () =>
      anna.messages(TEA).some(({ nick, body }) => nick === "Bobby" && body === "hello"),
    );
    const [, ts = ""] = await simulator.shows(/C0LAB (\S+) <U0BOB> hello/);
    await anna.say(TEA, "hello to you");
    await simulator.shows(/<anna \(xmpp\.mimi\.example\.org\)> hello to you/);
    await walk.shows("linked");
    await walk.shows("trace", { env: { SLACK_TS: ts } });
    // The second socket opens a while after the first: until then there is a warning.
    await walk.shows("doctor", { codes: [0, 4] });

    const code = /mtp1:\S+/.exec(await walk.run("code"))?.[0] ?? "";
    const there = `base: mimi.example.net
${federation(other, "mimi.example.org", own)}accounts:
  - name: xmpp
    bridge: xmpp
    service: xmpp://127.0.0.1:${prosody.ports.component}
    domain: mimi.example.net
    secret: change-me
`;
    const theirs = inFolder("theirs", there);
    const peer = await walk.start(["connected to the XMPP service", "other gateways are served"], theirs);
    ends.push(() => peer.stop());
    const ben = await person(prosody, "ben", COFFEE, "bridge@mimi.example.net");
    await walk.run("redeem", { env: { CODE: code }, folder: theirs });
    const told = "From now on users of xmpp.mimi.example.net can read what is said here.";
    walk.says(told);
    await simulator.shows(new RegExp(`C0LAB \\S+ <U0BOT0SIM> ${told.replaceAll(".", "\\.")}`));
    simulator.type(`${CHANNEL} U0BOB hello to all`);
    await ben.waitFor("what Bob says", () => ben.bodies(COFFEE).includes("hello to all"));

    const commands = [...readPageCommands()];
    assert.ok(commands.length >= 5);
    simulator.type(`${CHANNEL} U0ALICE /mimi help`);
    const [help] = await simulator.shows(/only U0ALICE sees: (?:.+\n)+?help: this/);
    for (const name of commands) assert.match(help, new RegExp(`^${name}\\b`, "m"), name);
    simulator.type(`${CHANNEL} U0BOB /mimi who`);
    await simulator.shows(/only U0BOB sees: Who has spoken/);
    simulator.type(`${CHANNEL} U0BOB /mimi code`);
    await simulator.shows(/only U0BOB sees: Only who manages/);
    simulator.type(`${CHANNEL} U0ALICE /mimi code`);
    await simulator.shows(/only U0ALICE sees: .*\n(?:here1|mtp1):/);

    await walk.shows("policy");
    await walk.run("policy-set");
    simulator.type(`${CHANNEL} U0CAROL not for all`);
    simulator.type(`${CHANNEL} U0BOB for all`);
    await anna.waitFor("what is carried", () => anna.bodies(TEA).includes("for all"));
    assert.ok(!anna.bodies(TEA).includes("not for all"));
    await walk.shows("unlink");
    ran.push(...walk.ran);
  });

  await it("takes events by HTTP at the address that the page names", async () => {
    const [port = 0] = await freePorts(1);
    const slack = await startSlackSimulator();
    ends.push(() => slack.stop());
    const reader = join(folder, "by-http");
    const walk = new Walk({
      page: PAGE,
      folder: reader,
      here: {
        "xoxb-change-me": slack.workspace().botToken,
        "signing_secret: change-me": `signing_secret: ${slack.app.signingSecret}\n    api: ${slack.apiUrl}`,
        "127.0.0.1:8090": `127.0.0.1:${port}`,
      },
    });
    inFolder("by-http", walk.blocks("yaml").find((yaml) => yaml.includes("signing_secret")) ?? "");
    await walk.run("manifest-http");
    const manifest = readFileSync(join(reader, "manifest.yaml"), "utf8");
    const [path = ""] = /(?<=request_url: "https:\/\/mimi\.example\.org)[^"]+/.exec(manifest) ?? [];
    const gateway = await walk.start(["connected to Slack"]);
    ends.push(() => gateway.stop());
    await slack.events.verifyUrl(`http://127.0.0.1:${port}${path}`);
    const [proxied = ""] = walk.blocks("nginx");
    assert.ok(proxied.includes(`proxy_pass http://127.0.0.1:${port};`) && path.startsWith("/slack/"));
    ran.push(...walk.ran);
  });

  await it("lets somebody install the app by a link", async () => {
    const [port = 0] = await freePorts(1);
    const slack = await startSlackSimulator({ workspaces: [{ ...nowhere }] });
    ends.push(() => slack.stop());
    const reader = join(folder, "by-link");
    const walk = new Walk({
      page: PAGE,
      folder: reader,
      here: {
        "1111111111.2222222222": slack.app.clientId,
        "client_secret: change-me": `client_secret: ${slack.app.clientSecret}\n    api: ${slack.apiUrl}`,
        "xapp-change-me": slack.app.appToken,
        "https://mimi.example.org": `http://127.0.0.1:${port}`,
        "127.0.0.1:8090": `127.0.0.1:${port}`,
      },
    });
    inFolder("by-link", walk.blocks("yaml").find((yaml) => yaml.includes("client_id")) ?? "");
    await walk.run("manifest-link");
    assert.match(readFileSync(join(reader, "manifest.yaml"), "utf8"), /redirect_urls/);
    const gateway = await walk.start(["account"]);
    ends.push(() => gateway.stop());
    const [link = ""] = /http:\/\/\S+/.exec(await walk.run("install")) ?? [];
    const shown = await new Browser().visit(link);
    assert.equal(shown.status, 200, shown.text);
    await eventually("the account to be connected", () =>
      readFileSync(gateway.logFile, "utf8").includes("connected to Slack"),
    );
    const again = await new Browser().visit(link);
    assert.equal(again.status, 404);
    ran.push(...walk.ran);
  });

  await it("has no command that was not run", () => {
    const blocks = blocksOf(PAGE).filter(({ language }) => language === "sh");
    assert.deepEqual(
      blocks.map(({ test }) => test),
      ran,
    );
  });
});

/** A workspace that the app is not in yet. */
const nowhere = {
  id: "T0SIM",
  name: "Somewhere",
  domain: "somewhere",
  users: [],
  channels: [],
  scopes: null,
};

/** What the page's table of commands has behind `/mimi`. */
function readPageCommands(): Set<string> {
  const text = readFileSync(join(import.meta.dirname, "../..", PAGE), "utf8");
  return new Set([...text.matchAll(/^\| `\/mimi ([a-z]+)/gm)].map(([, name = ""]) => name));
}
