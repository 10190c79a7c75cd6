/** An account that `init` only looks at, on a server that may give it what is for another gateway. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { xmppConfig, xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { TriedAccount } from "../../../bridges/xmpp/tried-account.ts";
import { GatewayError } from "../../../core/errors.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ScriptedComponentServer, type ScriptedConnection } from "../../support/scripted-component-server.ts";

interface Ending {
  after(end: () => Promise<void>): void;
}

const VERSION = /<iq [^>]*to="test"[^>]*id="([0-9a-f]{32})"[^>]*><query xmlns="jabber:iq:version"/;

/** Answers what the component asks itself: with an error, as when it alone is there, or as another gateway. */
function mirror({ socket, received }: ScriptedConnection, answer: (id: string) => string): void {
  const take = (text: string) => {
    for (const [, id = ""] of text.matchAll(/<iq type="get" to="gw.test" id="([0-9a-f]{32})"/g))
      socket.write(answer(id));
  };
  take(received);
  socket.on("data", take);
}
const alone = (id: string) => `<iq type='error' id='${id}' from='gw.test' to='gw.test'><error/></iq>`;
const gateway = (id: string) =>
  `<iq type='result' id='${id}' from='gw.test' to='gw.test'>` +
  "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='gateway' type='mimi'/></query></iq>";

async function open(t: Ending, secret = "secret") {
  const server = await ScriptedComponentServer.listen(secret);
  const config = xmppConfigSchema.parse({ service: server.service, domain: "gw.test", secret: "secret" });
  const log = pino({ level: "silent" });
  const account = new TriedAccount(xmppConfig({ ...config, name: "xmpp" }), log, { maxBytes: 1, allow: [] });
  t.after(async () => {
    await account.stop();
    await server.close();
  });
  return { server, account };
}

void test("looks at the server, ends its stream without being told to, and is well", async (t) => {
  const { server, account } = await open(t);
  await account.start();
  assert.equal(account.health().state, "connecting", "it looks still");
  const connection = await server.next();
  mirror(connection, alone);
  const asked = async (question: RegExp, children: string) => {
    const [, id] = await connection.until(question);
    connection.write(`<iq type='result' id='${id}' from='test' to='bridge@gw.test/gateway'>${children}</iq>`);
  };
  const utc = new Date().toISOString();
  await Promise.all([
    asked(VERSION, "<query xmlns='jabber:iq:version'><name>Server</name><version>1</version></query>"),
    asked(
      /<iq [^>]*id="([0-9a-f]{32})"[^>]*><time xmlns="urn:xmpp:time"/,
      `<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>${utc}</utc></time>`,
    ),
    asked(
      /<iq [^>]*id="([0-9a-f]{32})"[^>]*><query xmlns="http:\/\/jabber.org\/protocol\/disco#items"/,
      "<query xmlns='http://jabber.org/protocol/disco#items'/>",
    ),
    asked(
      /<iq [^>]*to="test"[^>]*id="([0-9a-f]{32})"[^>]*><query xmlns="http:\/\/jabber.org\/protocol\/disco#info"/,
      "<query xmlns='http://jabber.org/protocol/disco#info'/>",
    ),
  ]);
  await connection.closed;
  assert.match(connection.received, /<\/stream:stream>$/);
  await eventually("the account to be well", () => account.health().state === "up");
  const [found] = await account.examine();
  assert.deepEqual([found?.check, found?.detail], ["server", "test is Server 1"]);
  assert.equal(server.arrivals.length, 1);
});

void test("takes nothing that comes meanwhile: whoever has sent it hears that nobody has it", async (t) => {
  const { server, account } = await open(t);
  await account.start();
  const connection = await server.next();
  connection.write(
    "<message type='groupchat' id='m1' from='tea@muc.test/Ben' to='bridge@gw.test/gateway'><body>hi</body></message>" +
      "<message type='chat' id='m2' from='ben@test/x' to='bridge@gw.test'><body>link code</body></message>" +
      "<iq type='get' id='q1' from='ben@test/x' to='ann_a.test@gw.test'><vCard xmlns='vcard-temp'/></iq>" +
      "<message type='error' id='m3' from='tea@muc.test' to='bridge@gw.test/gateway'/>" +
      "<presence from='tea@muc.test/Ben' to='bridge@gw.test/gateway'/>" +
      "<iq type='result' id='q2' from='ben@test/x' to='bridge@gw.test/gateway'/>" +
      "<message id='last' from='ben@test/x' to='gw.test'/>",
  );
  await connection.until(/id="last"/);
  const sent = [...connection.received.matchAll(/<(message|iq) ([^>]*type="error"[^>]*)>/g)];
  const backs = sent.map(([, name = "", attrs = ""]) => {
    const of = (key: string) => new RegExp(` ?${key}="([^"]*)"`).exec(attrs)?.[1] ?? "";
    return `${name} ${of("id")}: ${of("from")} to ${of("to")}`;
  });
  assert.deepEqual(backs, [
    "message m1: bridge@gw.test/gateway to tea@muc.test/Ben",
    "message m2: bridge@gw.test to ben@test/x",
    "iq q1: ann_a.test@gw.test to ben@test/x",
    "message last: gw.test to ben@test/x",
  ]);
  assert.doesNotMatch(connection.received, /<presence|<body>/);
});

void test("looks no further where another gateway is connected as the same component, and says so", async (t) => {
  const { server, account } = await open(t);
  await account.start();
  const connection = await server.next();
  let asked = 0;
  // Either of the two gets each stanza.
  mirror(connection, (id) => (++asked % 4 === 0 ? gateway(id) : asked % 4 === 1 ? alone(id) : ""));
  await connection.closed;
  await eventually("the account to be down", () => account.health().state === "down");
  const health = account.health();
  assert.match(("reason" in health && health.reason) || "", /^another gateway is connected .* as gw\.test/);
  assert.deepEqual(await account.examine(), []);
  assert.doesNotMatch(connection.received, /jabber:iq:version/);
});

void test("is tried once where the server is away, and says why", async (t) => {
  const { server, account } = await open(t);
  server.refusal = "host-unknown";
  await account.start();
  const health = account.health();
  assert.equal(health.state, "down");
  assert.match(("reason" in health && health.reason) || "", /host-unknown/);
  assert.deepEqual(await account.examine(), []);
});

void test("can't be started where the server does not take the secret", async (t) => {
  const { account } = await open(t, "another");
  await assert.rejects(
    account.start(),
    (thrown) => thrown instanceof GatewayError && thrown.code === "account_refused",
  );
});

void test("finds nothing where the connection is lost while it looks", async (t) => {
  const { server, account } = await open(t);
  await account.start();
  (await server.next()).drop();
  await eventually("the account to be down", () => account.health().state === "down");
  assert.deepEqual(await account.examine(), []);
  assert.equal(server.arrivals.length, 1);
});
