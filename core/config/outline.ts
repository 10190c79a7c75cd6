/** The schema as plain data, and the way down in it beside a value. Made from zod's JSON Schema. */
import { z } from "zod";

export type Outline = z.core.JSONSchema.BaseSchema;
export type Path = readonly (string | number)[];

/** What may be written, before defaults are filled in and texts are turned into other values. */
export function outlineOf(schema: z.ZodType): Outline {
  return z.toJSONSchema(schema, {
    io: "input",
    // zod leaves examples out where a text becomes another value; ours are always what is to be written.
    override: ({ zodSchema, jsonSchema }) => {
      const { examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}

/** The value's outline under a key or an index of `value`, or null where the outline has none. */
export function childOutline(outline: Outline, key: string | number, value: unknown): Outline | null {
  const here = branchFor(outline, value);
  const child = typeof key === "number" ? here.items : here.properties?.[key];
  return isOutline(child) ? child : null;
}

/** The outline at a path from the root; null where the path leaves the schema. */
export function outlineAt(outline: Outline, path: Path, value: unknown): Outline | null {
  let node: Outline | null = outline;
  let at = value;
  for (const key of path) {
    node = childOutline(node, key, at);
    if (node === null) return null;
    at = childValue(at, key);
  }
  return node;
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => childValue(at, key), value);
}

/** Of alternatives, the object that the value is meant to be: the one whose fixed words it has. */
export function branchFor(outline: Outline, value: unknown): Outline {
  const branches = (outline.oneOf ?? outline.anyOf ?? []).filter(isOutline);
  const objects = branches.filter((branch) => branch.properties !== undefined);
  const fits = (branch: Outline): boolean =>
    Object.entries(branch.properties ?? {}).every(
      ([key, property]) =>
        !isOutline(property) || property.const === undefined || property.const === childValue(value, key),
    );
  return objects.find(fits) ?? outline;
}

/** Keys under which a secret may be given in a file of its own, by the secret's key. */
export function secretKeys(outline: Outline): readonly string[] {
  return Object.entries(outline.properties ?? {}).flatMap(([key, property]) =>
    isOutline(property) && property.writeOnly === true ? [key] : [],
  );
}

/** The value without the known keys that have no value: they count as left out. */
export function withoutNulls(value: unknown, outline: Outline): unknown {
  const below = (part: unknown, key: string | number): unknown => {
    const child = childOutline(outline, key, value);
    return child === null ? part : withoutNulls(part, child);
  };
  if (Array.isArray(value)) return value.map(below);
  if (!isRecord(value)) return value;
  const known = branchFor(outline, value).properties ?? {};
  const kept = Object.entries(value).filter(([key, part]) => part !== null || !Object.hasOwn(known, key));
  return Object.fromEntries(kept.map(([key, part]) => [key, below(part, key)]));
}

/** `KEY_file`: where the path of a secret's file is written. */
export function fileKey(key: string): string {
  return `${key}_file`;
}

/** Whether a part of a JSON Schema is a schema of its own rather than true, false, a list or nothing. */
export function isOutline(part: unknown): part is Outline {
  return isRecord(part);
}

/** Whether it is an object with keys, as YAML and JSON make them. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function childValue(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === "number" ? (value as unknown[])[key] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
