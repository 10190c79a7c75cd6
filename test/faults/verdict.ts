/** Whether a room's archive holds what it should: every text of the source once, in the source's order. */
export interface Comparison {
  readonly said: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Texts that stand after one that was said later. */
  readonly misplaced: readonly string[];
}

/** `source`: what was said, in order, each once. `target`: what arrived of it. */
export function compare(source: readonly string[], target: readonly string[]): Comparison {
  const places = new Map(source.map((text, at) => [text, at]));
  if (places.size !== source.length) throw new RangeError("a text was said twice in its own room");
  const seen = new Set<string>();
  const doubled: string[] = [];
  const misplaced: string[] = [];
  let latest = -1;
  for (const text of target) {
    const place = places.get(text);
    if (place === undefined) throw new RangeError(`nobody said ${JSON.stringify(text)}`);
    if (seen.has(text)) doubled.push(text);
    else if (place < latest) misplaced.push(text);
    seen.add(text);
    latest = Math.max(latest, place);
  }
  return { said: source.length, lost: source.filter((text) => !seen.has(text)), doubled, misplaced };
}

/** A message as an archive has it. */
export interface Archived {
  readonly text: string;
  readonly id: string;
  /** The id of the message that it corrects; null: it corrects none. */
  readonly corrects: string | null;
}

/** Texts that arrived as corrections of something else than in their own room, or as none, or as one where it was none. */
export function misdirected(source: readonly Archived[], target: readonly Archived[]): readonly string[] {
  const corrected = (all: readonly Archived[]) => {
    const byId = new Map(all.map(({ id, text }) => [id, text]));
    return new Map(all.map(({ text, corrects }) => [text, corrects && (byId.get(corrects) ?? "nothing")]));
  };
  const due = corrected(source);
  return [...corrected(target)].flatMap(([text, what]) => (due.get(text) === what ? [] : [text]));
}

/** A stretch of time in which a fault lasted, in milliseconds since 1970. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** How long something took that began and ended at these times, less what it waited for the faults themselves. */
export function stallBeyond(outages: readonly Outage[], from: number, to: number): number {
  let beyond = to - from;
  for (const outage of outages) beyond -= Math.max(0, Math.min(to, outage.to) - Math.max(from, outage.from));
  return Math.max(0, beyond);
}
