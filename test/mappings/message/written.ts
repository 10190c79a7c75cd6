/** What a message looks like as mimi-content, in words that a test can name. */
import assert from "node:assert/strict";
import type { Part } from "../../../mappings/content/content.ts";
import type { FlatText, Run } from "../../../mappings/markup/flat.ts";
import { message, type MessageBody } from "../../../mappings/message.ts";
import { fromContent } from "../../../mappings/message/from-content.ts";
import { toContent } from "../../../mappings/message/to-content.ts";

export const MARKDOWN = "text/markdown;variant=GFM-MIMI";
export const HTML = "text/html;charset=utf-8";

export const run = (text: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text,
  marks,
  link,
});
export const paragraph = (...runs: readonly Run[]): FlatText => ({
  blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }],
});
/** A part as `disposition type text`, with the parts of a list in brackets after its semantics. */
export function shape(part: Part): string {
  const head = String(part.disposition);
  switch (part.cardinality) {
    case "null":
      return `${head} null`;
    case "single":
      return `${head} ${part.contentType} ${new TextDecoder().decode(part.content)}`;
    case "external":
      return `${head} ${part.contentType} at ${part.url}`;
    case "multi":
      return `${head} ${part.semantics} [${part.parts.map(shape).join(" | ")}]`;
  }
}

const bodyOf = (body: MessageBody): string => shape(toContent(message(body)).body);
export const extensionsOf = (body: MessageBody): unknown => plain(toContent(message(body)).extensions);

export function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** Written, it looks like this and notes this; read again, it is what it was. */
export function check(body: MessageBody, form: string, extensions: unknown = {}): void {
  assert.equal(bodyOf(body), form);
  assert.deepEqual(extensionsOf(body), extensions);
  assert.deepEqual(fromContent(toContent(message(body))).body, body);
}
