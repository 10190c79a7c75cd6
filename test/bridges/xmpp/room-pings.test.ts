/** What each answer to a self-ping (XEP-0410) says of the gateway's stay in a room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import type { Room } from "../../../bridges/xmpp/room.ts";
import { RoomPings } from "../../../bridges/xmpp/room-pings.ts";
import { StanzaError } from "../../../bridges/xmpp/stream.ts";
import { type Element, parseXml, xml } from "../../../bridges/xmpp/xml.ts";
import { GatewayError } from "../../../core/errors.ts";
import { listener, refused, room } from "../../support/muc-stanzas.ts";

const failing = (condition: string, type: string) => (iq: Element) =>
  Promise.reject(new StanzaError(parseXml(refused(iq, condition, type))));

const answers: readonly (readonly [name: string, request: (iq: Element) => Promise<Element>, is: string])[] =
  [
    ["a result", () => Promise.resolve(xml("iq", { type: "result" })), "here"],
    ["service-unavailable", failing("service-unavailable", "cancel"), "here"],
    ["feature-not-implemented", failing("feature-not-implemented", "cancel"), "here"],
    ["not-acceptable", failing("not-acceptable", "cancel"), "lost"],
    ["item-not-found", failing("item-not-found", "cancel"), "lost"],
    ["gone", failing("gone", "cancel"), "lost"],
    ["remote-server-not-found", failing("remote-server-not-found", "cancel"), "silent"],
    ["remote-server-timeout", failing("remote-server-timeout", "wait"), "silent"],
    ["service-unavailable for now", failing("service-unavailable", "wait"), "silent"],
    ["nothing", () => Promise.reject(new GatewayError("request_timeout", "nothing came")), "silent"],
  ];

for (const [name, request, is] of answers)
  void test(`a self-ping answered by ${name}: ${is}`, async (t) => {
    const pings = new RoomPings({ online: true, request }, listener, new Map(), pino({ level: "silent" }));
    t.after(() => pings.stop());
    let entered = 0;
    const asked = { jid: room, stay: { nick: "gateway" }, heardAt: 0, enterAgain: () => (entered += 1) };
    assert.equal(await pings.ping(asked as unknown as Room), is);
    assert.equal(entered, is === "lost" ? 1 : 0);
  });
