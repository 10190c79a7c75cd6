/** What becomes of a room that came into being only because a ghost entered it, where it can't be destroyed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import type { Room } from "../../../bridges/xmpp/room.ts";
import { type ComponentStream, StanzaError } from "../../../bridges/xmpp/stream.ts";
import { Voices } from "../../../bridges/xmpp/voices.ts";
import { type Element, parseXml } from "../../../bridges/xmpp/xml.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import { ghost as ghostOf, listener, refused, room as jid } from "../../support/muc-stanzas.ts";

const ann = { uri: "mimi://a.test/u/ann" as UserUri, name: "Ann" };

/** What is done, in order, where the room answers the wish to destroy it with that. */
async function takenBack(answer: (iq: Element) => Error) {
  const done: string[] = [];
  const write = (line: string) => done.push((JSON.parse(line) as { readonly msg: string }).msg);
  const request = (iq: Element) => {
    done.push("destroy");
    return Promise.reject(answer(iq));
  };
  const ghost = { jid: ghostOf("Ann"), role: "moderator", leave: () => done.push("leave") };
  const entry = { entered: true, nick: "Ann", created: true };
  const room = {
    jid,
    people: { speaker: () => Promise.resolve({ ghost, entry }) },
    enterAgain: () => done.push("enter again"),
  } as unknown as Room;
  const stream = { request } as unknown as ComponentStream;
  const voices = new Voices({ stream, listener, log: pino({ level: "warn" }, { write }) });
  await assert.rejects(
    voices.of(room, ann, null),
    (thrown) => thrown instanceof DeliveryError && thrown.certainty === "certain" && thrown.retry === "after",
  );
  return done;
}

void test("a room that does not let itself be destroyed is left by the ghost that made it, and entered again", async () => {
  assert.deepEqual(await takenBack((iq) => new StanzaError(parseXml(refused(iq, "forbidden", "auth")))), [
    "destroy",
    "a room that came into being as a ghost entered it could not be destroyed",
    "leave",
    "enter again",
  ]);
});

void test("so is one that does not answer", async () => {
  assert.deepEqual(await takenBack(() => new GatewayError("request_timeout", "nothing came")), [
    "destroy",
    "leave",
    "enter again",
  ]);
});
