import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { translate } from "../../../bridges/slack/inbound.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import type { KnownInRoom, Lookups, Raw } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { type EventId, parseEventId } from "../../../mappings/ids.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";
import { around } from "./around.ts";

const room = "C1" as NativeRoom;
const said = { type: "message", channel: "C1", user: "U1", ts: "1700.000100", text: "hi" };
const raw = (event: unknown): Raw => ({ nativeKey: null, at: 0, raw: JSON.stringify(event) });

const rootId = eventId("01".padEnd(64, "a"));

/** A room that knows one message, said by Anna. */
function knowing(ts: string, standing: readonly { id: EventId; emoji: string }[] = []): Lookups {
  const known: KnownInRoom = {
    called: { by: "native", name: ts },
    event: rootId,
    isReaction: false,
    aux: null,
    root: rootId,
    version: rootId,
    author: "U1",
    at: 0,
    thread: new Uint8Array(),
    replyTo: null,
    pollOptions: null,
    deleted: false,
  };
  return {
    ...unknowing,
    messages: ([name]) => Promise.resolve(name?.name === ts ? [known] : []),
    reactions: () => Promise.resolve(standing),
  };
}

function eventId(text: string): EventId {
  const id = parseEventId(text);
  assert.ok(id);
  return id;
}

async function only(event: unknown, lookups: Lookups, what = around()) {
  const { events } = await translate(room, raw(event), what, lookups);
  const [first, ...others] = events;
  assert.equal(others.length, 0);
  return first ?? null;
}

void describe("from what was kept of a channel to events", () => {
  void it("names the author as the workspace does", async () => {
    const event = await only(said, unknowing);
    assert.ok(event?.kind === "message" && event.message.body.kind === "text");
    assert.deepEqual(event.sender, { native: "U1", name: "Anna", avatar: null });
    assert.equal(event.native, "1700.000100");
    assert.equal(plainTextOf(event.message.body.text), "hi");
  });

  void it("names the people that a text mentions", async () => {
    const event = await only({ ...said, text: "ask <@U2>" }, unknowing);
    assert.ok(event?.kind === "message" && event.message.body.kind === "text");
    assert.match(plainTextOf(event.message.body.text), /@Ben/);
  });

  void it("keeps the ids of files, by which they are deleted", async () => {
    const file = {
      id: "F1",
      name: "a.txt",
      mimetype: "text/plain",
      size: 3,
      url_private: "https://files.slack.com/a.txt",
    };
    const event = await only(
      { ...said, subtype: "file_share", files: [file, { ...file, id: "F2" }] },
      unknowing,
    );
    assert.ok(event?.kind === "message");
    assert.equal(event.aux, "F1,F2");
  });

  void it("looks up the head of a thread and not the message itself", async () => {
    const asked: string[] = [];
    const head = knowing("1699.000000");
    const lookups: Lookups = {
      ...head,
      messages: (names) => {
        asked.push(...names.map(({ name }) => name));
        return head.messages(names);
      },
    };
    const event = await only({ ...said, thread_ts: "1699.000000" }, lookups);
    assert.ok(event?.kind === "message");
    assert.equal(Buffer.from(event.message.thread).toString("hex"), rootId);
    assert.deepEqual(asked, ["1699.000000"]);
  });

  void it("takes back the reaction that stands", async () => {
    const reaction = eventId("02".padEnd(64, "b"));
    const gone = {
      type: "reaction_removed",
      user: "U2",
      reaction: "+1",
      event_ts: "1701.0",
      item: { type: "message", channel: "C1", ts: said.ts },
    };
    const event = await only(gone, knowing(said.ts, [{ id: reaction, emoji: "👍" }]));
    assert.ok(event?.kind === "message");
    assert.equal(event.message.body.kind, "unreaction");
    assert.equal(event.message.replaces, reaction);
  });

  void it("takes an edit from the history for news only where the message was not read in that form", async () => {
    const edited = { ...said, text: "hello", edited: { user: "U1", ts: "1701.000000" } };
    const change = { type: "message", subtype: "message_changed", channel: "C1", message: edited };
    assert.ok(await only(change, knowing(said.ts)));
    const memory = new Memory();
    assert.ok(await only(edited, unknowing, around({ memory })));
    assert.equal(await only(change, knowing(said.ts), around({ memory })), null);
  });

  void it("is silent about a deletion that the gateway itself has made", async () => {
    const memory = new Memory();
    const deleted = { type: "message", subtype: "message_deleted", channel: "C1", deleted_ts: said.ts };
    assert.ok(await only(deleted, knowing(said.ts), around({ memory })));
    memory.willDelete(room, said.ts);
    assert.equal(await only(deleted, knowing(said.ts), around({ memory })), null);
  });

  void it("names nobody for state that was read and not told", async () => {
    const event = await only(
      { type: "message", subtype: "channel_topic", channel: "C1", ts: "1.0", topic: "a &amp; b" },
      unknowing,
    );
    assert.deepEqual(event, { kind: "property", sender: null, name: "topic", value: "a & b" });
  });

  void it("refuses what can't be read, so that it is set aside", async () => {
    for (const broken of ["{", JSON.stringify({ ...said, files: "none" })])
      await assert.rejects(
        translate(room, { nativeKey: null, at: 0, raw: broken }, around(), unknowing),
        (error) => error instanceof GatewayError && error.code === "event_malformed",
      );
  });
});
