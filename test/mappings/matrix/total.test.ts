/** Reading is total: whatever a homeserver sends is answered, and nothing of ours comes back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { losses } from "../../../mappings/loss.ts";
import { toMimi } from "../../../mappings/matrix/to-mimi.ts";
import { event, text } from "./case-tools.ts";
import { ghostOfAl, inbound, mark, root } from "./room.ts";

const parameters = { seed: 8, numRuns: 1_500 };

const types = [
  "m.room.message",
  "m.sticker",
  "m.reaction",
  "m.room.redaction",
  "m.poll.start",
  "org.matrix.msc3381.poll.response",
  "m.poll.end",
  "m.room.member",
  "m.room.power_levels",
  "m.room.pinned_events",
  "m.room.topic",
  "m.typing",
  "m.receipt",
  "m.presence",
  "org.matrix.msc3672.beacon_info",
];
const keys = [
  "msgtype",
  "body",
  "format",
  "formatted_body",
  "m.relates_to",
  "m.mentions",
  "m.new_content",
  "rel_type",
  "event_id",
  "key",
  "m.in_reply_to",
  "url",
  "file",
  "info",
  "iv",
  "k",
  "hashes",
  "m.poll",
  "question",
  "answers",
  "m.text",
  "membership",
  "users",
  "user_ids",
  "geo_uri",
  "redacts",
  "__proto__",
  "constructor",
];
const atoms = [
  "m.text",
  "m.image",
  "m.location",
  "m.replace",
  "m.thread",
  "m.annotation",
  "m.reference",
  "$root",
  "$bobs",
  "$poll",
  "join",
  "leave",
  "mxc://hs.example/abc",
  "org.matrix.custom.html",
  "<b>x</b>",
  "@bob:hs.example",
  "\ud800",
  "\u0000",
  "geo:1,1",
  "> a\n",
  "",
];

const { content } = fc.letrec<{ content: unknown; value: unknown }>((tie) => ({
  content: fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 6 }),
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...atoms),
    fc.integer(),
    fc.double(),
    fc.constantFrom(null, true, false),
    fc.string(),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("content"),
  ),
}));

/** Contents with what their readers look at first, so that they get further. */
const likely = fc
  .tuple(
    fc.record({
      msgtype: fc.constantFrom("m.text", "m.emote", "m.image", "m.location", "x"),
      body: fc.oneof(fc.string(), fc.constantFrom(...atoms)),
      format: fc.constant("org.matrix.custom.html"),
      formatted_body: fc
        .array(fc.constantFrom("<b>", "</b>", "<ul>", "<li>", "<a href='x:y'>", "&#0;", "<img src=a>", "a"))
        .map((parts) => parts.join("")),
    }),
    content,
  )
  .map(([first, more]) => ({ ...(more as object), ...first }));

void test("any JSON is answered", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (value) => {
      const result = toMimi(value, inbound);
      assert.deepEqual(result.events, []);
      assert.equal(result.losses.length, 1);
    }),
    parameters,
  );
});

void test("anything of the rough shape of an event is answered, with losses from the table", () => {
  const shaped = fc.record(
    {
      type: fc.constantFrom(...types),
      sender: fc.constantFrom("@bob:hs.example", "@alice:hs.example", "x"),
      event_id: fc.constantFrom("$new", 5),
      state_key: fc.constantFrom("", "@alice:hs.example", 7),
      content: fc.oneof(content, likely),
      unsigned: content,
      redacts: fc.constantFrom("$root", "$gone", 1),
    },
    { requiredKeys: ["type", "sender", "content"] },
  );
  fc.assert(
    fc.property(shaped, (value) => {
      for (const { code, detail } of toMimi(value, inbound).losses) {
        assert.ok(Object.hasOwn(losses, code));
        assert.ok(detail.length <= 200);
      }
    }),
    parameters,
  );
});

void test("what the gateway sent itself gives nothing", () => {
  const nothing = { events: [], losses: [] };
  assert.deepEqual(toMimi({ ...text({ body: "hi" }), sender: ghostOfAl }, inbound), nothing);
  assert.deepEqual(toMimi(text({ body: "hi", ...mark }), inbound), nothing);
});

void test("an edit is taken only from its author, of the message itself, in order, and with its content", () => {
  assert.deepEqual(codes({ ...edit("$bobs"), sender: "@alice:hs.example" }), ["edit_unverified"]);
  assert.deepEqual(codes(edit("$gone")), ["target_unknown"]);
  assert.deepEqual(codes(edit("$bobs", { "m.new_content": undefined })), ["event_unreadable"]);
  const edited = { ...inbound, latestEdit: () => ({ at: 1_755_517_530_001, eventId: "$a" }) };
  assert.deepEqual(codes(edit("$bobs"), edited), []);
  const anEdit = { ...inbound, edit: () => ({ root, author: "@bob:hs.example", previous: null }) };
  assert.deepEqual(codes(edit("$bobs"), anEdit), ["target_unknown"]);
});

void test("a redacted event says nothing any more", () => {
  const redacted = { unsigned: { redacted_because: { type: "m.room.redaction" } } };
  assert.deepEqual(toMimi(event("m.room.message", {}, redacted), inbound), { events: [], losses: [] });
  assert.deepEqual(toMimi(event("m.reaction", {}, redacted), inbound), { events: [], losses: [] });
});

void test("what can't be seen is no message", () => {
  for (const body of ["", " \n", "\ufe0f", "\u200d\u200b"])
    assert.deepEqual(toMimi(text({ body }), inbound).events, []);
});

function edit(target: string, more: object = {}) {
  return text({
    body: "* new",
    "m.new_content": { msgtype: "m.text", body: "new" },
    "m.relates_to": { rel_type: "m.replace", event_id: target },
    ...more,
  });
}

/** The losses of an event that is not taken. */
function codes(given: unknown, context = inbound): readonly string[] {
  const { events, losses } = toMimi(given, context);
  assert.deepEqual(events, []);
  return losses.map(({ code }) => code);
}
