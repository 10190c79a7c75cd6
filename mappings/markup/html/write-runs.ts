/** The runs of a block as HTML: each tag is closed where its mark ends, in one pass. */
import type { Run } from "../flat.ts";
import { Mark } from "../flat.ts";
import { firstCharacter, lastCharacter } from "./canonical.ts";
import type { HtmlWriteDialect } from "./dialect.ts";
import { escapeHtml, escapeLines } from "./escape.ts";
import { oneLine } from "./inline-elements.ts";

/** From the outside to the inside, after the spoiler and the link. */
const TAGS = [
  [Mark.bold, "strong"],
  [Mark.italic, "em"],
  [Mark.strike, "del"],
  [Mark.underline, "u"],
  [Mark.code, "code"],
] as const;

/** How pictures, people and rooms are named, and the reason that hidden parts show. */
export interface RunWriting {
  readonly dialect: HtmlWriteDialect;
  readonly spoiler: string;
}

interface OpenTag {
  readonly start: string;
  readonly end: string;
}

/** The runs are in the form that normaliseHtml gives. */
export function writeRuns(runs: readonly Run[], writing: RunWriting): string {
  const out: string[] = [];
  const open: OpenTag[] = [];
  for (const [at, run] of runs.entries()) {
    const tags = tagsOf(run, writing);
    let kept = 0;
    while (kept < open.length && open[kept]?.start === tags[kept]?.start) kept++;
    for (let tag = open.length; tag > kept; tag--) out.push(open.pop()?.end ?? "");
    for (const tag of tags.slice(kept)) {
      out.push(tag.start);
      open.push(tag);
    }
    out.push(contentOf(run, lastCharacter(runs[at - 1]), firstCharacter(runs[at + 1]), writing.dialect));
  }
  for (const tag of open.toReversed()) out.push(tag.end);
  return out.join("");
}

function tagsOf(run: Run, { spoiler }: RunWriting): OpenTag[] {
  const tags: OpenTag[] = [];
  if ((run.marks & Mark.spoiler) !== 0) {
    const reason = spoiler === "" ? "" : `="${escapeHtml(spoiler)}"`;
    tags.push({ start: `<span data-mx-spoiler${reason}>`, end: "</span>" });
  }
  if (run.kind === "text" && run.link !== null)
    tags.push({ start: `<a href="${escapeHtml(run.link)}">`, end: "</a>" });
  for (const [mark, name] of TAGS)
    if ((run.marks & mark) !== 0) tags.push({ start: `<${name}>`, end: `</${name}>` });
  return tags;
}

function contentOf(run: Run, before: string, after: string, dialect: HtmlWriteDialect): string {
  switch (run.kind) {
    case "text":
      return escapeLines(run.text, before, after);
    case "mention": {
      const { href, label } = dialect.user(run.user, run.name);
      return linkTo(href, label);
    }
    case "group": {
      const { href, label } = dialect.group(run.group, run.name);
      return linkTo(href, label);
    }
    case "broadcast":
      return "@room";
    case "emoji": {
      const name = escapeHtml(`:${run.name}:`);
      const src = escapeHtml(run.source ?? "");
      return `<img data-mx-emoticon src="${src}" alt="${name}" title="${name}" height="32">`;
    }
  }
}

function linkTo(href: string | null, label: string): string {
  const shown = escapeHtml(oneLine(label));
  return href === null ? shown : `<a href="${escapeHtml(href)}">${shown}</a>`;
}
