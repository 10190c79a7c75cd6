/** What of a flat text HTML can say on a platform: what is written, and what reading that gives. */
import type { Block, FlatText, Run } from "../flat.ts";
import { cleanText } from "../flat-builder.ts";
import { allowedUrl } from "../links.ts";
import { broadcastOf } from "../markdown/broadcast.ts";
import { canonicalHtml } from "./canonical.ts";
import type { HtmlWriteDialect } from "./dialect.ts";
import { emojiName } from "./emoji-name.ts";
import { nameIn, oneLine } from "./inline-elements.ts";
import { LossLog } from "./loss-log.ts";

/**
 * The text that reading `writeHtml(flat, dialect)` gives, where the reading dialect knows the same people, rooms and
 * pictures and the scope of the text's first broadcast: who and what has no link here is text, names are those that
 * the platform shows, links have allowed schemes, and all is in the form that canonicalHtml gives. All marks are kept.
 */
export function normaliseHtml(flat: FlatText, dialect: HtmlWriteDialect): FlatText {
  return writableHtml(flat, dialect, new LossLog());
}

/** normaliseHtml, with what it gives up added to `losses`. */
export function writableHtml(flat: FlatText, dialect: HtmlWriteDialect, losses: LossLog): FlatText {
  const scope = dialect.broadcasts ? broadcastOf(flat) : null;
  const write = (run: Run): Run => writableRun(run, dialect, losses);
  return canonicalHtml({ blocks: flat.blocks.map((block) => withRuns(block, write)) }, scope);
}

function withRuns(block: Block, change: (run: Run) => Run): Block {
  if (block.kind === "row") return { ...block, cells: block.cells.map((cell) => cell.map(change)) };
  return "runs" in block ? { ...block, runs: block.runs.map(change) } : block;
}

function writableRun(run: Run, dialect: HtmlWriteDialect, losses: LossLog): Run {
  switch (run.kind) {
    case "text": {
      if (run.link === null) return run;
      const link = allowedUrl(run.link);
      if (link === null) losses.add("link_refused", "");
      return { ...run, link };
    }
    case "mention": {
      const { href, label } = dialect.user(run.user, oneLine(run.name));
      if (href !== null) return { ...run, name: nameIn(label, "@", href) };
      losses.add("mention_silent", run.user);
      return textRun(oneLine(label), run.marks);
    }
    case "group": {
      const { href, label } = dialect.group(run.group, oneLine(run.name));
      return href === null ? textRun(oneLine(label), run.marks) : { ...run, name: nameIn(label, "#", href) };
    }
    case "broadcast":
      if (dialect.broadcasts) return textRun("@room", run.marks);
      losses.add("broadcast_neutralised", run.scope);
      return textRun(`@${run.scope}`, run.marks);
    case "emoji": {
      const name = emojiName(run.name);
      const source = dialect.emoji(name, run.source);
      if (source !== null) return { ...run, name, source: cleanText(source, false) };
      losses.add("emoji_named", name);
      return textRun(`:${name}:`, run.marks);
    }
  }
}

function textRun(text: string, marks: number): Run {
  return { kind: "text", text, marks, link: null };
}
