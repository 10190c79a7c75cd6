import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EditMemory } from "../../../bridges/matrix/edit-memory.ts";
import { isAtHand, translate } from "../../../bridges/matrix/inbound.ts";
import type { Around } from "../../../bridges/matrix/inbound-context.ts";
import { isKept, rawOf, toldOf } from "../../../bridges/matrix/kept-event.ts";
import { MARK, OwnUsers } from "../../../bridges/matrix/names.ts";
import type { KnownInRoom, Lookups } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const room = "!room:hs.example" as NativeRoom;
const ANNA = "@anna:hs.example";
const PICTURE = "mxc://hs.example/anna";
const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const around: Around = {
  gateway: "mimi.test",
  own,
  people: {
    lookOf: (_room, user) =>
      Promise.resolve(user === ANNA ? { name: "Anna", picture: PICTURE } : { name: "", picture: "" }),
    knows: (_room, user) => user === ANNA,
    isIn: () => Promise.resolve(false),
  },
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
const fresh = (json: unknown) => rawOf(told(json));
/** As the store gives it back. */
const raw = (json: unknown) => ({ ...fresh(json) });
const text = (body: string) => ({ msgtype: "m.text", body });
const avatar = (content: object) => event(content, { type: "m.room.avatar", state_key: "" });

/** A room in which each event is shown as a message of this sender's. */
function showing(sender: string): Around {
  const target = told({ type: "m.room.message", event_id: "$gone", sender, content: {} });
  return { ...around, history: { ...around.history, event: () => Promise.resolve(target) } };
}

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
  return {
    ...unknowing,
    messages: ([name]) => Promise.resolve(name?.name === "$known" ? [known] : []),
    knows: (native) => Promise.resolve(native === "$known"),
  };
}

const linkedTo = (uri: GroupUri | null) => ({ ...unknowing, group: () => Promise.resolve(uri) });

const translated = async (json: unknown, lookups: Lookups = unknowing, what: Around = around) =>
  (await translate(room, raw(json), what, lookups)).events;

void describe("an event of a Matrix room", () => {
  void it("waits for a call under way where it refers to what the gateway says, and not for what others said", async () => {
    const waiting = new GatewayError("target_under_way", "it may be a call under way");
    const lookups = { ...unknowing, messages: () => Promise.reject(waiting) };
    const redaction = event({ redacts: "$gone" }, { type: "m.room.redaction", redacts: "$gone" });
    assert.deepEqual(await translated(redaction, lookups, showing(ANNA)), []);
    await assert.rejects(translated(redaction, lookups, showing(own.bot)), waiting);
    await assert.rejects(translated(redaction, lookups), waiting);
  });

  void it("is somebody's message, by the name that the room calls him, and with his picture there", async () => {
    const [said, ...others] = await translated(event(text("hello")));
    assert.ok(said?.kind === "message" && others.length === 0);
    const address = "https://hs.example/_matrix/client/v1/media/thumbnail/hs.example/anna";
    const small = `${address}?width=320&height=320&method=scale`;
    assert.deepEqual(said.sender, { native: ANNA, name: "Anna", avatar: small });
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

  void it("is another picture of the room, where the homeserver gives it, unless a gateway has set it", async () => {
    assert.ok(isKept(told(avatar({})).event));
    const [set] = await translated(avatar({ url: PICTURE }));
    assert.ok(set?.kind === "property" && set.name === "avatar");
    const address = "https://hs.example/_matrix/client/v1/media/download/hs.example/anna";
    assert.deepEqual([set.value, set.shown], [address, PICTURE]);
    const [gone] = await translated(avatar({}));
    assert.ok(gone?.kind === "property");
    assert.deepEqual([gone.value, gone.shown], ["", ""]);
    const group = "mimi://a.test/r/one" as GroupUri;
    const copy = avatar({ url: PICTURE, [MARK]: { gateway: "other.test", group } });
    assert.deepEqual(await translated(copy, linkedTo(group)), []);
    const [carried] = await translated(copy, linkedTo("mimi://a.test/r/two" as GroupUri));
    assert.ok(carried?.kind === "property");
    assert.deepEqual(carried.copy, { gateway: "other.test", groups: [group] });
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

  void it("hides no edit of the author's, where somebody else has sent what looks like a later one", async () => {
    const own = { ...around, edits: new EditMemory() };
    const relation = { rel_type: "m.replace", event_id: "$known" };
    const edit = (change: object) =>
      event({ ...text("* new"), "m.new_content": text("new"), "m.relates_to": relation }, change);
    const forged = edit({ event_id: "$forged", sender: "@mallory:hs.example", origin_server_ts: 9_000 });
    assert.deepEqual(await translated(forged, knowing(), own), []);
    const [said] = await translated(edit({}), knowing(), own);
    assert.ok(said?.kind === "message" && said.message.replaces === root);
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

  void it("is somebody's going, whether he went or was put out, and no coming", async () => {
    const member = (membership: string, sender = ANNA, previous = "join") =>
      event(
        { membership, reason: "enough" },
        {
          type: "m.room.member",
          state_key: ANNA,
          sender,
          unsigned: { prev_content: { membership: previous, displayname: "Anna" } },
        },
      );
    const gone = { kind: "leave", sender: { native: ANNA, name: "Anna" }, reason: "enough" };
    const moderator = "@mod:hs.example";
    for (const json of [member("leave"), member("leave", moderator), member("ban", moderator)]) {
      assert.ok(isKept(told(json).event));
      assert.deepEqual(await translated(json), [gone]);
    }
    assert.ok(!isKept(told(member("join")).event));
    assert.deepEqual(await translated(member("leave", moderator, "ban")), [], "a ban that is lifted");
    const beside = "!beside:hs.example" as NativeRoom;
    const two = { ...unknowing, beside: () => Promise.resolve([beside]) };
    assert.deepEqual(await translated(member("leave"), two), [gone], "he is in none of the group's rooms");
    const isIn = (other: NativeRoom, user: string) => Promise.resolve(other === beside && user === ANNA);
    const stays = { ...around, people: { ...around.people, isIn } };
    assert.deepEqual(await translated(member("leave"), two, stays), [], "he is in another room of the group");
    assert.deepEqual(await translated(member("leave"), unknowing, stays), [gone]);
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

const atHand = (content: object, change: object = {}): boolean =>
  isAtHand(room, fresh(event(content, change)), around);

void describe("what needs no look-up", () => {
  void it("is something said that names nothing, by somebody who is known", () => {
    assert.ok(atHand(text("hello")));
    assert.ok(atHand({ ...text("hello Anna"), "m.mentions": { user_ids: [ANNA] } }));
    assert.ok(!atHand(text("hello"), { sender: "@ben:hs.example" }));
    assert.ok(!atHand({ ...text("hello Ben"), "m.mentions": { user_ids: ["@ben:hs.example"] } }));
  });

  void it("is nothing that refers to something, or that may be a copy of what the group has", () => {
    const reply = { "m.relates_to": { "m.in_reply_to": { event_id: "$known" } } };
    assert.ok(!atHand({ ...text("yes"), ...reply }));
    assert.ok(!atHand({ "m.relates_to": { rel_type: "m.annotation" } }, { type: "m.reaction" }));
    assert.ok(!atHand({ ...text("hello"), [MARK]: { gateway: "other.test", group: "mimi://x.test/r/1" } }));
    const href = "https://matrix.to/#/!other:hs.example";
    const link = { format: "org.matrix.custom.html", formatted_body: `<a href="${href}">there</a>` };
    assert.ok(!atHand({ ...text("there"), ...link }));
    assert.ok(!atHand({ name: "A room" }, { type: "m.room.name", state_key: "" }));
  });

  void it("means the same before it is stored as after", async () => {
    const said = event({
      ...text("*hello*"),
      format: "org.matrix.custom.html",
      formatted_body: "<em>hello</em>",
    });
    const before = await translate(room, fresh({ ...said, unsigned: { age: 7 } }), around, unknowing);
    assert.deepEqual(before.events, await translated(said));
  });
});
