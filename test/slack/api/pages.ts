/** Lists by pages: https://docs.slack.dev/apis/web-api/pagination */
import { Refusal } from "../state/refusal.ts";
import { type Arguments, text } from "./method.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty: that was the last. */
  readonly cursor: string;
}

/** The page that is asked for of a list in which everything has a key of its own. Throws invalid_cursor or invalid_limit. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  given: Arguments,
  limits: { readonly usual: number; readonly most: number },
  /** Whether an item is the one that a cursor names, or behind where it was. */
  isReached: (key: string, named: string) => boolean = (key, named) => key === named,
): Page<T> {
  const asked = text(given, "limit");
  const limit = asked === null ? limits.usual : Number(asked);
  if (!Number.isInteger(limit) || limit < 0) throw new Refusal("invalid_limit");
  const size = Math.min(limit === 0 ? limits.usual : limit, limits.most);
  const cursor = text(given, "cursor");
  const key = cursor === null ? null : readCursor(cursor);
  const start = key === null ? 0 : all.findIndex((item) => isReached(keyOf(item), key));
  if (start === -1) throw new Refusal("invalid_cursor");
  const next = all[start + size];
  return {
    items: all.slice(start, start + size),
    cursor: next === undefined ? "" : Buffer.from(`next:${keyOf(next)}`).toString("base64"),
  };
}

function readCursor(cursor: string): string {
  const read = Buffer.from(cursor, "base64").toString("utf8");
  if (!read.startsWith("next:")) throw new Refusal("invalid_cursor");
  return read.slice("next:".length);
}
