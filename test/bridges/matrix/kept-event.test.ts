import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EditMemory } from "../../../bridges/matrix/edit-memory.ts";
import { addressOf, fileAccess, mxcOf } from "../../../bridges/matrix/files.ts";
import { byRoom, isKept, rawOf, refersTo, toldOf } from "../../../bridges/matrix/kept-event.ts";
import { relayed } from "../../../bridges/matrix/relay.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { UserUri } from "../../../mappings/ids.ts";

const told = (json: unknown) => toldOf(json) ?? assert.fail("it is an event");
const message = {
  type: "m.room.message",
  event_id: "$1",
  room_id: "!r",
  sender: "@anna:hs.example",
  origin_server_ts: 1_000,
  content: { msgtype: "m.text", body: "hello" },
};

const kept = (change: object) => isKept(told({ ...message, ...change }).event);

const keptAt = (origin_server_ts: unknown) => rawOf(told({ ...message, origin_server_ts })).at;

void describe("an event as the inbox keeps it", () => {
  void it("is the same live and from history, under the event's own name", () => {
    const live = rawOf(told({ ...message, unsigned: { age: 5 }, age: 5, user_id: "@anna:hs.example" }));
    const stored = rawOf(told({ ...message, unsigned: { age: 90_000, "m.relations": {} } }));
    assert.deepEqual(live, stored);
    assert.equal(live.nativeKey, "$1");
    assert.equal(live.at, 1_000);
  });

  void it("keeps what the mappings read: what was before, and that it was redacted", () => {
    const pins = {
      ...message,
      type: "m.room.pinned_events",
      state_key: "",
      unsigned: { prev_content: { pinned: ["$0"] } },
    };
    assert.deepEqual(told(JSON.parse(rawOf(told(pins)).raw)).event.previous, { pinned: ["$0"] });
    const gone = { ...message, content: {}, unsigned: { redacted_because: { sender: "@x:y" } } };
    assert.ok(told(JSON.parse(rawOf(told(gone)).raw)).event.redacted);
  });

  void it("happened at a time that is one, whatever a homeserver writes", () => {
    assert.deepEqual([1_000, 1.5, -5, "soon", null].map(keptAt), [1_000, 1, 0, 0, 0]);
    assert.doesNotThrow(() => new Date(keptAt(Number.MAX_SAFE_INTEGER)).toISOString());
    assert.doesNotThrow(() => new Date(keptAt(1e300)).toISOString());
  });

  void it("says something that may be carried, or is left out", () => {
    assert.ok(
      kept({}) &&
        kept({ type: "org.matrix.msc3381.poll.response" }) &&
        kept({ type: "m.room.topic", state_key: "" }),
    );
    assert.ok(!kept({ type: "m.room.member", state_key: "@x:y" }) && !kept({ type: "m.call.invite" }));
    assert.ok(!kept({ state_key: "" }), "state is state, whatever its type");
  });

  void it("refers to another one, or stands alone", () => {
    const refers = (content: object, type = message.type) =>
      refersTo(rawOf(told({ ...message, type, content })));
    assert.equal(refers(message.content), false);
    assert.ok(refers({ "m.relates_to": { "m.in_reply_to": { event_id: "$0" } } }));
    assert.ok(refers({ redacts: "$0" }, "m.room.redaction") && refers({}, "m.room.redaction"));
  });

  void it("is found by its room, and what is none is counted", () => {
    const { rooms, unread } = byRoom([
      message,
      { ...message, event_id: "$2" },
      7,
      { ...message, room_id: 1 },
      null,
    ]);
    assert.equal(unread, 3);
    assert.deepEqual(
      rooms.get("!r" as NativeRoom)?.map(({ id }) => id),
      ["$1", "$2"],
    );
  });
});

void describe("edits that were read", () => {
  void it("are compared with others by time and name, never with themselves", () => {
    const memory = new EditMemory();
    const room = "!r" as NativeRoom;
    memory.read(room, "$m", { at: 5, eventId: "$b" });
    memory.read(room, "$m", { at: 5, eventId: "$a" });
    memory.read(room, "$m", { at: 5, eventId: "$b" });
    assert.equal(memory.latest(room, "$m", "$c")?.eventId, "$b");
    assert.equal(memory.latest(room, "$m", "$b")?.eventId, "$a");
    assert.equal(memory.latest(room, "$other", "$b"), null);
  });
});

void describe("files of homeservers", () => {
  const homeserver = "https://hs.example:8448";
  const at = `${homeserver}/_matrix/client/v1/media/download/other.example/abc`;

  void it("have one address in the log and another one in Matrix", () => {
    assert.equal(addressOf("mxc://other.example/abc", homeserver), at);
    assert.equal(mxcOf(at, homeserver), "mxc://other.example/abc");
    assert.equal(addressOf("https://elsewhere.example/x", homeserver), "https://elsewhere.example/x");
    for (const other of ["https://elsewhere.example/x", `${at}/../../x`, at.replace("hs.", "evil.")])
      assert.equal(mxcOf(other, homeserver), null);
  });

  void it("are opened with the token at the homeserver alone", () => {
    const access = fileAccess(at, homeserver, "token") ?? assert.fail("it is one of a homeserver");
    assert.deepEqual(access.headers(new URL(at)), { authorization: "Bearer token" });
    for (const elsewhere of ["https://cdn.example/abc", `${homeserver}/_matrix/client/v3/account/whoami`])
      assert.equal(access.headers(new URL(elsewhere)), null);
    assert.equal(fileAccess("https://elsewhere.example/x", homeserver, "token"), null);
  });
});

void describe("what is said for somebody", () => {
  const speaker = { uri: "mimi://a.test/u/b" as UserUri, name: "A <b>" };

  void it("bears the name in both of its forms, and in both contents of an edit", () => {
    const content = {
      msgtype: "m.text",
      body: "hi",
      format: "org.matrix.custom.html",
      formatted_body: "<b>hi</b>",
    };
    const said = relayed({ ...content, "m.new_content": content }, speaker);
    assert.equal(said["body"], "\u2068A <b>\u2069: hi");
    assert.match(String(said["formatted_body"]), /A &lt;b&gt;: <\/strong><b>hi<\/b>$/);
    const replacement: unknown = said["m.new_content"];
    assert.ok(JSON.stringify(replacement).includes("\u2069: hi"));
  });

  void it("keeps a file's name apart from its caption, and reactions as they are", () => {
    const file = { msgtype: "m.file", body: "a.pdf", filename: "a.pdf" };
    assert.equal(relayed(file, speaker)["body"], "\u2068A <b>\u2069");
    assert.equal(relayed({ "m.relates_to": {} }, speaker)["body"], undefined);
  });
});
