/**
 * What is left of a message when it has been written as mimi-content and read again. It is the same but for this:
 * text has the form that its reader makes (neighbouring runs joined, empty blocks gone); an emote has no italics of its
 * own; only the first address to everybody counts; control characters and lone surrogates are gone; a reaction that is
 * a word between colons is a custom emoji; media without files are their caption; a body of an unknown type is its
 * text; and what exceeds a limit (files, previews, pictures within a text, numbers that are no natural ones, times) is
 * left out.
 */
import { MAX_RELATIVE_EXPIRY, MAX_TOPIC } from "../content/limits.ts";
import { cleanPlain, cleanText } from "../markup/flat-builder.ts";
import { plainFlat } from "../markup/flat.ts";
import type { Expiry, Message, MessageBody } from "../message.ts";
import { MOST_FILES, readFile, sizesOfFile, writeFile } from "./file-part.ts";
import { normaliseLocationName } from "./location-part.ts";
import { normalisePoll } from "./poll-part.ts";
import { MOST_PREVIEWS, normalisePreview } from "./preview-part.ts";
import { normaliseReaction } from "./reaction-part.ts";
import { normaliseText } from "./text-part.ts";

type Envelope = Omit<Message, "body">;

/** Total, and the same again for its own result. */
export function normaliseMessage(message: Message): Message {
  return { ...normaliseEnvelope(message), body: normaliseBody(message.body) };
}

const NO_THREAD = new Uint8Array();
const U32 = 0xffff_ffff;

/** All but the body: a thread's id that is too long is none, and a time that is no time is none. */
export function normaliseEnvelope({ replaces, replyTo, thread, broadcast, expires }: Message): Envelope {
  return {
    replaces,
    replyTo,
    thread: thread.length > MAX_TOPIC ? NO_THREAD : thread,
    broadcast,
    expires: expires && normaliseExpiry(expires),
  };
}

function normaliseExpiry({ relative, seconds }: Expiry): Expiry | null {
  if (Number.isNaN(seconds)) return null;
  const most = relative ? MAX_RELATIVE_EXPIRY : U32;
  return { relative, seconds: Math.min(Math.max(Math.trunc(seconds), 0), most) };
}

function normaliseBody(body: MessageBody): MessageBody {
  switch (body.kind) {
    case "text": {
      const manner = { emote: body.style === "emote", spoiler: body.spoiler };
      return {
        kind: "text",
        style: body.style,
        text: normaliseText(body.text, manner),
        spoiler: body.spoiler?.toWellFormed() ?? null,
        previews: body.previews.flatMap((preview) => normalisePreview(preview) ?? []).slice(0, MOST_PREVIEWS),
      };
    }
    case "media":
      return normaliseMedia(body);
    case "reaction":
      return { kind: "reaction", reaction: normaliseReaction(body.reaction) };
    case "unreaction":
      return body;
    case "deletion":
      return {
        kind: "deletion",
        by: body.by && { name: body.by.name.toWellFormed(), reason: body.by.reason.toWellFormed() },
      };
    case "location": {
      const geo = body.geo.toWellFormed();
      return { kind: "location", geo, name: normaliseLocationName(body.name, geo) };
    }
    case "poll":
      return normalisePoll(body);
    case "vote":
      return { kind: "vote", options: body.options.map((option) => option.toWellFormed()) };
    case "poll-end":
      return { kind: "poll-end", text: cleanText(body.text, false) };
    case "call":
      return { kind: "call", url: body.url.toWellFormed(), name: body.name.toWellFormed() };
    case "unknown": {
      const text = plainFlat(cleanPlain(body.text));
      return { kind: "text", style: "plain", text, spoiler: null, previews: [] };
    }
  }
}

function normaliseMedia(body: Extract<MessageBody, { kind: "media" }>): MessageBody {
  const spoiler = body.spoiler?.toWellFormed() ?? null;
  const caption = body.caption && normaliseText(body.caption, { emote: false, spoiler: body.spoiler });
  if (body.files.length === 0)
    return { kind: "text", style: "plain", text: caption ?? { blocks: [] }, spoiler, previews: [] };
  return {
    kind: "media",
    files: body.files.slice(0, MOST_FILES).map((file) => readFile(writeFile(file), sizesOfFile(file))),
    caption: caption === null || caption.blocks.length === 0 ? null : caption,
    sticker: body.sticker,
    spoiler,
  };
}
