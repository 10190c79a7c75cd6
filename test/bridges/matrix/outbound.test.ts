import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matrixCapabilities } from "../../../bridges/matrix/capabilities.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { type OutboundParts, plan, RELAYED } from "../../../bridges/matrix/outbound.ts";
import { uploadsOf, withAddresses } from "../../../bridges/matrix/planned-uploads.ts";
import type { OutEvent, RoomContext, Speaker } from "../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import type { RoomMessage } from "../../../mappings/mapping.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { message, textMessage } from "../../../mappings/message.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const parts: OutboundParts = {
  own,
  homeserver: "https://hs.example",
  capabilities: matrixCapabilities(null, own.bot, false),
  powers: null,
};
const speaker: Speaker = { uri: "mimi://a.test/u/b" as UserUri, name: "Remote" };
const id = "01".repeat(32) as EventId;
const root = "02".repeat(32) as EventId;
const said = (body: ReturnType<typeof message>): OutEvent => ({
  kind: "message",
  id,
  speaker,
  message: body,
});

/** A room that has a message of the speaker's, in these parts. */
function having(change: Partial<RoomMessage> = {}): RoomContext {
  const known: RoomMessage = {
    root,
    parts: [{ native: "$one", aux: null }],
    edits: [],
    author: { name: "Remote", native: null },
    ours: true,
    excerpt: "",
    threadRoot: null,
    ...change,
  };
  return { ...emptyContext, author: () => speaker, message: (asked) => (asked === root ? known : null) };
}

void describe("the steps of an event in a Matrix room", () => {
  void it("store the pictures of custom emoji first, and name those that can't be stored", () => {
    const source = "https://emoji.example/parrot.gif";
    const emoji = { kind: "emoji", name: "parrot", source, marks: 0 } as const;
    const text = { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [emoji, emoji] }] } as const;
    const [step] = plan(said(textMessage(text)), parts, emptyContext).steps;
    assert.ok(step);
    const [upload, ...others] = uploadsOf(step);
    assert.deepEqual([upload?.source, upload?.emoji, others.length], [source, "parrot", 0]);
    const stored = withAddresses(step.args["content"] as never, () => "mxc://hs.example/parrot");
    assert.equal(String(stored["formatted_body"]).match(/src="mxc:\/\/hs\.example\/parrot"/g)?.length, 2);
    const { content } = step.args["linked"] as { readonly content: { readonly body: string } };
    assert.equal(content.body, ":parrot::parrot:");
    const reaction = { kind: "custom", name: "parrot", source } as const;
    const reacts = said({ ...message({ kind: "reaction", reaction }), replyTo: root });
    const [reacted] = plan(reacts, parts, having()).steps;
    assert.ok(reacted);
    const shown = withAddresses(reacted.args["content"] as never, () => "mxc://hs.example/parrot");
    const relation = { rel_type: "m.annotation", event_id: "$one", key: "mxc://hs.example/parrot" };
    assert.deepEqual(shown["m.relates_to"], relation);
    const known = { ...emoji, source: "mxc://other.example/parrot" };
    const at = { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [known] }] } as const;
    assert.deepEqual(plan(said(textMessage(at)), parts, emptyContext).steps[0]?.args["uploads"], undefined);
  });

  void it("take out the ghost of whoever is out of the group, and leave people of Matrix to the room", () => {
    const event = (change: "leave" | "ban" | "join", user: string = speaker.uri): OutEvent => ({
      kind: "member",
      id,
      user,
      change,
      reason: "spam",
    });
    const out = {
      op: "out",
      part: null,
      speaker: null,
      args: { ghost: own.ghostOf(speaker.uri), reason: "spam" },
    };
    for (const change of ["leave", "ban"] as const)
      assert.deepEqual(plan(event(change), parts, emptyContext), { steps: [out], losses: [] });
    assert.deepEqual(plan(event("join"), parts, emptyContext), { steps: [], losses: [] });
    assert.deepEqual(plan(event("leave", "mimi://a.test"), parts, emptyContext).steps, [], "a provider");
    const native = { ...emptyContext, user: () => ({ native: "@anna:hs.example", name: "Anna" }) };
    assert.deepEqual(plan(event("ban"), parts, native).losses, [
      { code: "member_unsupported", detail: "ban" },
    ]);
  });

  void it("send a text in the speaker's name, the same whenever it is planned", () => {
    const event = said(textMessage(plainFlat("hello")));
    const { steps } = plan(event, parts, emptyContext);
    assert.deepEqual(steps, plan(event, parts, emptyContext).steps);
    assert.deepEqual(
      steps.map(({ op, part, speaker: by }) => [op, part, by?.name]),
      [["send", 0, "Remote"]],
    );
  });

  void it("change an event by whoever has sent it", () => {
    const edit = said({ ...textMessage(plainFlat("changed")), replaces: root });
    const [own] = plan(edit, parts, having()).steps;
    assert.deepEqual([own?.part, own?.args["edited"], own?.args["relayed"]], [null, "$one", false]);
    const [relayed] = plan(edit, parts, having({ parts: [{ native: "$one", aux: RELAYED }] })).steps;
    assert.equal(relayed?.args["relayed"], true);
  });

  void it("redact all versions, those of the gateway's own user by itself", () => {
    const deletion = said({ ...message({ kind: "deletion", by: null }), replaces: root });
    const edits = [{ native: "$edit", aux: "$one" }];
    const { steps } = plan(deletion, parts, having({ edits }));
    assert.deepEqual(
      steps.map(({ op, args, speaker: by }) => [op, args["event"], by?.name]),
      [
        ["redact", "$one", "Remote"],
        ["redact", "$edit", "Remote"],
      ],
    );
    const relayed = plan(deletion, parts, having({ edits, parts: [{ native: "$one", aux: RELAYED }] }));
    assert.deepEqual(
      relayed.steps.map(({ speaker: by }) => by),
      [null, null],
    );
  });

  void it("pin one message, and leave the list to when the call is made", () => {
    const pin: OutEvent = { kind: "property", id, speaker, name: "pins", item: root, value: "true" };
    const [step] = plan(pin, parts, having()).steps;
    assert.deepEqual([step?.op, step?.args], ["pin", { event: "$one", pinned: true }]);
    const { steps, losses } = plan({ ...pin, item: id }, parts, having());
    assert.deepEqual([steps, losses.map(({ code }) => code)], [[], ["target_unknown"]]);
  });

  void it("name and notify the person whom a line is for", () => {
    const to = { native: "@anna:hs.example", name: "Anna" };
    const line: OutEvent = { kind: "notice", to, text: "not delivered", thread: new Uint8Array() };
    const [step] = plan(line, parts, emptyContext).steps;
    assert.equal(step?.speaker, null);
    assert.deepEqual(step?.args["content"], {
      msgtype: "m.notice",
      body: "Anna: not delivered",
      "m.mentions": { user_ids: ["@anna:hs.example"] },
    });
  });

  void it("upload files that are elsewhere, with what is sent where they can't be", () => {
    const file = {
      source: "https://elsewhere.example/photo.png",
      encryption: null,
      sha256: null,
      contentType: "image/png",
      filename: "photo.png",
      description: "",
      size: 5,
      inline: true,
      width: null,
      height: null,
      duration: null,
      voice: false,
    };
    const here = { ...file, source: "https://hs.example/_matrix/client/v1/media/download/hs.example/abc" };
    const media = {
      kind: "media",
      files: [file, here],
      caption: null,
      sticker: false,
      spoiler: null,
    } as const;
    const [first, second, ...others] = plan(said(message(media)), parts, emptyContext).steps;
    assert.ok(first && second && others.length === 0);
    const [upload] = uploadsOf(first);
    assert.equal(upload?.source, file.source);
    assert.match(JSON.stringify(first.args["linked"]), /elsewhere\.example/);
    assert.deepEqual(uploadsOf(second), []);
    assert.match(JSON.stringify(second.args["content"]), /mxc:\/\/hs\.example\/abc/);
    const stored = withAddresses(
      { url: upload?.place ?? "", body: upload?.place },
      () => "mxc://hs.example/new",
    );
    assert.deepEqual(
      stored,
      { url: "mxc://hs.example/new", body: upload?.place },
      "nobody's words are changed",
    );
  });
});
