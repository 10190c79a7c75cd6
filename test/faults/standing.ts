/** What stands in a room at the end, whatever was done in it on the way, and whether two rooms agree; here read from a MUC's archive. */
import type { Milliseconds } from "../../core/time.ts";
import { readXml } from "../../core/convert/xml-reader.ts";
import type { ArchivedStanza } from "../../deploy/servers/prosody-archive.ts";
import { child, childText, children, textOf } from "../../mappings/xmpp/elements.ts";
import { compare, type Comparison } from "./verdict.ts";

/** A message that nobody has deleted, with its last text. */
export interface Standing {
  readonly text: string;
  readonly edited: boolean;
  /** Each emoji once, however many people show it. */
  readonly reactions: readonly string[];
  readonly at: Milliseconds;
}

export interface Room {
  /** In the room's order. */
  readonly standing: readonly Standing[];
  /** Texts that came twice, if only for a while. */
  readonly twice: readonly string[];
  /** Texts that somebody else corrected or took back than who said them, so that no client heeds it. Left out: none. */
  readonly unheeded?: readonly string[];
}

const REACTIONS = "urn:xmpp:reactions:0";
/** Who said a text, and the how many-th of his it is. */
const TEXT = /^(?<speaker>[a-z]+\d+) \d+$/;

export const speakerOf = (text: string): string | null => TEXT.exec(text)?.groups?.["speaker"] ?? null;

interface Entry {
  /** The occupant who said it: clients heed changes from him alone. */
  readonly from: string;
  text: string;
  edited: boolean;
  deleted: boolean;
  readonly at: Milliseconds;
  /** Of each occupant. */
  readonly reactions: Map<string, readonly string[]>;
}

/** What people have said in a room, of whom only those count. */
export function saidBy(room: Room, counts: (speaker: string | null) => boolean): Room {
  const counting = (text: string): boolean => counts(speakerOf(text));
  return {
    standing: room.standing.filter(({ text }) => counting(text)),
    twice: room.twice.filter(counting),
    unheeded: room.unheeded?.filter(counting) ?? [],
  };
}

/** What an archive comes to: corrections (XEP-0308), retractions (XEP-0424) and reactions (XEP-0444) applied in order. */
export function archivedRoom(archive: readonly ArchivedStanza[]): Room {
  const entries: Entry[] = [];
  /** By stanza-id and by the sender's own id. */
  const byId = new Map<string, Entry>();
  const texts: string[] = [];
  const unheeded: string[] = [];
  for (const { stanza: written, stanzaId, when } of archive) {
    const stanza = readXml(written);
    const about = (name: string, xmlns: string): Entry | undefined =>
      byId.get(child(stanza, name, xmlns)?.attrs["id"] ?? "");
    const from = stanza.attrs["from"] ?? "";
    const retracted = about("retract", "urn:xmpp:message-retract:1");
    // The room itself says what its moderators have taken back (XEP-0425).
    if (retracted && (retracted.from === from || !from.includes("/"))) retracted.deleted = true;
    else if (retracted) unheeded.push(retracted.text);
    const reactions = child(stanza, "reactions", REACTIONS);
    const all = reactions === null ? [] : children(reactions, "reaction").map(textOf);
    about("reactions", REACTIONS)?.reactions.set(from, all);
    const text = childText(stanza, "body");
    if (speakerOf(text) === null) continue;
    texts.push(text);
    const named = about("replace", "urn:xmpp:message-correct:0");
    const corrected = named?.from === from ? named : undefined;
    if (named && !corrected) unheeded.push(named.text);
    const entry = corrected ?? { from, text, edited: false, deleted: false, at: when, reactions: new Map() };
    if (corrected) Object.assign(entry, { text, edited: true });
    else entries.push(entry);
    for (const name of [stanzaId, stanza.attrs["id"] ?? ""]) byId.set(name, entry);
  }
  const standing = entries
    .filter(({ deleted }) => !deleted)
    .map(({ text, edited, at, reactions }) => ({
      text,
      edited,
      reactions: [...new Set([...reactions.values()].flat())].toSorted(),
      at,
    }));
  return { standing, twice: repeated(texts), unheeded };
}

export interface Agreement extends Comparison {
  /** What stands in the target and not in the source, or with other reactions: an edit, a deletion or a reaction is missing. */
  readonly misdirected: readonly string[];
  /** Whether something of it stays wrong whatever comes yet. */
  readonly forGood: boolean;
}

/** Whether the target holds what the source holds. */
export function agreement(source: Room, target: Room): Agreement {
  const due = new Map(source.standing.map((one) => [one.text, one]));
  const there = target.standing.filter(({ text }) => due.has(text));
  const compared = compare(
    source.standing.map(({ text }) => text),
    there.map(({ text }) => text),
  );
  const stale = target.standing.filter(({ text }) => !due.has(text)).map(({ text }) => `${text} still there`);
  const differing = there.flatMap(({ text, reactions }) => {
    const shown = due.get(text)?.reactions ?? [];
    return shown.join() === reactions.join()
      ? []
      : [`${text} with ${reactions.join("") || "nothing"} for ${shown.join("") || "nothing"}`];
  });
  const doubled = [...new Set([...compared.doubled, ...target.twice])];
  const unheeded = (target.unheeded ?? []).map((text) => `${text} changed by somebody else`);
  const forGood = doubled.length + unheeded.length > 0;
  return { ...compared, doubled, misdirected: [...stale, ...differing, ...unheeded], forGood };
}

/** Texts that are there already where they come. */
export function repeated(texts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return texts.filter((text) => seen.has(text) || !seen.add(text));
}
