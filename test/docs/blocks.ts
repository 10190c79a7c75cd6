/** Fenced blocks and links of the project's pages in Markdown. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** README.md and what is in docs/, by path from the project's root. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

export const readPage = (page: string): string => readFileSync(join(root, page), "utf8");

export interface Block {
  readonly page: string;
  /** The first word after the fence. */
  readonly language: string;
  /** `test=NAME` after the language; null where there is none. */
  readonly test: string | null;
  /** Ends with a line break. */
  readonly text: string;
}

const BLOCK = /^```(?<language>\w*)(?: test=(?<test>[\w-]+))?\n(?<text>[^]*?)^```$/gm;

/** All fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...readPage(page).matchAll(BLOCK)].map(({ groups = {} }) => ({
    page,
    language: groups["language"] ?? "",
    test: groups["test"] ?? null,
    text: groups["text"] ?? "",
  }));
}

/** The block that is marked with this name, and the one after it, which shows what it prints. */
export function testedBlock(page: string, name: string): { command: string; printed: string } {
  const blocks = blocksOf(page);
  const at = blocks.findIndex(({ test }) => test === name);
  const [command, printed] = [blocks[at], blocks[at + 1]];
  if (!command) throw new Error(`${page} has no block test=${name}`);
  return { command: command.text.trim(), printed: printed?.language === "text" ? printed.text : "" };
}
