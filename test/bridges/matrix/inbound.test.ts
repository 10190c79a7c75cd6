import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EditMemory } from "../../../bridges/matrix/edit-memory.ts";
import { translate } from "../../../bridges/matrix/inbound.ts";
import type { Around } from "../../../bridges/matrix/inbound-context.ts";
import { rawOf, toldOf } from "../../../bridges/matrix/kept-event.ts";
import { MARK, OwnUsers } from "../../../bridges/matrix/names.ts";
import type { KnownInRoom, Lookups } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const room = "!room:hs.example" as NativeRoom;
const ANNA = "@anna:hs.example";
const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const around: Around = {
  gateway: "mimi.test",
  own,
  people: { nameOf: (_room, user) => Promise.resolve(user === ANNA ? "Anna" : "") },
  history: { event: () => Promise.resolve(null), edits: () => Promise.resolve([]) },
  edits: new EditMemory(),
  homeserver: "https://hs.example",
  bots: true,
  room: () => null,
};
const root = "01".repeat(32) as EventId;
const event = (content: object, change: object = {}) => ({
  type: "m.room.message",
  event_id: "$new",
  sender: ANNA,
  origin_server_ts: 1_000,
  content,
  ...change,
});
const told = (json: unknown) => toldOf(json) ?? assert.fail("it is an event");
const raw = (json: unknown) => rawOf(told(json));
const text = (body: string) => ({ msgtype: "m.text", body });

/** A room that knows one thing, under `$known`. */
function knowing(change: Partial<KnownInRoom> = {}): Lookups {
  const called = { by: "native", name: "$known" } as const;
  const plain = {
    thread: new Uint8Array(),
    replyTo: null,
    pollOptions: null,
    at: 0,
    deleted: false,
    aux: null,
  };
  const known: KnownInRoom = {
    called,
    event: root,
    isReaction: false,
    root,
    version: root,
    author: ANNA,
    ...plain,
    ...change,
  };
  return { ...unknowing, messages: ([name]) => Promise.resolve(name?.name === "$known" ? [known] : []) };
}

const linkedTo = (uri: GroupUri | null) => ({ ...unknowing, group: () => Promise.resolve(uri) });

const translated = async (json: unknown, lookups: Lookups = unknowing, what: Around = around) =>
  (await translate(room, raw(json), what, lookups)).events;

void describe("an event of a Matrix room", () => {
  void it("is somebody's message, by the name that the room calls him", async () => {
    const [said, ...others] = await translated(event(text("hello")));
    assert.ok(said?.kind === "message" && others.length === 0);
    assert.deepEqual(said.sender, { native: ANNA, name: "Anna" });
    assert.equal(said.native, "$new");
  });

  void it("is nothing where another gateway has sent it as a copy of an event of the same group", async () => {
    const group = "mimi://a.test/r/one" as GroupUri;
    const copy = event({ ...text("a copy"), [MARK]: { gateway: "other.test", group } });
    assert.deepEqual(await translated(copy, linkedTo(group)), []);
    const elsewhere = linkedTo("mimi://a.test/r/two" as GroupUri);
    assert.equal(
      (await translated(copy, elsewhere)).length,
      1,
      "a copy of another group's is a message here",
    );
  });

  void it("is nothing where this gateway has sent it, whatever its name there", async () => {
    const copy = { ...text("ours"), [MARK]: { gateway: "mimi.test" } };
    assert.deepEqual(await translated(event(copy, { sender: "@older-bot:hs.example" })), []);
    assert.deepEqual(
      await translated(event(text("a ghost's"), { sender: "@_mimi_a.test_b:hs.example" })),
      [],
    );
  });

  void it("is an edit of the message itself, and remembered with what it edits", async () => {
    const relation = { rel_type: "m.replace", event_id: "$known" };
    const json = event({ ...text("* new"), "m.new_content": text("new"), "m.relates_to": relation });
    const [edit] = await translated(json, knowing());
    assert.ok(edit?.kind === "message");
    assert.equal(edit.message.replaces, root);
    assert.equal(edit.aux, "$known");
    assert.deepEqual(await translated(json, knowing({ author: "@ben:hs.example" })), []);
    const ofEdit = knowing({ event: "02".repeat(32) as EventId });
    assert.deepEqual(await translated(json, ofEdit), [], "an edit can't be edited");
  });

  void it("takes a reaction away in the name of whoever gave it, and none of another platform's", async () => {
    const json = event(
      { redacts: "$known" },
      { type: "m.room.redaction", redacts: "$known", sender: "@mod:hs.example" },
    );
    const [gone] = await translated(json, knowing({ isReaction: true }));
    assert.ok(gone?.kind === "message" && gone.message.body.kind === "unreaction");
    assert.equal(gone.sender.native, ANNA);
    assert.deepEqual(await translated(json, knowing({ isReaction: true, author: null })), []);
  });

  void it("says what was said before, when the last edit is redacted", async () => {
    const original = told(event(text("first"), { event_id: "$orig", origin_server_ts: 1 }));
    const earlier = told(
      event(
        { ...text("* second"), "m.new_content": text("second") },
        { event_id: "$e1", origin_server_ts: 2 },
      ),
    );
    const redacted = told(event({}, { event_id: "$known", origin_server_ts: 3 }));
    const events = new Map([original, earlier, redacted].map((one) => [one.id, one]));
    const history = (left: readonly (typeof earlier)[]) => ({
      event: (_room: NativeRoom, id: string) => Promise.resolve(events.get(id) ?? null),
      edits: () => Promise.resolve(left),
    });
    const json = event({ redacts: "$known" }, { type: "m.room.redaction", redacts: "$known" });
    const edited = knowing({ event: "02".repeat(32) as EventId, aux: "$orig" });
    const saidAgain = async (left: readonly (typeof earlier)[]) => {
      const [said] = await translated(json, edited, { ...around, history: history(left) });
      return said?.kind === "message" && said.message.body.kind === "text"
        ? JSON.stringify(said.message.body.text)
        : null;
    };
    assert.match((await saidAgain([])) ?? "", /first/);
    assert.match((await saidAgain([earlier])) ?? "", /second/);
    const later = { ...earlier, id: "$e2", event: { ...earlier.event, at: 9 } };
    assert.equal(await saidAgain([earlier, later]), null, "a later edit hides the one that is gone");
  });

  void it("names its files where the homeserver gives them, for this gateway to give on", async () => {
    const file = { msgtype: "m.file", body: "a.pdf", url: "mxc://hs.example/abc" };
    const [said] = await translated(event(file));
    assert.ok(said?.kind === "message" && said.message.body.kind === "media");
    const address = "https://hs.example/_matrix/client/v1/media/download/hs.example/abc";
    assert.deepEqual([said.message.body.files[0]?.source, said.served], [address, [address]]);
  });

  void it("of a bot is left out where that is wanted, by the account or by the room", async () => {
    const notice = event({ msgtype: "m.notice", body: "beep" });
    assert.equal((await translated(notice)).length, 1);
    assert.deepEqual(await translated(notice, unknowing, { ...around, bots: false }), []);
    assert.deepEqual(await translated(notice, { ...unknowing, bots: false }), []);
  });

  void it("is malformed where it says nothing that can be read", async () => {
    const nothing = event({ redacts: 7 }, { type: "m.room.redaction" });
    await assert.rejects(translated(nothing), { code: "event_malformed" });
    const broken = { nativeKey: null, at: 0, raw: "{" };
    await assert.rejects(translate(room, broken, around, unknowing), { code: "event_malformed" });
  });
});
