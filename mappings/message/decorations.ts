/**
 * What a text shows to those who do not know our extensions: an emote is in italics, and before a spoiler stands a
 * warning. Reading takes both away again.
 */
import { type Block, type FlatText, Mark, type Run } from "../markup/flat.ts";
import { mapRuns } from "./traits.ts";

const WARNING = "⚠ Spoiler";

/** What a text is beside its words. */
export interface Manner {
  readonly emote: boolean;
  /** Not null: hidden behind this reason. */
  readonly spoiler: string | null;
}

export const asItIs: Manner = { emote: false, spoiler: null };

export function decorated(text: FlatText, { emote, spoiler }: Manner): FlatText {
  const words = emote ? inItalics(text) : text;
  return spoiler === null ? words : withWarning(words, spoiler);
}

/** The text without its decorations. */
export function undecorated(text: FlatText, { emote, spoiler }: Manner): FlatText {
  const words = spoiler === null ? text : withoutWarning(text);
  return emote ? withoutItalics(words) : words;
}

/** Before the text, in a paragraph of its own. */
function withWarning(text: FlatText, reason: string): FlatText {
  const words = reason.trim() === "" ? `${WARNING}:` : `${WARNING} (${reason.trim()}):`;
  const warning: Block = {
    kind: "paragraph",
    quote: 0,
    list: 0,
    runs: [{ kind: "text", text: words, marks: 0, link: null }],
  };
  return { blocks: [warning, ...text.blocks] };
}

/** Without the first paragraph, where it is a warning. */
function withoutWarning(text: FlatText): FlatText {
  const [first, ...rest] = text.blocks;
  const run = first?.kind === "paragraph" ? first.runs[0] : undefined;
  return run?.kind === "text" && run.text.startsWith(WARNING) ? { blocks: rest } : text;
}

function inItalics(text: FlatText): FlatText {
  return mapRuns(text, (runs) => runs.map((run): Run => ({ ...run, marks: run.marks | Mark.italic })));
}

/** An emote has no italics of its own: they would not show. */
function withoutItalics(text: FlatText): FlatText {
  return mapRuns(text, (runs) => runs.map((run): Run => ({ ...run, marks: run.marks & ~Mark.italic })));
}
