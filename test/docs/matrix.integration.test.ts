import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { type Prosody, startProsody } from "../../deploy/servers/prosody.ts";
import { startSynapse } from "../../deploy/servers/synapse.ts";
import { temporaryFolder } from "../support/servers.ts";
import { blocksOf, readPage } from "./blocks.ts";
import { Walk } from "./walk.ts";

const PAGE = "docs/matrix.md";
const SERVER = "example.org";
const BOT = `@mimi:${SERVER}`;
const ROOM = `!abcdefghij:${SERVER}`;
const TEA = "tea@rooms.example.org";
const COFFEE = "coffee@rooms.example.org";
const LOBBY = "lobby@rooms.example.org";
const PATIENCE_MS = 30_000;
/** What the page has; here the homeserver has an address of its own, which is known when it runs. */
const HOMESERVER = "http://127.0.0.1:8008";
const LISTEN = "127.0.0.1:9100";

const ends: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});
const folder = temporaryFolder("matrix-walk");

/** As the other gateways of federation.md are: here each knows where the other is. */
const federation = (own: number, peer: string, port: number): string => `federation:
  listen: 127.0.0.1:${own}
  endpoint: http://127.0.0.1:${own}
  peers: [{ base: ${peer}, endpoint: "http://127.0.0.1:${port}" }]
  allow: [127.0.0.0/8]
`;

function inFolder(name: string, config: string): string {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "gateway.yaml"), config, { mode: 0o600 });
  return own;
}

async function startService(): Promise<Prosody> {
  const prosody = await startProsody({
    folder: join(folder, "prosody"),
    domain: SERVER,
    components: ["mimi.example.org", "mimi.example.net"].map((domain) => ({ domain, secret: "change-me" })),
    archive: "sql",
    users: ["anna", "ben"].map((name) => ({ name, password: name })),
    nagle: false,
  });
  ends.push(() => prosody.stop());
  return prosody;
}

async function occupant(prosody: Prosody, name: string, room: string, bridge: string): Promise<XmppUser> {
  const port = prosody.ports.c2s;
  const user = await XmppUser.connect({ domain: SERVER, port, name, password: name });
  ends.push(() => user.disconnect());
  await user.join(room, name);
  await user.grant(room, bridge, "owner");
  return user;
}

/** Texts of a room that one of its people reads. */
const bodies = async (reader: MatrixUser, room: string): Promise<readonly string[]> =>
  (await reader.messages(room)).map(({ body }) => body);

const hears = (reader: MatrixUser, room: string, text: string) =>
  reader.waitFor(text, async () => (await bodies(reader, room)).includes(text), PATIENCE_MS);

/** What the gateway answers to a command, in the room with it alone. */
async function ask(person: MatrixUser, room: string, command: string, answer: RegExp): Promise<string> {
  await person.say(room, command);
  return person.waitFor(
    `an answer to ${command}`,
    async () => {
      for (const invited of person.sync.invited) {
        await person.join(invited);
        const found = (await person.messages(invited)).findLast(({ body }) => answer.test(body));
        if (found) return found.body;
      }
      return null;
    },
    PATIENCE_MS,
  );
}

void describe("docs/matrix.md", async () => {
  const ran: string[] = [];

  await it("leads from a homeserver to a linked room, to another gateway, and back", async () => {
    const prosody = await startService();
    const [listen = 0, own = 0, other = 0] = await freePorts(3);
    const reader = join(folder, "reader");
    mkdirSync(reader);
    const here: Record<string, string> = {
      "/opt/mimi": reader,
      "xmpp://127.0.0.1:5347": `xmpp://127.0.0.1:${prosody.ports.component}`,
      "coffee@rooms.example.net": COFFEE,
    };
    const walk = new Walk({ page: PAGE, folder: reader, here });

    const account = await walk.shows("account");
    const [yaml = ""] = walk.blocks("yaml");
    const whole = yaml
      .replace(/^ {2}- name: matrix\n(?: {4}.*\n)+/m, account)
      .replace(LISTEN, `127.0.0.1:${listen}`);
    assert.doesNotMatch(whole.slice(0, whole.indexOf("xmpp")), /change-me/);
    const config = whole + federation(own, "mimi.example.net", other);
    inFolder("reader", config);
    await walk.shows("check");
    await walk.shows("register");
    const registration = readFileSync(join(reader, "mimi-gateway-registration.yaml"), "utf8");
    const [named = ""] = walk.blocks("yml");
    assert.ok(named.includes(`- ${reader}/mimi-gateway-registration.yaml`));

    const synapse = await startSynapse({
      folder: join(folder, "synapse"),
      serverName: SERVER,
      registrations: [registration],
    });
    ends.push(() => synapse.stop());
    inFolder("reader", config.replace(HOMESERVER, synapse.url));
    const { command } = walk.command("start");
    assert.equal(command, "mimi-gateway start");
    const gateway = await walk.start(["the homeserver answers", "connected to the XMPP service"]);
    ends.push(() => gateway.stop());
    await walk.shows("status");
    await walk.shows("doctor", { codes: [0, 4] });

    const mia = await MatrixUser.register(synapse, "mia");
    const nils = await MatrixUser.register(synapse, "nils");
    const room = await mia.createRoom({ invite: [BOT] });
    here[ROOM] = room;
    here["@noise:example.org"] = nils.id;
    const isIn = async () => (await mia.state(room, "m.room.member", BOT))?.["membership"] === "join";
    await mia.waitFor("the gateway's user to come in", isIn, PATIENCE_MS);
    await mia.setPower(room, BOT, 50);
    await nils.join(room);
    const anna = await occupant(prosody, "anna", TEA, "bridge@mimi.example.org");
    await walk.shows("link");
    const linked = `This room is now linked with xmpp:${TEA}.`;
    walk.says(linked);
    await hears(mia, room, linked);
    const said = await mia.say(room, "hello");
    await anna.waitFor("hello", () =>
      anna.messages(TEA).some(({ nick, body }) => nick === "mia" && body === "hello"),
    );
    await anna.say(TEA, "hello to you");
    await hears(mia, room, "hello to you");
    await walk.shows("doctor-room", { codes: [0, 4] });
    await walk.shows("linked");
    await walk.shows("trace", { env: { EVENT_ID: said } });

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
    const ben = await occupant(prosody, "ben", COFFEE, "bridge@mimi.example.net");
    await walk.run("redeem", { env: { CODE: code }, folder: theirs });
    const told = "From now on users of xmpp.mimi.example.net can read what is said here.";
    walk.says(told);
    await hears(mia, room, told);
    await mia.say(room, "hello to all");
    await ben.waitFor("what Mia says", () => ben.bodies(COFFEE).includes("hello to all"));

    const help = await ask(mia, room, "!mimi help", /^I link this room/);
    const commands = [...readPage(PAGE).matchAll(/^\| `!mimi ([a-z]+)/gm)].map(([, name = ""]) => name);
    assert.ok(commands.length >= 5);
    for (const name of commands) assert.match(help, new RegExp(`^${name}\\b`, "m"), name);
    await ask(nils, room, "!mimi who", /^Who has spoken/);
    await ask(nils, room, "!mimi code", /^Only who manages/);
    await ask(mia, room, "!mimi code", /\n(?:here1|mtp1):/);

    await walk.shows("policy");
    await walk.run("policy-set");
    await nils.say(room, "not for all");
    await mia.say(room, "for all");
    await anna.waitFor("what is carried", () => anna.bodies(TEA).includes("for all"));
    assert.ok(!anna.bodies(TEA).includes("not for all"));
    await walk.shows("unlink");

    // The second configuration is the first with one line more.
    const [line = ""] = /^    portals: .*\n/m.exec(walk.blocks("yaml")[1] ?? "") ?? [];
    assert.notEqual(line, "");
    await gateway.stop();
    const more = config.replace(HOMESERVER, synapse.url).replace(/^    listen: .*\n/m, (all) => all + line);
    inFolder("reader", more);
    const again = await walk.start(["the homeserver answers", "connected to the XMPP service"]);
    ends.push(() => again.stop());
    await anna.join(LOBBY, "anna");
    const address = "#_mimi_xmpp_lobby=40rooms.example.org:example.org";
    walk.says(address);
    const portal = await mia.join(address);
    await mia.say(portal, "hello to the lobby");
    await anna.waitFor("what Mia says", () => anna.bodies(LOBBY).includes("hello to the lobby"));
    assert.match(await walk.shows("portal"), new RegExp(`^matrix:${portal} .* live, portal `, "m"));
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
