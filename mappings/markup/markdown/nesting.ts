/**
 * Marks as nested spans. A run of the flat form has all its marks at once; Markdown opens and closes them, and only
 * next to characters that show. Which marks white space between two spans has follows from that, so the runs that are
 * read again are decided here and nowhere else.
 */
import type { Run } from "../flat.ts";
import { Mark } from "../flat.ts";
import { edgeSpaces, isSpace } from "./prepare-runs.ts";

export type Span = typeof Mark.bold | typeof Mark.italic | typeof Mark.strike;

export type Step =
  | { readonly kind: "open" | "close"; readonly span: Span }
  | { readonly kind: "link" | "unlink"; readonly url: string }
  /** With all marks that it has once it is read again. */
  | { readonly kind: "run"; readonly run: Run };

const SPANS: readonly Span[] = [Mark.bold, Mark.italic, Mark.strike];
const ALL = Mark.bold | Mark.italic | Mark.strike;

/** Something that shows: a run, or all runs of one link. */
interface Solid {
  readonly runs: readonly Run[];
  readonly link: string | null;
  /** Spans that all of it has. */
  readonly spans: number;
  /** White space before it, and the spans that all of that has. */
  readonly space: readonly Run[];
  readonly spaceSpans: number;
}

/** The steps that write prepared runs. Every span that is opened is closed, in the reverse order. */
export function nestRuns(runs: readonly Run[]): Step[] {
  const [only] = runs;
  if (runs.length === 1 && only?.kind === "text" && only.marks === 0 && only.link === null)
    return [{ kind: "run", run: only }];
  const steps: Step[] = [];
  nest(runs, 0, true, steps);
  return steps;
}

/** The runs that reading what the steps write gives. */
export function runsOfSteps(steps: readonly Step[]): Run[] {
  return steps.flatMap((step) => (step.kind === "run" ? [step.run] : []));
}

/** Runs within spans that are open already; links are steps of their own where `links`. */
function nest(runs: readonly Run[], outer: number, links: boolean, steps: Step[]): void {
  const { solids, trailing } = solidsOf(runs, outer, links);
  const lengths = spanLengths(solids);
  const open: Span[] = [];
  for (const [at, solid] of solids.entries()) {
    closeBut(open, solid.spans & solid.spaceSpans, steps);
    pushSpace(solid.space, outer | sum(open), steps);
    const reach = lengths[at] ?? [];
    const opening = SPANS.filter((span) => (solid.spans & span) !== 0 && !open.includes(span));
    opening.sort((a, b) => (reach[SPANS.indexOf(b)] ?? 0) - (reach[SPANS.indexOf(a)] ?? 0));
    for (const span of opening) {
      open.push(span);
      steps.push({ kind: "open", span });
    }
    pushSolid(solid, outer | solid.spans, steps);
  }
  closeBut(open, 0, steps);
  pushSpace(trailing, outer, steps);
}

/** Closes what must not stay open, and whatever was opened after it. */
function closeBut(open: Span[], staying: number, steps: Step[]): void {
  const first = open.findIndex((span) => (span & staying) === 0);
  if (first === -1) return;
  for (const span of open.splice(first).toReversed()) steps.push({ kind: "close", span });
}

function sum(spans: readonly Span[]): number {
  return spans.reduce((all: number, span) => all | span, 0);
}

function pushSpace(space: readonly Run[], marks: number, steps: Step[]): void {
  for (const run of space) pushRun({ ...run, marks }, steps);
}

/** Neighbours of equal marks and link are one run. */
function pushRun(run: Run, steps: Step[]): void {
  const last = steps.at(-1);
  if (last?.kind === "run" && last.run.kind === "text" && run.kind === "text") {
    if (last.run.marks === run.marks && last.run.link === run.link) {
      steps[steps.length - 1] = { kind: "run", run: { ...run, text: last.run.text + run.text } };
      return;
    }
  }
  steps.push({ kind: "run", run });
}

function pushSolid(solid: Solid, marks: number, steps: Step[]): void {
  if (solid.link === null) {
    for (const run of solid.runs) pushRun({ ...run, marks: marks | (run.marks & Mark.code) }, steps);
    return;
  }
  steps.push({ kind: "link", url: solid.link });
  nest(solid.runs, marks, false, steps);
  steps.push({ kind: "unlink", url: solid.link });
}

function solidsOf(
  runs: readonly Run[],
  outer: number,
  links: boolean,
): { readonly solids: readonly Solid[]; readonly trailing: readonly Run[] } {
  const solids: Solid[] = [];
  let space: Run[] = [];
  const push = (shown: readonly Run[], link: string | null): void => {
    solids.push({ runs: shown, link, spans: common(shown, outer), space, spaceSpans: common(space, outer) });
    space = [];
  };
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at];
    if (run === undefined) break;
    if (links && run.kind === "text" && run.link !== null) {
      const start = at;
      while (isLinked(runs[at + 1], run.link)) at++;
      push(runs.slice(start, at + 1), run.link);
    } else if (isSpace(run)) space.push(run);
    else if (run.kind !== "text" || (run.marks & Mark.code) !== 0) push([run], null);
    else {
      const [before, core, after] = edgeSpaces(run.text);
      if (before !== "") space.push({ ...run, text: before });
      push([{ ...run, text: core }], null);
      if (after !== "") space.push({ ...run, text: after });
    }
  }
  return { solids, trailing: space };
}

function isLinked(run: Run | undefined, link: string): boolean {
  return run?.kind === "text" && run.link === link;
}

/** Spans that all runs have, but those that are open around them. */
function common(runs: readonly Run[], outer: number): number {
  return runs.reduce((all, run) => all & run.marks, ALL & ~outer);
}

/** For each solid and span: how many solids, from this one on, the span covers without a gap. */
function spanLengths(solids: readonly Solid[]): readonly (readonly number[])[] {
  const lengths: (readonly number[])[] = [];
  for (let at = solids.length - 1; at >= 0; at--) {
    const solid = solids[at];
    const next = solids[at + 1];
    const after = lengths.at(-1);
    if (solid === undefined) break;
    lengths.push(
      SPANS.map((span, index) => {
        if ((solid.spans & span) === 0) return 0;
        const goesOn = next !== undefined && (next.spans & next.spaceSpans & span) !== 0;
        return 1 + (goesOn ? (after?.[index] ?? 0) : 0);
      }),
    );
  }
  return lengths.toReversed();
}
