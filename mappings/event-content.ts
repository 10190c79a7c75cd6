/** The content of our events that are not messages: deterministic CBOR arrays that start with a salt (docs/mtp.md, Events). */
import { readCbor, writeCbor } from "./content/cbor.ts";
import { decodeContent } from "./content/codec.ts";
import type { CborMap, CborValue } from "./content/cbor-value.ts";
import type { MimiContent } from "./content/content.ts";
import { ContentError, type ContentRule } from "./content/content-error.ts";
import { SALT_OCTETS } from "./event-id.ts";
import {
  type Erasure,
  type EventKind,
  memberActs,
  type MemberChange,
  type Moderation,
  noParticulars,
  type Particulars,
  type PropertyChange,
  type RoleDefinition,
} from "./events.ts";
import { type EventId, parseProviderUri, parseUserUri } from "./ids.ts";
import { checkProperty } from "./property-value.ts";
import { readRole, roleItems } from "./role-content.ts";

/** What an event of each kind says. */
export type EventContent =
  | { readonly kind: "message"; readonly content: MimiContent }
  | { readonly kind: "property"; readonly property: PropertyChange }
  | { readonly kind: "member"; readonly member: MemberChange }
  | { readonly kind: "role"; readonly roles: readonly RoleDefinition[] }
  | { readonly kind: "moderate"; readonly moderation: Moderation }
  | { readonly kind: "erase"; readonly erasure: Erasure }
  | { readonly kind: "opaque"; readonly type: string; readonly octets: Uint8Array };

/** Reads an event's content by the form and limits of its kind. Throws ContentError. */
export function readEventContent(kind: EventKind, bytes: Uint8Array): EventContent {
  switch (kind) {
    case "message":
      return { kind, content: decodeContent(bytes) };
    case "property":
      return { kind, property: decodeProperty(bytes) };
    case "member":
      return { kind, member: decodeMember(bytes) };
    case "role":
      return { kind, roles: decodeRoles(bytes) };
    case "moderate":
      return { kind, moderation: decodeModeration(bytes) };
    case "erase":
      return { kind, erasure: decodeErasure(bytes) };
    case "opaque":
      return { kind, ...decodeOpaque(bytes) };
  }
}

/** The thread that a message is in; null: in none, or it is no message that can be read. */
export function threadOf({
  kind,
  content,
}: {
  readonly kind: EventKind;
  readonly content: Uint8Array;
}): Uint8Array | null {
  if (kind !== "message") return null;
  try {
    const { topicId } = decodeContent(content);
    return topicId.length > 0 ? topicId : null;
  } catch (thrown) {
    if (thrown instanceof ContentError) return null;
    throw thrown;
  }
}

/** `[salt, name, item, value]` */
export function encodeProperty(change: PropertyChange, salt: Uint8Array): Uint8Array {
  return writeCbor([salt, change.name, change.item, change.value]);
}

/** Throws ContentError, also for a value that its property can't have. */
export function decodeProperty(bytes: Uint8Array): PropertyChange {
  const [name, item, value] = itemsOf(bytes, 4, 4);
  return checkProperty(name, item, value);
}

/** `[salt, who, change, ? particulars]` */
export function encodeMember(
  member: Pick<MemberChange, "user" | "change"> & Partial<Particulars>,
  salt: Uint8Array,
): Uint8Array {
  return writeCbor([salt, member.user, member.change, ...particularItems(member)]);
}

function decodeMember(bytes: Uint8Array): MemberChange {
  const [user, word, more] = itemsOf(bytes, 3, 4);
  const change = memberActs.find((act) => act === word);
  if (typeof user !== "string" || change === undefined) throw new ContentError("member");
  if (parseUserUri(user) === null && parseProviderUri(user) === null) throw new ContentError("member");
  return { user, change, ...particularsOf(more, "member") };
}

/** `[salt, [* role-definition]]` */
export function encodeRoles(roles: readonly RoleDefinition[], salt: Uint8Array): Uint8Array {
  return writeCbor([salt, roles.map(roleItems)]);
}

function decodeRoles(bytes: Uint8Array): readonly RoleDefinition[] {
  const [items] = itemsOf(bytes, 2, 2);
  if (!Array.isArray(items)) throw new ContentError("role");
  const roles = (items as readonly CborValue[]).map(readRole);
  // An index that stood for two roles would give a member both or either.
  if (new Set(roles.map(({ index }) => index)).size !== roles.length) throw new ContentError("role");
  return roles;
}

/** `[salt, user, act, ? particulars]` */
export function encodeModeration(
  moderation: Pick<Moderation, "user" | "act"> & Partial<Particulars>,
  salt: Uint8Array,
): Uint8Array {
  return writeCbor([salt, moderation.user, moderation.act, ...particularItems(moderation)]);
}

function decodeModeration(bytes: Uint8Array): Moderation {
  const [user, act, more] = itemsOf(bytes, 3, 4);
  if (typeof user !== "string" || parseUserUri(user) === null) throw new ContentError("moderate");
  if (act !== "mute" && act !== "unmute") throw new ContentError("moderate");
  return { user, act, ...particularsOf(more, "moderate") };
}

/** `[salt, [+ id]]` or `[salt, user]` */
export function encodeErasure(erasure: Erasure, salt: Uint8Array): Uint8Array {
  const named =
    erasure.of === "user" ? erasure.user : erasure.ids.map((id) => new Uint8Array(Buffer.from(id, "hex")));
  return writeCbor([salt, named]);
}

function decodeErasure(bytes: Uint8Array): Erasure {
  const [named] = itemsOf(bytes, 2, 2);
  if (typeof named === "string" && parseUserUri(named) !== null) return { of: "user", user: named };
  if (!Array.isArray(named) || named.length === 0) throw new ContentError("erase");
  return { of: "events", ids: (named as readonly CborValue[]).map(idOf) };
}

function idOf(octets: CborValue): EventId {
  if (!(octets instanceof Uint8Array) || octets.length !== 32) throw new ContentError("erase");
  return Buffer.from(octets).toString("hex") as EventId;
}

/** `[salt, type, octets]` */
export function encodeOpaque(type: string, octets: Uint8Array, salt: Uint8Array): Uint8Array {
  return writeCbor([salt, type, octets]);
}

function decodeOpaque(bytes: Uint8Array): { readonly type: string; readonly octets: Uint8Array } {
  const [type, octets] = itemsOf(bytes, 3, 3);
  if (typeof type !== "string" || !(octets instanceof Uint8Array)) throw new ContentError("opaque");
  return { type, octets };
}

/** The items of the array behind its salt. */
function itemsOf(bytes: Uint8Array, least: number, most: number): readonly (CborValue | undefined)[] {
  const document = readCbor(bytes);
  if (!Array.isArray(document) || document.length < least || document.length > most)
    throw new ContentError("shape");
  const [salt, ...items] = document as readonly CborValue[];
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_OCTETS) throw new ContentError("salt");
  return items;
}

/** Nothing where there are none, so that the same change has one form. */
function particularItems({ role, until, reason }: Partial<Particulars>): readonly CborMap[] {
  const map = new Map<string, CborValue>();
  if (role !== undefined && role !== null) map.set("role", role);
  if (until !== undefined && until !== null) map.set("until", until);
  if (reason !== undefined && reason !== "") map.set("reason", reason.toWellFormed());
  return map.size === 0 ? [] : [map];
}

function particularsOf(value: CborValue | undefined, rule: ContentRule): Particulars {
  if (value === undefined) return noParticulars;
  if (!(value instanceof Map)) throw new ContentError(rule);
  let { role, until, reason } = noParticulars;
  for (const [key, given] of value as CborMap)
    if (key === "role" && isUint(given, 0xffff_ffff)) role = given;
    else if (key === "until" && isUint(given, Number.MAX_SAFE_INTEGER)) until = given;
    else if (key === "reason" && typeof given === "string") reason = given;
    else throw new ContentError(rule);
  return { role, until, reason };
}

const isUint = (value: CborValue, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
