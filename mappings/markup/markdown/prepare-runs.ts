/** The runs of a block as far as Markdown can say them, before their marks are nested. */
import type { Loss } from "../../loss.ts";
import { tidyRuns } from "../flat-builder.ts";
import type { Run } from "../flat.ts";
import { Mark } from "../flat.ts";
import { allowedUrl } from "../links.ts";
import { BROADCAST_WORD } from "./broadcast.ts";
import { isEmojiImage } from "./emoji-image.ts";

/** Runs begin a line (of a paragraph or item), or stand behind something: a heading's sign, a cell's bar. */
export type RunsPlace = "line" | "heading" | "cell";

const SPANS = Mark.bold | Mark.italic | Mark.strike;

/**
 * Marks that Markdown lacks, links that are not allowed and emoji without a picture become their text, each with a
 * loss; a broadcast becomes its word. Code has no line feeds; headings and cells have none at all.
 */
export function prepareRuns(runs: readonly Run[], place: RunsPlace, losses: Loss[]): Run[] {
  const prepared = runs.map((run) => prepareRun(run, losses));
  const tidy = tidyRuns(place === "cell" ? prepared.map(cellRun) : prepared);
  const lines = place === "line" ? tidy : tidy.map(joinLines);
  return tidyRuns(lines.some(hasLink) ? linksWithoutEdges(lines) : lines);
}

/** The paragraphs that empty lines make of a block's runs. */
export function splitParagraphs(runs: readonly Run[]): Run[][] {
  if (!runs.some((run) => run.kind === "text" && run.text.includes("\n"))) return [[...runs]];
  const paragraphs: Run[][] = [];
  let paragraph: Run[] = [];
  let breaks: Run[] = [];
  for (const run of runs) {
    const pieces = run.kind === "text" ? run.text.split(/(\n)/) : [];
    const parts = run.kind === "text" ? pieces.map((text) => ({ ...run, text })) : [run];
    for (const part of parts) {
      if (part.kind === "text" && part.text === "") continue;
      if (part.kind === "text" && part.text === "\n") {
        breaks.push(part);
        continue;
      }
      if (breaks.length > 1) {
        paragraphs.push(tidyRuns(paragraph));
        paragraph = [];
      } else paragraph.push(...breaks);
      breaks = [];
      paragraph.push(part);
    }
  }
  paragraphs.push(tidyRuns(paragraph));
  return paragraphs;
}

function prepareRun(run: Run, losses: Loss[]): Run {
  if ((run.marks & (Mark.underline | Mark.spoiler)) !== 0) {
    if ((run.marks & Mark.underline) !== 0) addLoss(losses, { code: "mark_lost", detail: "underline" });
    if ((run.marks & Mark.spoiler) !== 0) addLoss(losses, { code: "mark_lost", detail: "spoiler" });
  }
  const marks = run.marks & SPANS;
  switch (run.kind) {
    case "text": {
      const code = run.marks & Mark.code;
      const link = run.link === null ? null : allowedUrl(run.link);
      if (link === null && run.link !== null) addLoss(losses, { code: "link_refused", detail: "" });
      const text = code === 0 ? run.text : run.text.replaceAll(/[\r\n\t\u0085\u2028\u2029]+/g, " ");
      return { kind: "text", text, marks: marks | code, link };
    }
    case "mention":
      return { ...run, name: nameLine(run.name) || lastSegment(run.user), marks };
    case "group":
      return { ...run, name: nameLine(run.name) || lastSegment(run.group), marks };
    case "broadcast":
      return { kind: "text", text: BROADCAST_WORD, marks, link: null };
    case "emoji":
      if (run.source !== null && isEmojiImage(run.name, run.source)) return { ...run, marks };
      addLoss(losses, { code: "emoji_named", detail: run.name });
      return { kind: "text", text: `:${run.name}:`, marks, link: null };
  }
}

function addLoss(losses: Loss[], loss: Loss): void {
  if (!losses.some((known) => known.code === loss.code && known.detail === loss.detail)) losses.push(loss);
}

/** A name on one line, without white space at its edges. */
function nameLine(name: string): string {
  const [run] = tidyRuns([{ kind: "text", text: name, marks: 0, link: null }]);
  return run?.kind === "text" ? run.text.replaceAll("\n", " ").trim() : "";
}

function lastSegment(uri: string): string {
  return uri.slice(uri.lastIndexOf("/") + 1);
}

function joinLines(run: Run): Run {
  return run.kind === "text" ? { ...run, text: run.text.replaceAll(/\n+/g, " ") } : run;
}

/** A cell can't hold code with an odd number of backslashes before a bar: there it is text. */
function cellRun(run: Run): Run {
  if (run.kind !== "text" || (run.marks & Mark.code) === 0 || !run.text.includes("\\|")) return run;
  const isOdd = run.text.match(/\\+\|/g)?.some((match) => match.length % 2 === 0) ?? false;
  return isOdd ? { ...run, marks: run.marks & ~Mark.code } : run;
}

function hasLink(run: Run): boolean {
  return run.kind === "text" && run.link !== null;
}

/** White space at the edges of a link's label stands outside of it. */
function linksWithoutEdges(runs: readonly Run[]): Run[] {
  const out: Run[] = [];
  for (let at = 0; at < runs.length;) {
    const run = runs[at];
    if (run === undefined) break;
    let end = at + 1;
    while (run.kind === "text" && run.link !== null && isLinked(runs[end], run.link)) end++;
    const group = runs.slice(at, end);
    if (run.kind === "text" && run.link !== null) out.push(...trimmedLabel(group));
    else out.push(run);
    at = end;
  }
  return out;
}

function isLinked(run: Run | undefined, link: string): boolean {
  return run?.kind === "text" && run.link === link;
}

function trimmedLabel(group: readonly Run[]): Run[] {
  const first = group.findIndex((run) => !isSpace(run));
  const last = group.findLastIndex((run) => !isSpace(run));
  return group.flatMap((run, at) => {
    if (run.kind !== "text" || (run.marks & Mark.code) !== 0) return [run];
    if (at < first || at > last || first === -1) return [{ ...run, link: null }];
    const [before, core, after] = edgeSpaces(run.text);
    const parts: Run[] = [];
    if (at === first && before !== "") parts.push({ ...run, text: before, link: null });
    parts.push({ ...run, text: `${at === first ? "" : before}${core}${at === last ? "" : after}` });
    if (at === last && after !== "") parts.push({ ...run, text: after, link: null });
    return parts;
  });
}

/** Whether a run shows nothing but white space. */
export function isSpace(run: Run): boolean {
  return run.kind === "text" && (run.marks & Mark.code) === 0 && run.text.trim() === "";
}

/** White space before, what shows, white space after. */
export function edgeSpaces(text: string): readonly [string, string, string] {
  const core = text.trim();
  if (core === text) return ["", text, ""];
  const before = text.length - text.trimStart().length;
  return [text.slice(0, before), core, text.slice(before + core.length)];
}
