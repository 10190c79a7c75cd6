/** Inputs as text: pieces of a grammar in any order, and whole events with something changed in them. */
import type { XmlElement } from "../../mappings/xml.ts";
import type { Random } from "../faults/random.ts";

/** Most inputs are short, so that many are tried; some are long, so that what grows too fast is seen. */
export function spliced(random: Random, pieces: readonly string[]): string {
  const length = chance(random, 0.05) ? 400 : random.between(1, 30);
  const parts: string[] = [];
  while (parts.length < length) {
    const piece = random.pick(pieces);
    const times = chance(random, 0.1) ? random.between(1, chance(random, 0.1) ? 200 : 8) : 1;
    parts.push(piece.repeat(times));
  }
  return parts.join("");
}

/** The text with characters left out, doubled, moved or replaced by a piece. */
export function mutated(random: Random, text: string, pieces: readonly string[]): string {
  let result = text;
  for (let changes = random.between(1, 4); changes > 0; changes--) {
    const from = random.between(0, result.length);
    const to = Math.min(result.length, from + random.between(0, 11));
    const put = [
      "",
      result.slice(from, to).repeat(2),
      random.pick(pieces),
      String.fromCharCode(random.between(0, 0xffff)),
    ];
    result = result.slice(0, from) + random.pick(put) + result.slice(to);
  }
  return result;
}

/** JSON of the value with values left out, doubled, of other types, or texts of pieces. */
export function mutatedJson(random: Random, value: unknown, pieces: readonly string[]): string {
  // About so many changes whatever the size.
  const share = random.between(1, 3) / Math.max(1, countOf(value));
  return JSON.stringify(changed(random, value, pieces, share)) ?? "null";
}

function changed(random: Random, value: unknown, pieces: readonly string[], share: number): unknown {
  if (chance(random, share)) return replaced(random, value, pieces);
  if (Array.isArray(value)) return value.map((item) => changed(random, item, pieces, share));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    if (chance(random, share / 2)) return [];
    return [[key, changed(random, item, pieces, share)] as const];
  });
  return Object.fromEntries(entries);
}

function replaced(random: Random, value: unknown, pieces: readonly string[]): unknown {
  if (typeof value === "string" && chance(random, 0.8))
    return chance(random, 0.5) ? spliced(random, pieces) : mutated(random, value, pieces);
  const many = random.between(1, chance(random, 0.1) ? 300 : 4);
  const others: readonly unknown[] = [
    null,
    true,
    -1,
    1e308,
    0.5,
    "",
    [],
    {},
    "__proto__",
    [value],
    { value },
  ];
  if (Array.isArray(value) && chance(random, 0.7))
    return Array.from({ length: many }, () => value as readonly unknown[]).flat();
  return random.pick(others);
}

function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, item) => sum + countOf(item), 0);
}

/** The stanza with children left out, doubled or without their place, and other attributes and texts. */
export function mutatedStanza(random: Random, element: XmlElement, pieces: readonly string[]): XmlElement {
  const share = 0.12;
  const attrs = Object.fromEntries(
    Object.entries(element.attrs).flatMap(([key, value]) => {
      if (!chance(random, share)) return [[key, value]];
      const others = ["", "0", "3", "-1", "99999999999999999999", "groupchat", spliced(random, pieces)];
      return chance(random, 0.2) ? [] : [[key, random.pick(others)]];
    }),
  );
  const children = element.children.flatMap((child) => {
    if (chance(random, share / 2)) return [];
    const changed =
      typeof child !== "string"
        ? mutatedStanza(random, child, pieces)
        : chance(random, share)
          ? spliced(random, pieces)
          : child;
    const most = chance(random, 0.1) ? 200 : 3;
    return chance(random, share / 2)
      ? Array.from({ length: random.between(1, most) }, () => changed)
      : [changed];
  });
  return { name: element.name, attrs, children };
}

/** Hexadecimal digits of octets with some changed, left out or put in. */
export function mutatedOctets(random: Random, octets: Uint8Array): string {
  const result = [...octets];
  for (let changes = random.between(0, 5); changes > 0; changes--) {
    const at = random.between(0, result.length);
    const put = random.pick([
      [],
      [random.between(0, 255)],
      [0x81],
      [0xa1, 0x00],
      [0x9f],
      [0xff],
      [0x5b, 0xff],
    ]);
    result.splice(at, random.between(0, 3), ...put);
  }
  return Buffer.from(result).toString("hex");
}

function chance(random: Random, share: number): boolean {
  return random.between(1, 1_000_000) <= share * 1_000_000;
}
