/** Roles and their capabilities (draft-ietf-mimi-room-policy-03; docs/mtp.md, Roles and capabilities). */
import type { RoleDefinition } from "../events.ts";

/** Those that something here asks for; from 0xf000 on they are ours. */
export const Capability = {
  invite: 0x0000,
  kick: 0x0001,
  join: 0x0004,
  leave: 0x0006,
  ban: 0x000a,
  unban: 0x000b,
  changeRole: 0x000f,
  changeOwnRole: 0x0010,
  send: 0x0100,
  receive: 0x0101,
  answer: 0x0104,
  react: 0x0105,
  unreact: 0x0107,
  edit: 0x0109,
  deleteOwn: 0x010a,
  deleteOthers: 0x010b,
  beginTopic: 0x010c,
  useTopic: 0x010d,
  changeName: 0x0300,
  changeAvatar: 0x0302,
  changeTopic: 0x0303,
  addRole: 0x0502,
  changeRoles: 0x0503,
  removeRole: 0x0505,
  restrict: 0xf000,
  speakModerated: 0xf001,
  speakReadOnly: 0xf002,
  pin: 0xf003,
  mute: 0xf004,
} as const;

/** Roles with a meaning of their own: no member, banned, and what whoever comes in has at first. */
export const NO_MEMBER = 0;
export const BANNED = 1;
export const ORDINARY = 2;

const ordinary = [
  Capability.leave,
  Capability.send,
  Capability.receive,
  Capability.answer,
  Capability.react,
  Capability.unreact,
  Capability.edit,
  Capability.deleteOwn,
  Capability.beginTopic,
  Capability.useTopic,
  Capability.changeName,
  Capability.changeAvatar,
  Capability.changeTopic,
  Capability.pin,
];
const admin = [
  ...ordinary,
  Capability.invite,
  Capability.kick,
  Capability.ban,
  Capability.unban,
  Capability.changeRole,
  Capability.deleteOthers,
  Capability.restrict,
  Capability.speakModerated,
  Capability.speakReadOnly,
  Capability.mute,
];
const superAdmin = [...admin, Capability.addRole, Capability.changeRoles, Capability.removeRole];

function role(index: number, name: string, capabilities: readonly number[]): RoleDefinition {
  const open = { min: 0, max: null, minActive: 0, maxActive: null };
  const sorted = capabilities.toSorted((a, b) => a - b);
  return { index, name, description: "", capabilities: sorted, ...open, changes: [] };
}

/** The roles of a group whose log has no role event. */
export const defaultRoles: readonly RoleDefinition[] = [
  role(NO_MEMBER, "", []),
  role(BANNED, "banned", []),
  role(ORDINARY, "ordinary", ordinary),
  role(3, "admin", admin),
  role(4, "super_admin", superAdmin),
];

/** The roles of a group, to be asked for rights. A role that is not defined has none. */
export class Roles {
  readonly #byIndex: ReadonlyMap<number, RoleDefinition>;
  /** They are those that every group has at first. */
  readonly isStandard: boolean;

  constructor(roles: readonly RoleDefinition[]) {
    this.isStandard = roles === defaultRoles;
    this.#byIndex = new Map(roles.map((one) => [one.index, one]));
  }

  has(index: number): boolean {
    return this.#byIndex.has(index);
  }

  may(index: number, capability: number): boolean {
    return this.#byIndex.get(index)?.capabilities.includes(capability) ?? false;
  }

  /**
   * Whether whoever has the role `by` may move somebody from one role to another (M127). Where it lists no changes, nobody is
   * given or loses a right that the one who moves him has not himself.
   */
  mayMove(by: number, from: number, to: number): boolean {
    const changes = this.#byIndex.get(by)?.changes ?? [];
    if (changes.length > 0) return changes.some((change) => change.from === from && change.to.includes(to));
    return [from, to].every((index) => this.covers(by, index));
  }

  /** Whether one role has every capability of another. */
  covers(index: number, other: number): boolean {
    return (this.#byIndex.get(other)?.capabilities ?? []).every((capability) => this.may(index, capability));
  }
}

/** Those of a group that has set none. */
export const standardRoles = new Roles(defaultRoles);
