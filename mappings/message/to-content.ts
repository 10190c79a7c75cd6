/**
 * What a message means, as mimi-content: a body that every client can show, and extensions of the gateway's own where
 * the draft has no field (mappings/message/extensions.ts lists them).
 */
import { Disposition, type ExtensionValue, type MessageDraft, type Part } from "../content/content.ts";
import { partsByIndex } from "../content/part-index.ts";
import type { Loss } from "../loss.ts";
import type { FlatText } from "../markup/flat.ts";
import type { Message, MessageBody } from "../message.ts";
import type { Manner } from "./decorations.ts";
import { Extension, type Kind } from "./extensions.ts";
import { MOST_FILES, sizesExtension, writeFile } from "./file-part.ts";
import { writeLocation } from "./location-part.ts";
import { plainPart } from "./markup-part.ts";
import { normaliseEnvelope } from "./normalise.ts";
import { picturePart } from "./pictures.ts";
import { pollExtension, writePoll } from "./poll-part.ts";
import { MOST_PREVIEWS, normalisePreview, writePreview } from "./preview-part.ts";
import { writeReaction } from "./reaction-part.ts";
import { normaliseText, writeTextPart } from "./text-part.ts";
import { plainWords, traitsOf } from "./traits.ts";

/** What a body adds to the message. */
interface Sheet {
  readonly notes: Map<string, ExtensionValue>;
  readonly losses: Loss[];
}

type Body<BodyKind extends MessageBody["kind"]> = Extract<MessageBody, { kind: BodyKind }>;

/**
 * All of a mimi-content but salt, sender and group. Total: whatever mimi-content can't hold is left out as
 * normaliseMessage says, and reading the result gives what normaliseMessage gives.
 */
export function toContent(message: Message): MessageDraft {
  return writeContent(message).draft;
}

export interface WrittenMessage {
  readonly draft: MessageDraft;
  readonly losses: readonly Loss[];
}

/** As toContent, with what was left out. */
export function writeContent(message: Message): WrittenMessage {
  const sheet: Sheet = { notes: new Map(), losses: [] };
  const body = writeBody(message.body, sheet);
  const { notes, losses } = sheet;
  const { replaces, replyTo, thread, broadcast, expires } = normaliseEnvelope(message);
  if (broadcast) notes.set(Extension.broadcast, true);
  const draft = { body, replaces, topicId: thread, expires, inReplyTo: replyTo, extensions: notes };
  return { draft, losses };
}

function writeBody(body: MessageBody, sheet: Sheet): Part {
  switch (body.kind) {
    case "text":
      return writeText(body, sheet);
    case "media":
      return writeMedia(body, sheet);
    case "reaction":
      return writeReaction(body.reaction);
    case "unreaction":
      return nothing(Disposition.reaction);
    case "deletion":
      if (body.by) sheet.notes.set(Extension.moderation, [body.by.name, body.by.reason].map(wellFormed));
      return nothing(Disposition.render);
    case "location":
      sheet.notes.set(Extension.geo, body.geo.toWellFormed());
      return writeLocation(body.name, body.geo.toWellFormed());
    case "poll":
      setKind(sheet, "poll.start");
      sheet.notes.set(Extension.poll, pollExtension(body));
      return writePoll(body);
    case "vote":
      setKind(sheet, "poll.vote");
      sheet.notes.set(Extension.poll, new Map([["a", body.options.map(wellFormed)]]));
      return nothing(Disposition.unspecified);
    case "poll-end":
      setKind(sheet, "poll.end");
      return plainPart(body.text);
    case "call":
      return writeCall(body);
    case "unknown":
      return plainPart(body.text);
  }
}

function writeText(body: Body<"text">, sheet: Sheet): Part {
  if (body.style !== "plain") setKind(sheet, body.style);
  const previews = body.previews
    .flatMap((preview) => normalisePreview(preview) ?? [])
    .slice(0, MOST_PREVIEWS);
  const manner = { emote: body.style === "emote", spoiler: body.spoiler };
  const text = writeNotedText(body.text, manner, previews.length === 0 ? 0 : 1, sheet);
  return inOrder([text, ...previews.map(writePreview)]);
}

function writeMedia({ files, caption, sticker, spoiler }: Body<"media">, sheet: Sheet): Part {
  if (files.length === 0) return writeNotedText(caption ?? noText, { emote: false, spoiler }, 0, sheet);
  if (sticker) setKind(sheet, "sticker");
  const manner = { emote: false, spoiler };
  const text =
    spoiler === null && isEmpty(caption) ? [] : [writeNotedText(caption ?? noText, manner, 1, sheet)];
  const shown = files.slice(0, MOST_FILES);
  const alone = text.length + shown.length === 1;
  const first = alone ? 0 : 1 + text.reduce((count, part) => count + partsByIndex(part).length, 0);
  const media = new Map<number, ExtensionValue>();
  for (const [at, file] of shown.entries()) {
    const sizes = sizesExtension(file);
    if (sizes.size > 0) media.set(first + at, sizes);
  }
  if (media.size > 0) sheet.notes.set(Extension.media, media);
  return inOrder([...text, ...shown.map(writeFile)]);
}

/** A text as the part of this index; whom it mentions, what hides it and where its pictures are is noted. */
function writeNotedText(text: FlatText, manner: Manner, index: number, sheet: Sheet): Part {
  const { part, pictures, losses } = writeTextPart(text, index, manner);
  sheet.losses.push(...losses);
  if (manner.spoiler !== null) sheet.notes.set(Extension.spoiler, manner.spoiler.toWellFormed());
  if (pictures.size > 0) sheet.notes.set(Extension.emoji, new Map(pictures));
  if (plainWords(text) !== null) return part;
  const { users, scope } = traitsOf(text);
  const mentions = new Map<string, ExtensionValue>();
  if (users.length > 0) mentions.set("u", users);
  if (scope !== null) mentions.set("room", true).set("scope", scope);
  if (mentions.size > 0) sheet.notes.set(Extension.mentions, mentions);
  return part;
}

function writeCall({ url, name }: Body<"call">): Part {
  return {
    ...picturePart(url.toWellFormed(), Disposition.session),
    contentType: "",
    description: name.toWellFormed(),
  };
}

/** One after the other; one part is no list. */
function inOrder(parts: readonly Part[]): Part {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  return {
    cardinality: "multi",
    disposition: Disposition.render,
    language: "",
    semantics: "processAll",
    parts,
  };
}

const noText: FlatText = { blocks: [] };
const isEmpty = (text: FlatText | null): boolean => text === null || normaliseText(text).blocks.length === 0;
const nothing = (disposition: number): Part => ({ cardinality: "null", disposition, language: "" });
const wellFormed = (text: string): string => text.toWellFormed();

function setKind(sheet: Sheet, kind: Kind): void {
  sheet.notes.set(Extension.kind, kind);
}
