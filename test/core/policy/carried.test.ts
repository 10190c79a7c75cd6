/** What a policy lets through, from a room and to it, and how it makes people appear. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Translated } from "../../../core/bridge/inbound.ts";
import type { OutEvent } from "../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import { carriedKinds, type CarriedKind, kindOf } from "../../../core/policy/kinds.ts";
import { heed, type InboundRules } from "../../../core/policy/inbound.ts";
import { asWanted, speakerIn } from "../../../core/policy/outbound.ts";
import { noPolicy, type RoomPolicy } from "../../../core/policy/room-policy.ts";
import { type EventId, type ProviderDomain, userUri } from "../../../mappings/ids.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { message, type Message, type MessageBody, textMessage } from "../../../mappings/message.ts";
import { aFile } from "../../support/media-file.ts";

const id = (digit: string): EventId => digit.repeat(64) as EventId;
const domain = "slack.mimi.test" as ProviderDomain;
const uriOf = (native: string) => userUri(domain, native.toLowerCase());

const media = (caption: string | null): MessageBody => ({
  kind: "media",
  files: [aFile()],
  caption: caption === null ? null : plainFlat(caption),
  sticker: false,
  spoiler: null,
});
const text = textMessage(plainFlat("hello"));
const samples: Readonly<Record<Exclude<CarriedKind, "state" | "member">, readonly Message[]>> = {
  text: [
    text,
    message({ kind: "location", geo: "geo:1,2", name: "" }),
    message({ kind: "call", url: "", name: "" }),
  ],
  edit: [
    { ...text, replaces: id("a") },
    { ...message(media("new")), replaces: id("a") },
  ],
  delete: [{ ...message({ kind: "deletion", by: null }), replaces: id("a") }],
  reaction: [
    { ...message({ kind: "reaction", reaction: { kind: "unicode", emoji: "👍" } }), replyTo: id("a") },
    { ...message({ kind: "unreaction" }), replaces: id("b") },
  ],
  file: [message(media(null))],
  poll: [
    message({ kind: "poll", question: "?", options: [], most: 1, disclosed: true }),
    { ...message({ kind: "vote", options: [] }), replyTo: id("a") },
    { ...message({ kind: "poll-end", text: "" }), replyTo: id("a") },
  ],
};

const said = (one: Message, native = "U0ALICE"): Translated => ({
  kind: "message",
  sender: { native, name: native },
  message: one,
  native: null,
  aux: null,
});
const rules = (policy: Partial<RoomPolicy>, optedOut: readonly string[] = []): InboundRules => ({
  policy: { ...noPolicy, ...policy },
  optedOut: new Set(optedOut),
  uriOf,
});
const only = (...kinds: readonly CarriedKind[]) => new Set(kinds);

void describe("the kinds of a policy", () => {
  void it("name every message by what it does", () => {
    for (const [kind, messages] of Object.entries(samples))
      for (const one of messages) assert.equal(kindOf(one), kind, one.body.kind);
  });

  void it("let through what they name, from the room and to it, and name the rest as lost", () => {
    for (const allowed of carriedKinds)
      for (const [kind, messages] of Object.entries(samples))
        for (const one of messages) {
          const from = heed(rules({ kindsIn: only(allowed) }), [said(one)]);
          const event: OutEvent = {
            kind: "message",
            id: id("c"),
            speaker: { uri: uriOf("x"), name: "x" },
            message: one,
          };
          const to = asWanted({ ...noPolicy, kindsOut: only(allowed) }, [{ event, context: emptyContext }]);
          // The words of an edited caption are an edit without the file.
          const wordsOnly = kind === "edit" && one.body.kind === "media" && allowed !== "file";
          const through =
            kind === allowed || (one.body.kind === "media" && kind === "edit" && allowed === "edit");
          assert.equal(from.events.length, Number(through), `${kind} where ${allowed} is carried`);
          assert.equal(to.told.length, Number(through), `${kind} where ${allowed} is told`);
          const losses = through && !wordsOnly ? [] : [{ code: "left_out", detail: kind }];
          assert.deepEqual(from.losses, losses);
          assert.deepEqual(to.losses, losses);
        }
  });

  void it("leave of a file its words, where words are carried", () => {
    const { events, losses } = heed(rules({ kindsIn: only("text") }), [said(message(media("look")))]);
    const [kept] = events;
    assert.ok(kept?.kind === "message" && kept.message.body.kind === "text");
    assert.deepEqual(kept.message.body.text, plainFlat("look"));
    assert.deepEqual(losses, [{ code: "left_out", detail: "file" }]);
  });

  void it("hold what belongs to the room and to its members apart from what is said", () => {
    const property: Translated = { kind: "property", sender: null, name: "topic", value: "tea" };
    assert.deepEqual(heed(rules({ kindsIn: only("text") }), [property]).events, []);
    assert.deepEqual(heed(rules({ kindsIn: only("state") }), [property]).events, [property]);
    const user = "mimi://a.test/u/one";
    const event: OutEvent = { kind: "member", id: id("c"), user, change: "leave", reason: "" };
    const told = (kinds: ReadonlySet<CarriedKind>) =>
      asWanted({ ...noPolicy, kindsOut: kinds }, [{ event, context: emptyContext }]).told.length;
    assert.deepEqual([told(only("member")), told(only("state"))], [1, 0]);
    const leave: Translated = { kind: "leave", sender: { native: "U1", name: "" }, reason: "" };
    assert.deepEqual(heed(rules({ kindsIn: only("text") }), [leave]).events, []);
    assert.deepEqual(heed(rules({ kindsIn: only("member") }), [leave]).events, [leave]);
  });

  void it("never hold back a line of the gateway's own", () => {
    const reply: Translated = { kind: "reply", to: { native: "U1", name: "" }, text: "no" };
    assert.deepEqual(heed(rules({ kindsIn: only() }, ["U1"]), [reply]).events, [reply]);
  });
});

void describe("people who are not carried", () => {
  const ignored = [rules({ ignore: new Set(["U0ALICE"]) }), rules({ ignore: new Set([uriOf("U0ALICE")]) })];
  const out = rules({}, ["U0ALICE"]);

  void it("are known by native id, by URI, or by their own word", () => {
    for (const rule of [...ignored, out]) {
      assert.deepEqual(heed(rule, [said(text)]).events, []);
      assert.equal(heed(rule, [said(text, "U0BOB")]).events.length, 1);
    }
  });

  void it("can take back what they said before", () => {
    const back = [...samples.delete, ...samples.reaction.slice(1)].map((one) => said(one));
    const kept = heed(out, [...back, ...samples.edit.map((one) => said(one))]);
    assert.deepEqual(kept.events, back);
    assert.equal(kept.losses.length, samples.edit.length);
  });

  void it("change the room itself without their names", () => {
    const topic = {
      kind: "property",
      sender: { native: "U0ALICE", name: "Alice" },
      name: "topic",
      value: "tea",
    } as const;
    assert.deepEqual(heed(out, [topic]).events, [{ ...topic, sender: null }]);
  });
});

void describe("how people appear in a room", () => {
  const alice = { uri: uriOf("alice"), name: "Alice" };
  const event: OutEvent = { kind: "message", id: id("c"), speaker: alice, message: text };
  const context = { ...emptyContext, author: () => alice };

  void it("is as the platform has it where nothing is said", () => {
    const [told] = asWanted(noPolicy, [{ event, context }]).told;
    assert.deepEqual(told?.event, event);
    assert.deepEqual(told?.context.manners, { named: false, massMentions: null });
  });

  void it("follows the template, whoever is named", () => {
    const policy = { ...noPolicy, nameTemplate: "{name} ({provider})", massMentions: true };
    const [told] = asWanted(policy, [{ event, context }]).told;
    assert.ok(told?.event.kind === "message");
    assert.equal(told.event.speaker.name, "Alice (slack.mimi.test)");
    assert.equal(told.context.author(id("d"))?.name, "Alice (slack.mimi.test)");
    assert.deepEqual(told.context.manners, { named: true, massMentions: true });
  });

  void it("never lets a name hide where its bearer comes from", () => {
    const named = (name: string) =>
      speakerIn({ nameTemplate: "{name} ({provider})" }, { ...alice, name }).name;
    assert.match(named("x".repeat(500)), /^x+ \(slack\.mimi\.test\)$/);
    assert.ok(named("x".repeat(500)).length <= 64);
    assert.equal(named("{provider}{name}"), "{provider}{name} (slack.mimi.test)");
    assert.equal(named("$& $1"), "$& $1 (slack.mimi.test)");
    assert.equal(named("  "), "somebody (slack.mimi.test)");
    assert.equal(speakerIn({ nameTemplate: "{name}" }, alice).name, "Alice");
  });
});
