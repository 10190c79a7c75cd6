/** Who may let in, put out, and give roles. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RoleDefinition } from "../../../mappings/events.ts";
import { type Standing, stranger } from "../../../mappings/room-policy/deed.ts";
import { holdsAlready, standingAfter } from "../../../mappings/room-policy/judge-member.ts";
import { Capability, defaultRoles, Roles, standardRoles } from "../../../mappings/room-policy/roles.ts";
import { about, blank, codeOf, member, open, says } from "./stage.ts";

const grant = (isOwn: boolean, to: number) => about("role", member(2), isOwn, to);
/** What an admin is after a change. */
const after = (change: Parameters<typeof standingAfter>[0]["change"], role: number | null = null) =>
  Object.values(standingAfter({ change, role }, member(3)));

void describe("who is in a group", async () => {
  await it("a role is given by who may, to others and to himself, and never above his own", () => {
    assert.equal(codeOf(open, member(3), grant(false, 3)), null);
    assert.equal(codeOf(open, member(3), grant(false, 4)), "no_right", "above his own");
    assert.equal(codeOf(open, member(3), about("kick", member(4))), "no_right", "above his own");
    assert.equal(codeOf(open, member(3), { kind: "moderate", subject: member(4) }), "no_right");
    assert.equal(codeOf(open, member(4), about("kick", member(4))), null);
    assert.equal(codeOf(open, member(2), grant(false, 2)), "no_right");
    assert.equal(codeOf(open, member(4), grant(true, 3)), "no_right", "that takes 0x0010");
    const self = [...defaultRoles.slice(0, 4), { ...blank, index: 4, capabilities: [0x0010, 0x0006] }];
    const plain = { ...blank, index: 5, capabilities: [0x0006] };
    const rules = { ...open, roles: new Roles([...self, plain]) };
    assert.equal(codeOf(rules, member(4), about("role", member(4), true, 5)), null);
    assert.equal(codeOf(open, member(4), grant(false, 7)), "no_right", "there is no such role");
    assert.equal(codeOf(open, member(4), grant(false, 1)), "no_right", "banned is no role to give");
    assert.equal(codeOf(open, member(4), about("role", stranger, false, 3)), "no_right", "he is not in");
    assert.ok(standardRoles.isStandard);
  });

  await it("a role that lists changes allows those alone", () => {
    const bouncer: RoleDefinition = {
      ...blank,
      index: 9,
      capabilities: [0x0001, 0x000a, 0x000f],
      changes: [{ from: 2, to: [0, 3] }],
    };
    const rules = { ...open, roles: new Roles([...defaultRoles, bouncer]) };
    assert.equal(codeOf(rules, member(9), about("kick", member(2))), null);
    assert.equal(codeOf(rules, member(9), about("kick", member(3))), "no_right");
    assert.equal(codeOf(rules, member(9), about("ban", member(2))), "no_right");
    assert.equal(codeOf(rules, member(9), about("role", member(2), false, 3)), null);
    assert.equal(codeOf(rules, member(9), about("role", member(3), false, 2)), "no_right");
  });

  await it("whoever is not in joins by the policy, or by 0x0004 of role 0, and with no role of his choice", () => {
    const join = about("join", stranger, true);
    const shut = { ...open, join: "invite" } as const;
    assert.equal(codeOf(open, stranger, join), null);
    assert.equal(codeOf(shut, stranger, join), "no_right");
    const door = { ...blank, index: 0, capabilities: [Capability.join] };
    assert.equal(codeOf({ ...shut, roles: new Roles([door]) }, stranger, join), null);
    assert.equal(codeOf(open, stranger, about("join", stranger, true, 4)), "no_right");
    assert.equal(codeOf(open, stranger, about("join", stranger, true, 2)), null);
    const banned: Standing = { state: "banned", role: 1, mutedUntil: null };
    assert.equal(codeOf(open, banned, about("join", banned, true)), "no_right");
    assert.equal(codeOf(open, banned, says({})), "not_member");
    assert.equal(codeOf(open, member(4), about("invite", banned)), "no_right");
  });

  await it("an invitation is answered by the one invited, with the role that it named", () => {
    const invited: Standing = { state: "invited", role: 3, mutedUntil: null };
    const shut = { ...open, join: "invite" } as const;
    assert.equal(codeOf(shut, invited, about("accept", invited, true)), null);
    assert.equal(codeOf(shut, invited, about("decline", invited, true)), null);
    assert.equal(codeOf(shut, invited, about("accept", invited, true, 4)), "no_right");
    assert.equal(codeOf(shut, stranger, about("accept", stranger, true)), "no_right");
    assert.equal(codeOf(shut, invited, says({})), "not_member");
    assert.equal(codeOf(shut, member(3), about("invite", stranger, false, 3)), null);
    assert.equal(codeOf(shut, member(3), about("invite", stranger, false, 4)), "no_right");
    assert.deepEqual(standingAfter({ change: "accept", role: null }, invited), { state: "joined", role: 3 });
  });

  await it("nobody comes and goes for somebody else, but a gateway for its own", () => {
    for (const change of ["join", "leave", "accept", "decline"] as const)
      assert.equal(codeOf(open, member(4), about(change, member(2))), "no_right", change);
    assert.equal(codeOf(open, "gateway", about("leave", member(2), true)), null);
    assert.equal(codeOf(open, "gateway", about("leave", member(2))), "no_right");
    const provider = { ...about("kick", member(2)), ofProvider: true };
    assert.equal(codeOf(open, member(4), provider), "no_right");
    assert.equal(codeOf(open, member(3), { ...about("invite", stranger), ofProvider: true }), null);
  });

  await it("a change of a member that says what holds is known as such", () => {
    const invited: Standing = { state: "invited", role: 2, mutedUntil: null };
    const banned: Standing = { state: "banned", role: 1, mutedUntil: null };
    const holds = [
      about("join", member(2)),
      about("invite", member(2)),
      about("invite", invited),
      about("leave", stranger),
      about("kick", stranger),
      about("ban", banned),
      about("unban", stranger),
      about("role", member(3), false, 3),
    ];
    for (const deed of holds) assert.ok(holdsAlready(deed), deed.member.change);
    const news = [
      about("join", stranger),
      about("invite", invited, false, 3),
      about("leave", member(2)),
      about("ban", member(2)),
      about("unban", banned),
      about("role", member(2), false, 3),
      about("accept", invited),
      about("decline", invited),
    ];
    for (const deed of news) assert.ok(!holdsAlready(deed), deed.member.change);
  });

  await it("each change leaves the state and role that the specification names", () => {
    assert.deepEqual(after("join"), ["joined", 2]);
    assert.deepEqual(after("join", 3), ["joined", 3]);
    assert.deepEqual(after("invite"), ["invited", 2]);
    assert.deepEqual(after("role", 4), ["joined", 4]);
    assert.deepEqual(after("ban"), ["banned", 1]);
    for (const change of ["leave", "kick", "decline", "unban"] as const)
      assert.deepEqual(after(change), ["left", 0]);
  });
});
