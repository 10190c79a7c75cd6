/**
 * People of elsewhere as somebody on Slack types them: Slack knows them not, so `@Name` stays text there. Whoever bears
 * exactly that name, and alone in the group, is meant.
 */
import type { UserUri } from "../ids.ts";
import { type Block, type FlatText, Mark, type Run } from "../markup/flat.ts";
import type { Message } from "../message.ts";

/** Signs and words after them that are looked at; UTF-16 code units of a name. */
const MOST_SIGNS = 5;
const MOST_WORDS = 4;
const LONGEST_NAME = 80;
const TYPED = /(?<![\p{L}\p{N}_@.])@(?=[^\s@])/gu;
const CLOSING = /[.,:;!?)\]}'"…]+$/;

/** What may be a name in a message, longest first at each sign; empty where nothing is typed like one. */
export function typedNames({ body }: Message): readonly string[] {
  const text = textOf(body);
  if (text === null) return [];
  const names = runsOf(text).flatMap((run) =>
    mayName(run) ? signsIn(run.text).flatMap(namesAt(run.text)) : [],
  );
  return [...new Set(names)].slice(0, MOST_SIGNS * MOST_WORDS);
}

/** The message with mentions in the place of the names that are somebody's. */
export function withTypedMentions(message: Message, people: ReadonlyMap<string, UserUri>): Message {
  const { body } = message;
  const text = textOf(body);
  if (text === null || people.size === 0) return message;
  const blocks = text.blocks.map((block) => mentioning(block, people));
  if (body.kind === "text") return { ...message, body: { ...body, text: { blocks } } };
  if (body.kind === "media") return { ...message, body: { ...body, caption: { blocks } } };
  return message;
}

function textOf(body: Message["body"]): FlatText | null {
  if (body.kind === "text") return body.text;
  return body.kind === "media" ? body.caption : null;
}

const runsOf = (text: FlatText): readonly Run[] =>
  text.blocks.flatMap((block) => ("runs" in block ? block.runs : "cells" in block ? block.cells.flat() : []));

/** Code and links say what they say. */
const mayName = (run: Run): run is Extract<Run, { kind: "text" }> =>
  run.kind === "text" && run.link === null && (run.marks & Mark.code) === 0;

const signsIn = (text: string): readonly number[] =>
  [...text.matchAll(TYPED)].slice(0, MOST_SIGNS).map(({ index }) => index);

/** The names that may begin behind a sign, the longest first: whole words, without what closes a sentence. */
const namesAt =
  (text: string) =>
  (sign: number): readonly string[] => {
    const rest = text.slice(sign + 1, sign + 1 + LONGEST_NAME).split("\n")[0] ?? "";
    const names: string[] = [];
    for (const { index } of [...`${rest} `.matchAll(/ /g)].slice(0, MOST_WORDS)) {
      const words = rest.slice(0, index);
      names.push(words, words.replace(CLOSING, ""));
    }
    return [...new Set(names)].filter((name) => name !== "").toSorted((a, b) => b.length - a.length);
  };

function mentioning(block: Block, people: ReadonlyMap<string, UserUri>): Block {
  if ("cells" in block) return { ...block, cells: block.cells.map((cell) => replaced(cell, people)) };
  return "runs" in block ? { ...block, runs: replaced(block.runs, people) } : block;
}

const replaced = (runs: readonly Run[], people: ReadonlyMap<string, UserUri>): readonly Run[] =>
  runs.flatMap((run) => (mayName(run) ? cut(run, people) : [run]));

function cut(run: Extract<Run, { kind: "text" }>, people: ReadonlyMap<string, UserUri>): readonly Run[] {
  const { text, marks } = run;
  const pieces: Run[] = [];
  let end = 0;
  for (const sign of signsIn(text)) {
    const name = namesAt(text)(sign).find((one) => people.has(one));
    const user = name === undefined ? undefined : people.get(name);
    if (name === undefined || user === undefined) continue;
    if (sign > end) pieces.push({ ...run, text: text.slice(end, sign) });
    pieces.push({ kind: "mention", user, name, marks });
    end = sign + 1 + name.length;
  }
  if (end < text.length) pieces.push({ ...run, text: text.slice(end) });
  return pieces;
}
