/** An account on a server that does what the test says: what can be planned before, in and after a stay in a room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig, xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { DeliveryError, type OutEvent } from "../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { QuietHost } from "../../support/quiet-host.ts";
import { ScriptedComponentServer } from "../../support/scripted-component-server.ts";

const room = "tea@muc.test" as NativeRoom;
const listener = "bridge@gw.test/gateway";
const topic: OutEvent = {
  kind: "property",
  id: "01".repeat(32) as EventId,
  speaker: null,
  name: "topic",
  value: "tea",
};

/** Resolves with each room that can take deliveries. */
const hostWith = (ready: (room: NativeRoom) => void): QuietHost => Object.assign(new QuietHost(), { ready });

const waits = (thrown: unknown): boolean =>
  thrown instanceof DeliveryError && thrown.certainty === "certain" && thrown.retry === "after";

void test("a topic is planned only while the gateway is in the room, whatever it may do there", async (t) => {
  const server = await ScriptedComponentServer.listen();
  const config = xmppConfigSchema.parse({ service: server.service, domain: "gw.test", secret: "secret" });
  const log = pino({ level: "silent" });
  const account = new XmppAccount(xmppConfig({ ...config, name: "xmpp" }), log, { maxBytes: 1, allow: [] });
  t.after(async () => {
    await account.stop();
    await server.close();
  });
  const plan = () => account.plan(room, topic, emptyContext).steps.map(({ op }) => op);
  assert.throws(plan, waits, "not started");

  const { promise: entered, resolve } = Promise.withResolvers<NativeRoom>();
  await account.start(hostWith(resolve));
  const connection = await server.next();
  assert.throws(plan, waits, "not asked to enter");

  account.join(room, null);
  await connection.until(/<presence [^>]*to="tea@muc.test\/mimi-gateway"/);
  assert.throws(plan, waits, "not in yet");
  connection.write(
    `<presence from='${room}/mimi-gateway' to='${listener}'><x xmlns='http://jabber.org/protocol/muc#user'>` +
      "<item affiliation='admin' role='moderator'/><status code='110'/></x></presence>",
  );
  const [, id] = await connection.until(/<iq [^>]*to="tea@muc.test"[^>]*id="([0-9a-f]{32})"/);
  connection.write(
    `<message type='groupchat' from='${room}/somebody' to='${listener}'><subject/></message>` +
      `<iq type='result' id='${id}' from='${room}' to='${listener}'>` +
      "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
  );
  assert.equal(await entered, room);
  assert.deepEqual(plan(), ["topic"]);

  connection.drop();
  await server.next();
  assert.throws(plan, waits, "the stream is another one");
});
