/** Runs as Slack has them, blank lines and all, to paragraphs. */
import { tidyRuns } from "../../markup/flat-builder.ts";
import { Mark } from "../../markup/flat.ts";
import type { Block, Run, TextRun } from "../../markup/flat.ts";

/** Paragraphs at a depth of quotes. */
export function paragraphs(runs: readonly Run[], quote: number): readonly Block[] {
  return paragraphsOf(runs).map((paragraph) => ({ kind: "paragraph", quote, list: 0, runs: paragraph }));
}

/** The runs of each paragraph: they are parted by blank lines, and none is empty. Blank lines in inline code part nothing. */
export function paragraphsOf(runs: readonly Run[]): readonly (readonly Run[])[] {
  const tidy = tidyRuns(runs);
  if (tidy.length === 0) return [];
  if (!hasBlankLine(tidy)) return [tidy];
  const found: Run[][] = [];
  let current: Run[] = [];
  let feeds: TextRun[] = [];
  const add = (run: Run): void => {
    if (feeds.length > 1) {
      found.push(tidyRuns(current));
      current = [];
    } else current.push(...feeds);
    feeds = [];
    current.push(run);
  };
  for (const run of tidy) {
    if (!hasLines(run)) {
      add(run);
      continue;
    }
    for (const [at, line] of run.text.split("\n").entries()) {
      if (at > 0) feeds.push({ ...run, text: "\n" });
      if (line !== "") add({ ...run, text: line });
    }
  }
  found.push(tidyRuns(current));
  return found;
}

function hasBlankLine(runs: readonly Run[]): boolean {
  return runs.some((run, at) => {
    if (!hasLines(run)) return false;
    const before = runs[at - 1];
    const isContinued = before !== undefined && hasLines(before) && before.text.endsWith("\n");
    return run.text.includes("\n\n") || (isContinued && run.text.startsWith("\n"));
  });
}

/** Whether line feeds in the run are ends of lines. */
function hasLines(run: Run): run is TextRun {
  return run.kind === "text" && (run.marks & Mark.code) === 0;
}
