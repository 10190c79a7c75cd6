/**
 * Everybody addressed: in Markdown it is the word `@room`, and an extension of the message says that it is meant and
 * for whom. Without the extension the word is text.
 */
import type { Block, BroadcastRun, FlatText, Run } from "../flat.ts";
import { Mark } from "../flat.ts";

export const BROADCAST_WORD = "@room";
const WORD = /(?<![\p{L}\p{N}\p{M}_@.+-])@room(?![\p{L}\p{N}\p{M}_-])/u;

export type BroadcastScope = BroadcastRun["scope"];

/** The scope of the first broadcast in a text, which is what the extension names; null: nobody is addressed. */
export function broadcastOf(flat: FlatText): BroadcastScope | null {
  for (const block of flat.blocks) {
    for (const runs of runsOf(block)) {
      for (const run of runs) if (run.kind === "broadcast") return run.scope;
    }
  }
  return null;
}

/** The text with its first word `@room` (outside of code and links) as a broadcast of this scope. */
export function withBroadcast(flat: FlatText, scope: BroadcastScope): FlatText {
  for (const [at, block] of flat.blocks.entries()) {
    const changed = broadcastInBlock(block, scope);
    if (changed !== null) return { blocks: flat.blocks.with(at, changed) };
  }
  return flat;
}

function runsOf(block: Block): readonly (readonly Run[])[] {
  if (block.kind === "row") return block.cells;
  return "runs" in block ? [block.runs] : [];
}

function broadcastInBlock(block: Block, scope: BroadcastScope): Block | null {
  for (const [at, runs] of runsOf(block).entries()) {
    const changed = broadcastInRuns(runs, scope);
    if (changed === null) continue;
    if (block.kind === "row") return { ...block, cells: block.cells.with(at, changed) };
    return "runs" in block ? { ...block, runs: changed } : null;
  }
  return null;
}

function broadcastInRuns(runs: readonly Run[], scope: BroadcastScope): readonly Run[] | null {
  for (const [at, run] of runs.entries()) {
    if (run.kind !== "text" || run.link !== null || (run.marks & Mark.code) !== 0) continue;
    const match = WORD.exec(run.text);
    if (match === null) continue;
    const before = run.text.slice(0, match.index);
    const after = run.text.slice(match.index + BROADCAST_WORD.length);
    const parts: Run[] = [{ kind: "broadcast", scope, marks: run.marks }];
    if (before !== "") parts.unshift({ ...run, text: before });
    if (after !== "") parts.push({ ...run, text: after });
    return runs.toSpliced(at, 1, ...parts);
  }
  return null;
}
