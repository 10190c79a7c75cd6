/** The flat form in the shape that HTML can say: what every reader of HTML gives, and every writer begins with. */
import { tidyBlocks, tidyCode, tidyRuns } from "../flat-builder.ts";
import type { Block, BroadcastRun, FlatText, ItemBlock, Run } from "../flat.ts";
import { withBroadcast } from "../markdown/broadcast.ts";
import { placeBlocks } from "../markdown/containers.ts";

const LANGUAGE = /^[\w#.+-]{1,32}$/;
/** Before a task's text; HTML for messages has no boxes. */
export const TASK_BOX = { open: "☐", done: "☑" } as const;

/**
 * The same text, so that reading what is written of it gives it again: runs tidy, code in a line without tabs, a
 * no-break space that stands beside a space is a space, boxes before items are tasks, items at most one level deeper
 * than what they stand in, languages of code one word. With `broadcast`, the first word `@room` addresses everybody.
 * Doing it again changes nothing.
 */
export function canonicalHtml(flat: FlatText, broadcast: BroadcastRun["scope"] | null): FlatText {
  const tidy = tidyBlocks(flat.blocks.map(canonicalBlock));
  const text = { blocks: placeBlocks(tidy).map(({ block }) => block) };
  return broadcast === null ? text : withBroadcast(text, broadcast);
}

function canonicalBlock(block: Block): Block {
  switch (block.kind) {
    case "paragraph":
      return { ...block, runs: canonicalRuns(block.runs) };
    case "heading":
      return {
        ...block,
        level: Math.min(6, Math.max(1, Math.trunc(block.level) || 1)),
        runs: canonicalRuns(block.runs),
      };
    case "item":
      return takeTaskBox({ ...block, runs: canonicalRuns(block.runs) });
    case "code":
      return { ...tidyCode(block), language: LANGUAGE.test(block.language) ? block.language : "" };
    case "row":
      return { ...block, cells: block.cells.map(canonicalRuns) };
    case "rule":
      return block;
  }
}

function canonicalRuns(runs: readonly Run[]): Run[] {
  const tidy = tidyRuns(runs);
  const plain = tidy.some((run) => run.kind === "text" && /[\t\u00a0]/.test(run.text));
  return plain ? tidyRuns(tidy.map((run, at) => plainSpaces(run, tidy, at))) : tidy;
}

/** Tabs, and no-break spaces that stand beside other spaces or at the edge of a line, as spaces. */
function plainSpaces(run: Run, runs: readonly Run[], at: number): Run {
  if (run.kind !== "text" || !/[\t\u00a0]/.test(run.text)) return run;
  let before = lastCharacter(runs[at - 1]);
  const after = firstCharacter(runs[at + 1]);
  const characters = run.text.split("");
  const spaced = characters.map((character, index) => {
    const next = characters[index + 1] ?? after;
    const space = character === "\t" || (character === "\u00a0" && (isSpace(before) || isSpace(next)));
    before = character;
    return space ? " " : character;
  });
  return { ...run, text: spaced.join("") };
}

function isSpace(character: string): boolean {
  return character === " " || character === "\u00a0" || character === "\t" || character === "\n";
}

/** The character before what follows this run; a line feed where nothing is. */
export function lastCharacter(run: Run | undefined): string {
  if (run === undefined) return "\n";
  return run.kind === "text" ? (run.text.at(-1) ?? "") : "";
}

/** The character after what is before this run; a line feed where nothing is. */
export function firstCharacter(run: Run | undefined): string {
  if (run === undefined) return "\n";
  return run.kind === "text" ? (run.text[0] ?? "") : "";
}

/** An item of an unordered list whose text begins with a box, and a space or line break after it, is a task. */
function takeTaskBox(item: ItemBlock): ItemBlock {
  const [first, ...rest] = item.runs;
  if (item.marker !== "bullet" || first?.kind !== "text" || first.marks !== 0 || first.link !== null)
    return item;
  const done = first.text.startsWith(TASK_BOX.done);
  if (!done && !first.text.startsWith(TASK_BOX.open)) return item;
  const after = first.text.slice(TASK_BOX.open.length);
  if (!isSpace(after[0] ?? firstCharacter(rest[0])) || (after === "" && rest.length === 0)) return item;
  return { ...item, marker: done, runs: tidyRuns([{ ...first, text: after }, ...rest]) };
}
