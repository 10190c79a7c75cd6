/** What programs and homeservers send that no table foresees: edits that are none, texts without a body, ids of every form. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LossCode } from "../../../mappings/loss.ts";
import type { Mapped } from "../../../mappings/mapping.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import type { MatrixContent } from "../../../mappings/matrix/calls.ts";
import type { MatrixInbound } from "../../../mappings/matrix/context.ts";
import { toMimi } from "../../../mappings/matrix/to-mimi.ts";
import { event, html, text } from "./case-tools.ts";
import { ghostOfAl, group, inbound, root } from "./room.ts";

interface Read {
  readonly events: readonly Mapped[];
  readonly losses: readonly LossCode[];
}

function read(given: unknown, change: Partial<MatrixInbound> = {}): Read {
  const { events, losses } = toMimi(given, { ...inbound, ...change });
  return { events, losses: losses.map(({ code }) => code) };
}

/** The words of the one message that the event is read as. */
function wordsOf({ events }: Read): string {
  const [one, ...others] = events;
  assert.ok(one?.kind === "message" && one.message.body.kind === "text" && others.length === 0);
  return plainTextOf(one.message.body.text);
}

const replacing = (target: string, content: MatrixContent = { msgtype: "m.text", body: "new" }) => ({
  body: "* new",
  "m.new_content": content,
  "m.relates_to": { rel_type: "m.replace", event_id: target },
});
const startOfPoll = {
  "org.matrix.msc3381.poll.start": {
    question: { "org.matrix.msc1767.text": "Tea or coffee?" },
    answers: [{ id: "a", "org.matrix.msc1767.text": "Tea" }],
  },
};

/** How many events an edit gives where the last one was made at that time. */
const editsAfter = (time: number, id: string) =>
  read(
    { ...text(replacing("$bobs")), event_id: id },
    {
      latestEdit: () => ({ at: time, eventId: "$m" }),
    },
  ).events.length;

void describe("an edit", () => {
  void it("is of the type of what it edits", () => {
    assert.deepEqual(read(text(replacing("$poll"))), { events: [], losses: ["target_unknown"] });
    const poll = event("org.matrix.msc3381.poll.start", replacing("$bobs", startOfPoll));
    assert.deepEqual(read(poll), { events: [], losses: ["target_unknown"] });
    const again = read(event("org.matrix.msc3381.poll.start", replacing("$poll", startOfPoll)));
    assert.equal(again.events.length, 1);
    const reaction = event("m.reaction", replacing("$bobs", { "m.relates_to": {} }));
    assert.deepEqual(read(reaction).events, []);
  });

  void it("is no state, whatever state says of itself", () => {
    const state = { ...text(replacing("$bobs")), state_key: "" };
    assert.deepEqual(read(state).events, []);
    assert.deepEqual(read(event("m.room.topic", { topic: "x", ...replacing("$bobs") })).events, []);
  });

  void it("replaces the text alone: neither what is answered nor the thread follows it", () => {
    const { events } = read(
      text({
        ...replacing("$bobs", {
          msgtype: "m.text",
          body: "new",
          "m.relates_to": { "m.in_reply_to": { event_id: "$poll" } },
        }),
      }),
    );
    const [said] = events;
    assert.ok(said?.kind === "message");
    assert.equal(said.message.replyTo, root);
  });

  void it("keeps its quotation marks: only new messages begin with what older programs quote", () => {
    assert.equal(
      wordsOf(read(text(replacing("$bobs", { msgtype: "m.text", body: "> a\n\nb" })))),
      "> a\n\nb",
    );
  });

  void it("that leaves nothing to be seen changes nothing", () => {
    assert.deepEqual(read(text(replacing("$bobs", { msgtype: "m.text", body: " \u200b" }))).events, []);
  });

  void it("that comes after a later one is nothing, also at the same time", () => {
    const now = 1_755_517_530_000;
    assert.deepEqual(
      [
        editsAfter(now + 1, "$z"),
        editsAfter(now, "$a"),
        editsAfter(now, "$m"),
        editsAfter(now, "$z"),
        editsAfter(now - 1, "$a"),
      ],
      [0, 0, 0, 1, 1],
    );
  });
});

void describe("a text", () => {
  void it("may be HTML alone", () => {
    const alone = event("m.room.message", {
      msgtype: "m.text",
      format: "org.matrix.custom.html",
      formatted_body: "<b>HTML</b> alone",
    });
    assert.equal(wordsOf(read(alone)), "HTML alone");
    assert.equal(wordsOf(read(html("<i>said</i>", { body: "" }))), "said");
  });

  void it("is its body where its HTML says nothing, is of another format, or is none", () => {
    assert.equal(wordsOf(read(html("<script>x()</script>", { body: "the body" }))), "the body");
    assert.equal(
      wordsOf(read(html("<b>x</b>", { body: "the body", format: "org.example.bbcode" }))),
      "the body",
    );
    assert.equal(wordsOf(read(html("", { body: "the body", formatted_body: 7 }))), "the body");
  });

  void it("without either can't be read", () => {
    assert.deepEqual(read(event("m.room.message", { msgtype: "m.text" })), {
      events: [],
      losses: ["event_unreadable"],
    });
    assert.deepEqual(read(event("m.room.message", {})).losses, ["event_unreadable"]);
  });

  void it("of a kind that nobody knows is its body, and bears what it answers", () => {
    const { events, losses } = read(
      text({
        msgtype: "org.example.dice",
        body: "6",
        "m.relates_to": { "m.in_reply_to": { event_id: "$bobs" } },
      }),
    );
    const [said] = events;
    assert.ok(said?.kind === "message" && said.message.body.kind === "text");
    assert.deepEqual([said.message.body.style, losses], ["notice", ["content_unsupported"]]);
    assert.notEqual(said.message.replyTo, null);
  });

  void it("of another bot is a notice, which programs know not to answer", () => {
    const { events } = read(text({ msgtype: "m.notice", body: "build failed" }));
    const [said] = events;
    assert.ok(said?.kind === "message" && said.message.body.kind === "text");
    assert.equal(said.message.body.style, "notice");
  });

  void it("that answers something from before the room was linked stands alone", () => {
    const answer = text({
      body: "> <@bob:hs.example> long ago\n\nstill true",
      "m.relates_to": { "m.in_reply_to": { event_id: "$before" } },
    });
    const found = read(answer);
    assert.equal(wordsOf(found), "still true");
    assert.deepEqual(found.losses, ["reply_unrelated"]);
  });

  void it("that is nothing but a quotation is what its author says", () => {
    const answer = text({ body: "> only this", "m.relates_to": { "m.in_reply_to": { event_id: "$bobs" } } });
    assert.equal(wordsOf(read(answer)), "> only this");
  });
});

const targets = (given: unknown) =>
  read(given).events.map((one) => one.kind === "message" && one.message.replaces);

void describe("a redaction", () => {
  const redacted = { redacted_because: { type: "m.room.redaction" } };

  void it("is read where room version 11 has its target, where older ones have it, and where both do", () => {
    const above = targets(event("m.room.redaction", {}, { redacts: "$bobs" }));
    assert.deepEqual(targets(event("m.room.redaction", { redacts: "$bobs" })), above);
    assert.deepEqual(targets(event("m.room.redaction", { redacts: "$bobs" }, { redacts: "$bobs" })), above);
    assert.equal(above.length, 1);
  });

  void it("of a topic, a member or a name is no change of them", () => {
    for (const target of ["$topic", "$member", "$name"])
      assert.deepEqual(read(event("m.room.redaction", { redacts: target })).events, []);
  });

  void it("leaves a child that is related to nothing any more", () => {
    const child = event("m.room.message", {}, { unsigned: redacted });
    assert.deepEqual(read(child), { events: [], losses: [] });
    assert.deepEqual(read(event("m.sticker", {}, { unsigned: redacted })), { events: [], losses: [] });
  });
});

const linked = (href: string, room: string) =>
  read(html(`in <a href="${href}">it</a>`), {
    room: (native) => (native === room ? { uri: group, name: "eng" } : null),
  }).events;

void describe("ids of rooms", () => {
  void it("name a room with and without a server behind a colon", () => {
    for (const id of ["!eng:hs.example", "!Ab-_9", "!eng:[::1]:8448"]) {
      const [said] = linked(`https://matrix.to/#/${encodeURIComponent(id)}?via=hs.example`, id);
      assert.ok(said?.kind === "message", id);
      assert.match(JSON.stringify(said.message.body), /"kind":"group"/, id);
    }
  });

  void it("lead on from a closed room, whatever their form", () => {
    for (const next of ["!next:hs.example", "!Ab-_9"]) {
      const { events } = read(event("m.room.tombstone", { replacement_room: next }, { state_key: "" }));
      assert.deepEqual(
        events.map((one) => one.kind === "room" && one.to),
        [next],
      );
    }
  });
});

const member = (content: MatrixContent, state_key: string, more: MatrixContent = {}) =>
  event("m.room.member", content, { state_key, ...more });

void describe("members", () => {
  void it("are not told of where a join repeats what stood there", () => {
    const joined = { membership: "join", name: "Bob", avatar: "" } as const;
    const again = member({ membership: "join", displayname: "Bob" }, "@bob:hs.example");
    assert.deepEqual(read(again, { member: () => joined }).events, []);
    const before = { unsigned: { prev_content: { membership: "join", displayname: "Bob" } } };
    assert.deepEqual(
      read(member({ membership: "join", displayname: "Bob" }, "@bob:hs.example", before)).events,
      [],
    );
  });

  void it("of the gateway are its own matter where it moves them itself", () => {
    const own = member({ membership: "join" }, ghostOfAl, { sender: ghostOfAl });
    assert.deepEqual(read(own), { events: [], losses: [] });
  });

  void it("of homeservers far away invite ghosts like anybody else", () => {
    const [invited] = read(
      member({ membership: "invite" }, ghostOfAl, { sender: "@eve:far.example" }),
    ).events;
    assert.ok(invited?.kind === "member");
    assert.deepEqual([invited.action, invited.by?.native], ["invite", "@eve:far.example"]);
  });
});
