/** A role's definition as an item of CBOR (docs/mtp.md, Events: role-definition). */
import type { CborValue } from "./content/cbor-value.ts";
import { ContentError } from "./content/content-error.ts";
import type { RoleDefinition } from "./events.ts";

const UINT32 = 0xffff_ffff;
const UINT16 = 0xffff;

/** `[index, name, description, capabilities, min, max, min-active, max-active, changes]` */
export function roleItems(role: RoleDefinition): CborValue {
  const { index, name, description, capabilities, min, max, minActive, maxActive, changes } = role;
  const moves = changes.map(({ from, to }) => [from, [...to]]);
  return [index, name, description, [...capabilities], min, max, minActive, maxActive, moves];
}

/** Throws ContentError. */
export function readRole(value: CborValue): RoleDefinition {
  const items = listOf(value);
  if (items.length !== 9) throw new ContentError("role");
  const [index, name, description, capabilities, min, max, minActive, maxActive, changes] = items;
  if (typeof name !== "string" || typeof description !== "string") throw new ContentError("role");
  return {
    index: uint(index, UINT32),
    name,
    description,
    capabilities: listOf(capabilities).map((capability) => uint(capability, UINT16)),
    min: uint(min, UINT32),
    max: max === null ? null : uint(max, UINT32),
    minActive: uint(minActive, UINT32),
    maxActive: maxActive === null ? null : uint(maxActive, UINT32),
    changes: listOf(changes).map(readMove),
  };
}

function readMove(value: CborValue): RoleDefinition["changes"][number] {
  const [from, to, ...more] = listOf(value);
  if (more.length > 0) throw new ContentError("role");
  return { from: uint(from, UINT32), to: listOf(to).map((role) => uint(role, UINT32)) };
}

function listOf(value: CborValue | undefined): readonly CborValue[] {
  if (!Array.isArray(value)) throw new ContentError("role");
  return value as readonly CborValue[];
}

function uint(value: CborValue | undefined, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most)
    throw new ContentError("role");
  return value;
}
