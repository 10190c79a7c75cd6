/**
 * Text in memory: a list of blocks of runs, as Slack's rich_text and XEP-0394 have it. Nesting ends where a text is
 * read: a block says how deep in quotes and lists it stands, a run says all of its marks. Every reader of markup makes
 * this form and every writer takes it, each in one pass.
 */
import type { GroupUri, UserUri } from "../ids.ts";

/** Marks of a run, one bit each. Writers leave out those that their format lacks, and name the loss. */
export const Mark = { bold: 1, italic: 2, strike: 4, underline: 8, code: 16, spoiler: 32 } as const;

/** Characters. A line feed is a line break inside its block; there is no other control character but tab in code. */
export interface TextRun {
  readonly kind: "text";
  readonly text: string;
  /** A sum of Mark bits. */
  readonly marks: number;
  /** An absolute URL of an allowed scheme (see links.ts), or null. */
  readonly link: string | null;
}

/** A user who is addressed. `name` is what was shown, without `@`; writers prefer the name that the room knows. */
export interface MentionRun {
  readonly kind: "mention";
  readonly user: UserUri;
  readonly name: string;
  readonly marks: number;
}

/** A link to another group chat (Slack's channel link, Matrix's room pill). `name` without `#`. */
export interface GroupRun {
  readonly kind: "group";
  readonly group: GroupUri;
  readonly name: string;
  readonly marks: number;
}

/** Everybody is addressed. Only a reader that has proof of the author's right makes one; others write plain text. */
export interface BroadcastRun {
  readonly kind: "broadcast";
  readonly scope: "room" | "here" | "channel" | "everyone";
  readonly marks: number;
}

/** A picture of the platform's own among the text; standard emoji are characters of a text run. */
export interface EmojiRun {
  readonly kind: "emoji";
  /** The short name, without colons. */
  readonly name: string;
  /** Where the picture is: a URL of https or mxc, or `cid:N@local.invalid`; null: unknown. */
  readonly source: string | null;
  readonly marks: number;
}

export type Run = TextRun | MentionRun | GroupRun | BroadcastRun | EmojiRun;

interface Placed {
  /** How many quotes it stands in; 0: none. Neighbours of one depth are one quote. */
  readonly quote: number;
  /** How many lists it stands in; 0: none. An item of the outermost list has 1. */
  readonly list: number;
}

export interface ParagraphBlock extends Placed {
  readonly kind: "paragraph";
  readonly runs: readonly Run[];
}

export interface HeadingBlock extends Placed {
  readonly kind: "heading";
  /** 1 to 6. */
  readonly level: number;
  readonly runs: readonly Run[];
}

/** The first paragraph of an item; what else belongs to the item follows with the same `list`. */
export interface ItemBlock extends Placed {
  readonly kind: "item";
  /** A number is an ordered item's own; true and false are a task's state. */
  readonly marker: "bullet" | number | boolean;
  readonly runs: readonly Run[];
}

export interface CodeBlock extends Placed {
  readonly kind: "code";
  /** First word of the info string; empty: not given. */
  readonly language: string;
  /** Without a last line feed. */
  readonly text: string;
}

/** Neighbouring rows are one table. */
export interface RowBlock extends Placed {
  readonly kind: "row";
  readonly header: boolean;
  readonly cells: readonly (readonly Run[])[];
}

export interface RuleBlock extends Placed {
  readonly kind: "rule";
}

export type Block = ParagraphBlock | HeadingBlock | ItemBlock | CodeBlock | RowBlock | RuleBlock;

export interface FlatText {
  readonly blocks: readonly Block[];
}

/** One paragraph of text without marks. */
export function plainFlat(text: string): FlatText {
  if (text === "") return { blocks: [] };
  const run: TextRun = { kind: "text", text, marks: 0, link: null };
  return { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [run] }] };
}
