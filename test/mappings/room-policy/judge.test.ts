/** Who may do what: each row of the table of capabilities in docs/mtp.md, and the order of its verdicts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Deed, type PolicyCode, type Standing, stranger } from "../../../mappings/room-policy/deed.ts";
import { joinsBySpeaking } from "../../../mappings/room-policy/judge.ts";
import { about, codeOf, ID, member, NOW, open, others, own, ruled, says } from "./stage.ts";

const topic = { begun: null };
/** What is done, and the capabilities that it takes: with all of them it is taken, without any one refused. */
const rows: readonly (readonly [string, Deed, readonly number[], PolicyCode?])[] = [
  ["message", says({}), [0x0100]],
  ["opaque", { kind: "opaque" }, [0x0100]],
  ["an answer", says({ act: "answer", target: ID }), [0x0100, 0x0104]],
  ["a reaction", says({ act: "react", target: ID }, others), [0x0105]],
  ["taking a reaction away", says({ act: "unreact", target: ID }, own), [0x0107]],
  ["a message that begins a topic", says({ topic }, null, true), [0x0100, 0x010c]],
  ["a message in a topic", says({ topic }), [0x0100, 0x010d]],
  ["an edit", says({ act: "edit", target: ID }, own), [0x0109]],
  ["a deletion of one's own", says({ act: "delete", target: ID }, own), [0x010a]],
  ["a deletion of another's", says({ act: "delete", target: ID }, others), [0x010b], "not_author"],
  [
    "a moderator's deletion at the author's own provider",
    says({ act: "delete", target: ID, moderated: true }, { ...others, sameProvider: true }),
    [0x010a],
  ],
  ["property name", { kind: "property", name: "name" }, [0x0300]],
  ["property topic", { kind: "property", name: "topic" }, [0x0303]],
  ["property avatar", { kind: "property", name: "avatar" }, [0x0302]],
  ["property isModerated", { kind: "property", name: "isModerated" }, [0xf000]],
  ["property isReadOnly", { kind: "property", name: "isReadOnly" }, [0xf000]],
  ["property pins", { kind: "property", name: "pins" }, [0xf003]],
  ["property links", { kind: "property", name: "links" }, [0xf003]],
  ["leave", about("leave", member(9), true), [0x0006]],
  ["invite", about("invite", stranger), [0x0000]],
  ["kick", about("kick", member(0)), [0x0001]],
  ["ban", about("ban", member(0)), [0x000a]],
  ["unban", about("unban", { ...stranger, state: "banned", role: 1 }), [0x000b]],
  ["role event", { kind: "role" }, [0x0503]],
  ["moderate", { kind: "moderate", subject: member(0) }, [0xf004]],
  ["erase of others'", { kind: "erase", own: false }, [0x010b]],
];

void describe("the rules of a group", async () => {
  for (const [name, deed, needed, code = "no_right"] of rows)
    await it(`${name} takes just ${needed.map((one) => one.toString(16)).join(" and ")}`, () => {
      assert.equal(codeOf(ruled(...needed), member(9), deed), null);
      for (const missing of needed)
        assert.equal(codeOf(ruled(...needed.filter((one) => one !== missing)), member(9), deed), code);
    });

  await it("an event without sender is judged as of role 2, and only of the kinds that need none", () => {
    assert.equal(codeOf(open, "gateway", { kind: "property", name: "topic" }), null);
    assert.equal(codeOf(open, "gateway", { kind: "property", name: "isReadOnly" }), "no_right");
    assert.equal(codeOf(open, "gateway", { kind: "erase", own: true }), null);
    assert.equal(codeOf(open, "gateway", { kind: "erase", own: false }), "no_right");
    for (const deed of [says({}), { kind: "role" }, { kind: "opaque" }] as const)
      assert.equal(codeOf(open, "gateway", deed), "no_right");
  });

  await it("whoever speaks where the policy lets him is judged as what he becomes", () => {
    const shut = { ...open, join: "knock" } as const;
    assert.equal(codeOf(open, stranger, says({})), null);
    assert.equal(codeOf(shut, stranger, says({})), "not_member");
    assert.equal(codeOf(open, stranger, { kind: "role" }), "no_right");
    assert.equal(codeOf(open, stranger, about("invite", member(2))), "not_member");
    assert.equal(codeOf(shut, stranger, { kind: "erase", own: true }), null, "his own may be forgotten");
    assert.equal(codeOf(shut, stranger, { kind: "erase", own: false }), "not_member");
    assert.ok(joinsBySpeaking(stranger, says({})));
    assert.ok(!joinsBySpeaking(member(2), says({})));
    assert.ok(!joinsBySpeaking("gateway", { kind: "property", name: "name" }));
    assert.ok(!joinsBySpeaking(stranger, about("join", stranger, true)));
    assert.ok(!joinsBySpeaking(stranger, { kind: "erase", own: true }));
  });

  await it("read-only, moderated and muted keep from speaking, and from nothing else", () => {
    const readOnly = { ...open, isReadOnly: true };
    const moderated = { ...open, isModerated: true };
    const muted: Standing = { ...member(4), mutedUntil: NOW + 1 };
    for (const [rules, actor, code] of [
      [readOnly, member(2), "read_only"],
      [moderated, member(2), "moderated"],
      [{ ...readOnly, isModerated: true }, member(2), "read_only"],
      [open, muted, "moderated"],
    ] as const) {
      for (const deed of [says({}), says({ act: "react", target: ID }, own), { kind: "opaque" }] as const)
        assert.equal(codeOf(rules, actor, deed), code);
      assert.equal(codeOf(rules, actor, { kind: "property", name: "topic" }), null);
    }
    assert.equal(codeOf(readOnly, member(3), says({})), null);
    assert.equal(codeOf(moderated, member(3), says({})), null);
    assert.equal(codeOf(open, { ...muted, mutedUntil: NOW }, says({})), null);
  });

  await it("verdicts come in the order of their table", () => {
    const harsh = { ...ruled(), isReadOnly: true, isModerated: true, join: "invite" } as const;
    const gone = { ...others, deleted: true };
    const edit = says({ act: "edit", target: ID }, gone);
    const steps: (PolicyCode | null)[] = [
      codeOf(harsh, stranger, edit),
      codeOf(harsh, member(9), edit),
      codeOf({ ...harsh, isReadOnly: false }, member(9), edit),
      codeOf(ruled(), member(9), edit),
      codeOf(ruled(), member(9), says({ act: "edit", target: ID }, { ...gone, own: true })),
      codeOf(ruled(0x0109), member(9), says({ act: "edit", target: ID }, { ...gone, own: true })),
    ];
    const order = ["not_member", "read_only", "moderated", "not_author", "no_right", "target_deleted"];
    assert.deepEqual(steps, order);
  });

  await it("what is not known is nobody's to edit or delete; answers to what is deleted are carried", () => {
    assert.equal(codeOf(open, member(4), says({ act: "edit", target: ID })), "not_author");
    assert.equal(codeOf(open, member(4), says({ act: "edit", target: ID }, others)), "not_author");
    assert.equal(codeOf(open, member(4), says({ act: "delete", target: ID })), "not_author");
    assert.equal(codeOf(open, member(2), says({ act: "unreact", target: ID }, others)), "not_author");
    assert.equal(codeOf(open, member(2), says({ act: "unreact", target: ID })), null);
    assert.equal(codeOf(open, member(2), says({ act: "react", target: ID })), null);
    const gone = { ...others, deleted: true };
    assert.equal(codeOf(open, member(2), says({ act: "react", target: ID }, gone)), "target_deleted");
    assert.equal(codeOf(open, member(2), says({ act: "answer", target: ID })), null);
  });
});
