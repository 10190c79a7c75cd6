/** A role as JSON, as snapshots give it (docs/mtp.md, Roles and capabilities). */
import { z } from "zod";
import type { RoleDefinition } from "../events.ts";

const uint32 = z.int().min(0).max(0xffff_ffff);

const roleForm = z
  .object({
    index: uint32,
    name: z.string().default(""),
    description: z.string().default(""),
    capabilities: z.array(z.int().min(0).max(0xffff)).default([]),
    min: uint32.default(0),
    max: uint32.nullable().default(null),
    min_active: uint32.default(0),
    max_active: uint32.nullable().default(null),
    changes: z.array(z.object({ from: uint32, to: z.array(uint32) })).default([]),
  })
  .transform(({ min_active: minActive, max_active: maxActive, ...role }): RoleDefinition => ({
    ...role,
    minActive,
    maxActive,
  }));

/** What equals 0, "" or [] is left out, and so are limits that there are not. */
export function roleJson(role: RoleDefinition): Readonly<Record<string, unknown>> {
  const { index, name, description, capabilities, min, max, minActive, maxActive, changes } = role;
  return {
    index,
    ...(name === "" ? {} : { name }),
    ...(description === "" ? {} : { description }),
    ...(capabilities.length === 0 ? {} : { capabilities }),
    ...(min === 0 ? {} : { min }),
    ...(max === null ? {} : { max }),
    ...(minActive === 0 ? {} : { min_active: minActive }),
    ...(maxActive === null ? {} : { max_active: maxActive }),
    ...(changes.length === 0 ? {} : { changes }),
  };
}

/** The role, or null where `value` is none. */
export function readRoleJson(value: unknown): RoleDefinition | null {
  return roleForm.safeParse(value).data ?? null;
}
