/** People, deeds and rules to judge by. */
import assert from "node:assert/strict";
import { noParticulars } from "../../../mappings/events.ts";
import { parseEventId } from "../../../mappings/ids.ts";
import { type MessageAct, plainAct } from "../../../mappings/message-act.ts";
import {
  type Deed,
  type GroupRules,
  type PolicyCode,
  type Standing,
} from "../../../mappings/room-policy/deed.ts";
import { type Actor, judge } from "../../../mappings/room-policy/judge.ts";
import type { standingAfter } from "../../../mappings/room-policy/judge-member.ts";
import { defaultRoles, Roles, standardRoles } from "../../../mappings/room-policy/roles.ts";

export const NOW = 1_000;
export const ID = parseEventId(`01${"0".repeat(62)}`) ?? assert.fail("an id");
export const blank = {
  name: "",
  description: "",
  min: 0,
  max: null,
  minActive: 0,
  maxActive: null,
  changes: [],
};
export const open: GroupRules = {
  roles: standardRoles,
  isModerated: false,
  isReadOnly: false,
  join: "asserted",
};
export const member = (role: number): Standing => ({ state: "joined", role, mutedUntil: null });
export const own = { own: true, sameProvider: true, deleted: false };
export const others = { own: false, sameProvider: false, deleted: false };

export const says = (
  act: Partial<MessageAct>,
  target: typeof own | null = null,
  beginsTopic = false,
): Extract<Deed, { kind: "message" }> => ({
  kind: "message",
  act: { ...plainAct, ...act },
  target,
  beginsTopic,
});

export const about = (
  change: Parameters<typeof standingAfter>[0]["change"],
  subject: Standing,
  isOwn = false,
  role: number | null = null,
): Extract<Deed, { kind: "member" }> => ({
  kind: "member",
  member: { ...noParticulars, user: "mimi://b.example/u/bob", change, role },
  own: isOwn,
  ofProvider: false,
  subject,
});

/** A group where role 9 has these capabilities and no others. */
export const ruled = (...capabilities: readonly number[]): GroupRules => ({
  ...open,
  roles: new Roles([...defaultRoles, { ...blank, index: 9, capabilities }]),
});
export const codeOf = (rules: GroupRules, actor: Actor, deed: Deed): PolicyCode | null =>
  judge(rules, actor, deed, NOW)?.code ?? null;
