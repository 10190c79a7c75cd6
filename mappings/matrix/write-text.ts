/** Text as `body` and `formatted_body` (client-server API, sections 11.3.1 and 11.32). */
import type { Loss } from "../loss.ts";
import { type Block, type FlatText, Mark, type Run } from "../markup/flat.ts";
import { isRich } from "../markup/html/is-rich.ts";
import { writeHtml } from "../markup/html/write.ts";
import { writeMarkdown } from "../markup/markdown/write.ts";
import { plainTextOf } from "../markup/plain.ts";
import { splitFlat } from "../markup/split.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { matrixWriter } from "./dialect.ts";
import { cutText, type Draft, type Drafts, NOBODY } from "./draft.ts";
import { fullness, LIST_ENTRIES } from "./limits.ts";
import { loss } from "./result.ts";
import { mapRuns } from "./runs.ts";
import { hiddenFile } from "./write-file.ts";

const HTML = "org.matrix.custom.html";
/** Stands in a body for what is hidden: bodies are shown in notifications. */
const HIDDEN = "[spoiler]";
/** What the file is called that holds a text too long for events. */
const WHOLE = "message.txt";
/** Octets of JSON of a reason for hiding. */
const REASON = 512;

export interface TextFields {
  /** `body`, where there is markup `format` and `formatted_body`, and `m.mentions`. */
  readonly content: MatrixContent;
  readonly losses: readonly Loss[];
}

/** `spoiler`: the reason for hiding all of the text; null: it is not hidden. */
export function textFields(
  text: FlatText,
  spoiler: string | null,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): TextFields {
  const simple = spoiler === null ? simpleText(text) : null;
  if (simple !== null) return { content: { body: simple, "m.mentions": NOBODY }, losses: [] };
  const losses: Loss[] = [];
  const allowed = capabilities.broadcasts ? text : neutralised(text, losses);
  const shown = spoiler === null ? allowed : covered(allowed, losses);
  const mentions = mentionsOf(shown, context, losses);
  const body = spoiler === null ? bodyOf(mapRuns(spoken(shown, context), hidden)) : hiddenBody(spoiler);
  if (!isRich(shown)) return { content: { body, "m.mentions": mentions }, losses };
  const html = writeHtml(shown, matrixWriter(context, capabilities.broadcasts), reasonOf(spoiler));
  losses.push(...html.losses);
  return { content: { body, format: HTML, formatted_body: html.value, "m.mentions": mentions }, losses };
}

function hiddenBody(spoiler: string): string {
  const reason = reasonOf(spoiler);
  return reason === "" ? HIDDEN : `${HIDDEN} (${reason})`;
}

function reasonOf(spoiler: string | null): string {
  return cutText(spoiler ?? "", REASON);
}

/**
 * The text as events of `msgtype`, each within the limits even as an edit, which carries everything twice.
 */
export function textDrafts(
  text: FlatText,
  msgtype: "m.text" | "m.emote" | "m.notice",
  spoiler: string | null,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Drafts {
  if (text.blocks.length === 0) return { drafts: [], losses: [] };
  const whole = textFields(text, spoiler, capabilities, context);
  if (fullness(whole.content) <= 1) return { drafts: [draft(msgtype, whole.content)], losses: whole.losses };
  const split = splitFlat(text, {
    size: (part) => fullness(textFields(part, spoiler, capabilities, context).content),
    limit: 1,
  });
  const parts = split.kind === "parts" ? split.parts : [split.head];
  const losses: Loss[] = split.kind === "parts" ? [] : [loss("text_cut", "the whole is in a file")];
  const drafts = parts.map((part) => {
    const fields = textFields(part, spoiler, capabilities, context);
    losses.push(...fields.losses);
    return draft(msgtype, fields.content);
  });
  if (split.kind === "parts") return { drafts, losses };
  return { drafts: [...drafts, fileDraft(plainTextOf(spoken(text, context)), spoiler)], losses };
}

/** The whole of a text of which the event before holds the beginning. */
function fileDraft(whole: string, spoiler: string | null): Draft {
  const content: MatrixContent = {
    msgtype: "m.file",
    body: WHOLE,
    filename: WHOLE,
    info: { mimetype: "text/plain", size: Buffer.byteLength(whole, "utf8") },
    "m.mentions": NOBODY,
    ...hiddenFile(spoiler),
  };
  return { type: "m.room.message", content, upload: whole };
}

function draft(msgtype: string, content: MatrixContent): Draft {
  return { type: "m.room.message", content: { msgtype, ...content } };
}

/** The short way: one paragraph of text without markup. */
function simpleText(text: FlatText): string | null {
  const [block] = text.blocks;
  if (text.blocks.length !== 1 || block?.kind !== "paragraph") return null;
  const [run] = block.runs;
  if (block.quote + block.list > 0 || block.runs.length !== 1 || run?.kind !== "text") return null;
  return run.marks === 0 && run.link === null ? run.text : null;
}

/** The body of a text with markup is Markdown, which is readable as it stands. */
function bodyOf(words: FlatText): string {
  return isRich(words) ? writeMarkdown(words).value : plainTextOf(words);
}

/** Mentions, links to rooms and pictures as the words that stand for them. */
function spoken(text: FlatText, context: MatrixOutbound): FlatText {
  return mapRuns(text, (run) => {
    switch (run.kind) {
      case "text":
        return [run];
      case "mention":
        return [words(`@${context.user(run.user).name}`, run)];
      case "group":
        return [words(`#${run.name}`, run)];
      case "broadcast":
        return [words("@room", run)];
      case "emoji":
        return [words(`:${run.name}:`, run)];
    }
  });
}

function words(text: string, run: Run): Run {
  return { kind: "text", text, marks: run.marks, link: null };
}

/** A broken `@room`, which no program takes for a mention. */
function neutralised(text: FlatText, losses: Loss[]): FlatText {
  return mapRuns(text, (run) => {
    if (run.kind !== "broadcast") return [run];
    losses.push(loss("broadcast_neutralised", run.scope));
    return [words("@\u2060room", run)];
  });
}

/** All of the text under a spoiler. Only runs can be: a block of code becomes lines of code. */
function covered(text: FlatText, losses: Loss[]): FlatText {
  const blocks = text.blocks.map((block): Block => {
    if (block.kind !== "code") return block;
    losses.push(loss("block_flattened", "code under a spoiler"));
    const { quote, list } = block;
    const run: Run = { kind: "text", text: block.text, marks: Mark.code, link: null };
    return { kind: "paragraph", quote, list, runs: [run] };
  });
  return mapRuns({ blocks }, (run) => [{ ...run, marks: run.marks | Mark.spoiler }]);
}

/** Every run's text gone that is under a spoiler. */
function hidden(run: Run): readonly Run[] {
  if ((run.marks & Mark.spoiler) === 0) return [run];
  return [{ kind: "text", text: HIDDEN, marks: run.marks & ~Mark.spoiler, link: null }];
}

function mentionsOf(text: FlatText, context: MatrixOutbound, losses: Loss[]): MatrixContent {
  const users = new Set<string>();
  let room = false;
  mapRuns(text, (run) => {
    if (run.kind === "broadcast") room = true;
    if (run.kind === "mention") {
      const { native } = context.user(run.user);
      if (native === null) losses.push(loss("mention_silent", run.name));
      else if (users.size < LIST_ENTRIES) users.add(native);
    }
    return [run];
  });
  return { ...(users.size > 0 ? { user_ids: [...users] } : {}), ...(room ? { room } : {}) };
}
