import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noContext } from "../../../core/convert/context-file.ts";
import { convertInput, convertLine } from "../../../core/convert/convert.ts";
import { type Source, sources } from "../../../core/convert/platforms.ts";
import { GatewayError } from "../../../core/errors.ts";
import { cbor, contextOf, convert, matrix, slack, stanza } from "./samples.ts";

const inputs: Readonly<Record<Source, string>> = {
  slack: JSON.stringify(slack),
  matrix: JSON.stringify(matrix),
  xmpp: stanza,
  mimi: cbor(),
};

/** What shows that a platform got the words with their mark. */
const shown: Readonly<Record<Source, RegExp>> = {
  slack: /"method":"chat.postMessage".*"text":"2\.0","style":\{"bold":true\}/,
  matrix: /"type":"m.room.message".*"formatted_body":"Ship <strong>2\.0<\/strong> &amp; win"/,
  xmpp: /<message type=.*<body>Ship \*2\.0\* &amp; win<\/body>/,
  mimi: /"id":"01[0-9a-f]{62}","cbor":"87.*2a2a322e302a2a/,
};

void describe("a message", () => {
  for (const from of sources) {
    for (const to of sources)
      void it(`goes from ${from} to ${to}`, () => {
        const { native, losses } = convert(inputs[from], from, to);
        assert.equal(native.length, 1);
        assert.match(JSON.stringify(native), shown[to]);
        assert.deepEqual(losses, []);
      });
    void it(`of ${from} is shown as the mappings have it`, () => {
      const { native } = convert(inputs[from], from, "json");
      assert.match(JSON.stringify(native), /"kind":"text","text":"2\.0","marks":1/);
    });
    void it(`of ${from} gives the same whenever it is asked, and as a line`, () => {
      const conversion = { from, to: "mimi", context: noContext } as const;
      const whole = convertInput(Buffer.from(inputs[from]), conversion);
      assert.deepEqual(convertInput(Buffer.from(inputs[from]), conversion), whole);
      const line = from === "xmpp" || from === "mimi" ? JSON.stringify(inputs[from]) : inputs[from];
      assert.deepEqual(convertLine(Buffer.from(line), conversion), whole);
    });
  }

  void it("keeps its id on its way through MIMI", () => {
    const [first] = convert(slack, "slack", "mimi").native as { id: string; cbor: string }[];
    assert.ok(first);
    const posted = JSON.stringify(convert(first.cbor, "mimi", "slack").native);
    assert.ok(posted.includes(first.id));
    const raw = convertInput(Buffer.from(first.cbor, "hex"), {
      from: "mimi",
      to: "slack",
      context: noContext,
    });
    assert.equal(JSON.stringify(raw.native), posted);
  });

  void it("that is written for XMPP or Matrix can be read there", () => {
    const [said] = convert(slack, "slack", "xmpp").native;
    assert.match(JSON.stringify(convert(String(said), "xmpp", "json").native), /"text":"2\.0","marks":1/);
    const [sent] = convert(slack, "slack", "matrix").native;
    assert.match(JSON.stringify(convert(sent as object, "matrix", "json").native), /"text":"2\.0","marks":1/);
  });

  void it("said in private is a loss and nothing else", () => {
    const whisper = stanza.replace("groupchat", "chat");
    const { native, losses } = convert(whisper, "xmpp", "slack");
    assert.deepEqual(native, []);
    assert.deepEqual(
      losses.map(({ code }) => code),
      ["private_not_relayed"],
    );
  });
});

void describe("what is not known", () => {
  const edit = {
    ...slack,
    subtype: "message_changed",
    message: { ...slack, text: "better", edited: { user: "U123", ts: "1755517600.000000" } },
  };

  void it("has a stand-in by which it is known", () => {
    const id = /"replaces":"(010{30}[0-9a-f]{32})"/.exec(JSON.stringify(convert(edit, "slack", "json")))?.[1];
    assert.ok(id);
    const update = JSON.stringify(convert(edit, "slack", "slack").native);
    assert.ok(update.includes(`"ts":"stand-in-${id.slice(-16)}"`), update);
    assert.match(
      JSON.stringify(convert(edit, "slack", "matrix").native),
      /"event_id":"\$stand-in-[0-9a-f]{16}"/,
    );
    assert.match(String(convert(edit, "slack", "xmpp").native[0]), /<replace xmlns="[^"]*" id="stand-in-/);
  });

  void it("is what the context says, where it says it", () => {
    const id = `01${"a".repeat(62)}`;
    const user = "mimi://hs.example/u/al";
    const context = contextOf({
      room: { uri: "mimi://hs.example/r/eng", target: "!eng:hs.example" },
      users: { U123: { name: "Al", uri: user, native: "@al:hs.example" }, U5: "Bo" },
      messages: { "1755517523.123450": { id, native: "$first" } },
    });
    const event = JSON.stringify(convert(edit, "slack", "matrix", context).native);
    assert.ok(event.includes('"event_id":"$first"'), event);
    const mention = convert({ ...slack, text: "hi <@U123> <@U5>" }, "slack", "matrix", context);
    // Whom the file gives no id on the platform has a ghost there.
    assert.match(
      JSON.stringify(mention.native),
      /"user_ids":\["@al:hs\.example","@_stand-in_u5-[0-9a-f]+:stand-in\.invalid"\]/,
    );
    assert.match(JSON.stringify(mention.native), /@?Bo/);
    const [content] = convert(slack, "slack", "mimi", context).native as { cbor: string }[];
    const text = Buffer.from(content?.cbor ?? "", "hex").toString("latin1");
    assert.ok(text.includes(user) && text.includes("mimi://hs.example/r/eng"));
  });

  void it("may be named by the context without an event id", () => {
    const context = contextOf({
      messages: {
        "1755517523.123450": { native: "$first" },
        r1: { native: "$thumb", reaction: { emoji: "👍", to: "1755517523.123450" } },
      },
    });
    const event = JSON.stringify(convert(edit, "slack", "matrix", context).native);
    assert.ok(event.includes('"event_id":"$first"'), event);
    const back = { type: "reaction_removed", user: "U1", reaction: "+1", event_ts: "1.3" };
    const item = { type: "message", ts: "1755517523.123450" };
    const redaction = convert({ ...back, item }, "slack", "matrix", context);
    assert.match(JSON.stringify(redaction.native), /"kind":"redact".*"redacts":"\$thumb"/);
  });

  void it("is taken to be the author's own, reactions among it", () => {
    const removed = {
      type: "reaction_removed",
      user: "U123",
      reaction: "tada",
      item: { type: "message", channel: "C1", ts: slack.ts },
      event_ts: "1755517700.000000",
    };
    const call = convert(removed, "slack", "slack");
    assert.deepEqual(call.losses, []);
    assert.match(JSON.stringify(call.native), /"method":"reactions.remove".*"name":"tada"/);
    const redaction = { ...matrix, type: "m.room.redaction", content: { redacts: "$e1" } };
    assert.match(JSON.stringify(convert(redaction, "matrix", "json").native), /"kind":"deletion","by":null/);
    const reaction = contextOf({ messages: { $e1: { reaction: { emoji: "👍", to: "$m" } }, $m: {} } });
    assert.match(
      JSON.stringify(convert(redaction, "matrix", "json", reaction).native),
      /"kind":"unreaction"/,
    );
  });

  void it("sets all reactions of a stanza", () => {
    const reactions =
      "<message type='groupchat' from='eng@muc.example/Al'><reactions id='r1' xmlns='urn:xmpp:reactions:0'>" +
      "<reaction>👍</reaction><reaction>🎉</reaction></reactions></message>";
    assert.equal(convert(reactions, "xmpp", "slack").native.length, 2);
    assert.match(String(convert(reactions, "xmpp", "xmpp").native[1]), /👍.*🎉/);
  });
});

void describe("what is no message", () => {
  const topic = { ...slack, subtype: "channel_topic", topic: "Tea" };

  void it("goes where it has a place", () => {
    const [content] = convert(topic, "slack", "mimi").native as { id: string; cbor: string }[];
    assert.match(content?.id ?? "", /^f0/);
    assert.deepEqual(
      convert(content?.cbor ?? "", "mimi", "matrix").native,
      [{ type: "m.room.topic", state_key: "", content: { topic: "Tea" } }].map((event) => ({
        ...event,
        content: (convert(topic, "slack", "matrix").native[0] as typeof event).content,
      })),
    );
    assert.match(String(convert(topic, "slack", "xmpp").native[0]), /<subject>Tea<\/subject>/);
  });

  void it("is a loss in a log that does not hold it", () => {
    const typing = { type: "m.typing", content: { user_ids: ["@al:hs.example"] } };
    const { native, losses } = convert(typing, "matrix", "mimi");
    assert.deepEqual([native, losses.map(({ code }) => code)], [[], ["typing_unsupported"]]);
    assert.match(String(convert(typing, "matrix", "xmpp").native[0]), /<composing /);
  });

  void it("is a stanza of its own on XMPP", () => {
    const renamed = { ...matrix, type: "m.room.name", state_key: "", content: { name: "Tea & more" } };
    const [iq] = convert(renamed, "matrix", "xmpp").native;
    assert.match(String(iq), /^<iq type="set".*roomconfig_roomname.*Tea &amp; more/);
  });
});

void describe("what is no event", () => {
  const cases: readonly (readonly [string, Source, string])[] = [
    ["", "slack", "event_malformed"],
    ["[]", "slack", "event_malformed"],
    ["{", "matrix", "event_malformed"],
    ["hello", "xmpp", "event_malformed"],
    ["<message><body></message>", "xmpp", "event_malformed"],
    ["00", "mimi", "content_invalid"],
    ["zz", "mimi", "content_invalid"],
    ["", "mimi", "content_invalid"],
  ];
  for (const [input, from, code] of cases)
    void it(`is refused with a code: ${from} ${JSON.stringify(input)}`, () => {
      assert.throws(
        () => convert(input, from, "json"),
        (error) => error instanceof GatewayError && error.code === code && error.detail !== "",
      );
    });

  void it("is refused as a line of another form", () => {
    for (const [line, from] of [
      ["{}", "xmpp"],
      ["{}", "mimi"],
      ['"xyz"', "mimi"],
      ['"{}"', "slack"],
    ] as const)
      assert.throws(
        () => convertLine(Buffer.from(line), { from, to: "json", context: noContext }),
        (error) => error instanceof GatewayError && error.code === "event_malformed",
      );
  });

  void it("of a shape that is not documented is a loss", () => {
    const { native, losses } = convert({ type: "message" }, "slack", "xmpp");
    assert.deepEqual([native, losses.map(({ code }) => code)], [[], ["event_unreadable"]]);
  });
});

void describe("a context file", () => {
  void it("is refused with the places of its mistakes", () => {
    for (const [context, place] of [
      [{ user: {} }, "user"],
      [{ users: { U1: 3 } }, "users.U1"],
      [{ messages: { a: { id: "01" } } }, "messages.a.id"],
      [{ room: { uri: "x" } }, "room.uri"],
    ] as const)
      assert.throws(
        () => contextOf(context),
        (error) => error instanceof GatewayError && error.code === "usage" && error.detail.includes(place),
      );
  });
});
