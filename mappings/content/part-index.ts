/** Parts by number, and references to them (draft-ietf-mimi-content-08, section 4.6). */
import type { ExternalPart, Part, SinglePart } from "./content.ts";
import { MAX_PARTS } from "./limits.ts";

const HEAD = "cid:";
const TAIL = "@local.invalid";

/** All parts, each at its number: the root at 0, then every part before the parts within it, in order. */
export function partsByIndex(root: Part): readonly Part[] {
  const parts: Part[] = [];
  const add = (part: Part): void => {
    parts.push(part);
    if (part.cardinality === "multi") for (const inner of part.parts) add(inner);
  };
  add(root);
  return parts;
}

/** How text within a message refers to the part of this number. */
export function partUrl(index: number): string {
  return `${HEAD}${index}${TAIL}`;
}

/** The number that a reference names, or null where `url` is none. */
export function partIndexOf(url: string): number | null {
  if (!url.startsWith(HEAD) || !url.endsWith(TAIL)) return null;
  const digits = url.slice(HEAD.length, -TAIL.length);
  const index = Number(digits);
  return Number.isInteger(index) && index >= 0 && index < MAX_PARTS && String(index) === digits
    ? index
    : null;
}

/** What a reference in a message's text points to, or null: only parts with a body of their own can be meant. */
export function referencedPart(parts: readonly Part[], url: string): SinglePart | ExternalPart | null {
  const index = partIndexOf(url);
  const part = index === null ? undefined : parts[index];
  return part?.cardinality === "single" || part?.cardinality === "external" ? part : null;
}
