/** How well a platform carries a feature, in one direction. */
import { losses, type LossCode } from "../loss.ts";

export const platforms = ["slack", "matrix", "xmpp"] as const;
export type Platform = (typeof platforms)[number];

/**
 * `partial`: it is what it was, but for `says`. `fallback`: it looks like something else, as `says` tells. `not`: the
 * platform has nothing that would carry it.
 */
export type Level =
  | { readonly level: "full" | "not" }
  | { readonly level: "partial" | "fallback"; readonly losses: readonly LossCode[]; readonly says: string };

/** `in`: an event of the platform is read; `out`: it is written. */
export interface Directions {
  readonly in: Level;
  readonly out: Level;
}

export type Levels = Readonly<Record<Platform, Directions>>;

export const full: Level = { level: "full" };
export const not: Level = { level: "not" };

/** Where the code of a loss says it all, its sentence stands. */
export function partial(what: LossCode | { readonly says: string }): Level {
  return { level: "partial", ...told(what) };
}

export function fallback(what: LossCode | { readonly says: string }): Level {
  return { level: "fallback", ...told(what) };
}

/** Reading and writing. */
export function both(level: Level): Directions {
  return { in: level, out: level };
}

export function ways(read: Level, written: Level): Directions {
  return { in: read, out: written };
}

function told(what: LossCode | { readonly says: string }) {
  return typeof what === "string" ? { losses: [what], says: losses[what] } : { losses: [], says: what.says };
}
