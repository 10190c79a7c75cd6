/** Mimi-content as what it means. What other clients say with more parts than ours is read as far as it can be shown. */
import {
  Disposition,
  type Extensions,
  type MessageDraft,
  type NullPart,
  type Part,
  PLAIN_TEXT,
} from "../content/content.ts";
import type { Loss } from "../loss.ts";
import { cleanPlain } from "../markup/flat-builder.ts";
import { plainFlat } from "../markup/flat.ts";
import { plainTextOf } from "../markup/plain.ts";
import type { Message, MessageBody } from "../message.ts";
import { collectParts, type Collected } from "./collected.ts";
import { Extension, geoOf, kindOf, moderationOf, scopeOf, spoilerOf, voteOf } from "./extensions.ts";
import { readLocationName } from "./location-part.ts";
import { readPoll } from "./poll-part.ts";
import { readReaction } from "./reaction-part.ts";
import { charactersOf, finishText } from "./text-part.ts";

export interface ReadMessage {
  readonly message: Message;
  readonly losses: readonly Loss[];
}

/** Total: whatever the content, there is a message. Dispositions that nobody here knows count as render. */
export function fromContent(content: MessageDraft): Message {
  return readContent(content).message;
}

/** As fromContent, with what could not be read. */
export function readContent(content: MessageDraft): ReadMessage {
  const { extensions } = content;
  const { body, losses } = readBody(content.body, extensions);
  const message: Message = {
    body,
    replaces: content.replaces,
    replyTo: content.inReplyTo,
    thread: content.topicId,
    broadcast: extensions.get(Extension.broadcast) === true,
    expires: content.expires,
  };
  return { message, losses };
}

interface ReadBody {
  readonly body: MessageBody;
  readonly losses: readonly Loss[];
}

const whole = (body: MessageBody): ReadBody => ({ body, losses: [] });

function readBody(part: Part, extensions: Extensions): ReadBody {
  // The short way of most messages.
  if (part.cardinality === "single" && part.contentType === PLAIN_TEXT && extensions.size === 0)
    if (part.disposition === Disposition.render) {
      const text = plainFlat(cleanPlain(charactersOf(part)));
      return whole({ kind: "text", style: "plain", text, spoiler: null, previews: [] });
    }
  if (part.cardinality === "null") return whole(readNothing(part, extensions));
  if (part.disposition === Disposition.reaction) {
    const reaction = readReaction(part);
    if (reaction !== null) return whole({ kind: "reaction", reaction });
  }
  const geo = geoOf(extensions);
  if (geo !== null && part.cardinality === "single")
    return whole({ kind: "location", geo, name: readLocationName(part, geo) });
  const poll = kindOf(extensions) === "poll.start" ? readPoll(extensions) : null;
  return poll ? whole(poll) : readShown(collectParts(part, extensions), extensions);
}

/** A deletion and an unreaction differ by the disposition alone. */
function readNothing({ disposition }: NullPart, extensions: Extensions): MessageBody {
  const options = kindOf(extensions) === "poll.vote" ? voteOf(extensions) : null;
  if (options !== null) return { kind: "vote", options };
  if (disposition === Disposition.reaction) return { kind: "unreaction" };
  return { kind: "deletion", by: moderationOf(extensions) };
}

/** Texts, files and whatever else stands there to be shown. */
function readShown(collected: Collected, extensions: Extensions): ReadBody {
  const { files, previews, session, losses, pictures } = collected;
  if (session !== null) return { body: { kind: "call", ...session }, losses };
  const kind = kindOf(extensions);
  const spoiler = spoilerOf(extensions);
  const manner = { emote: kind === "emote", spoiler };
  const place = (index: number): string | null => pictures.get(index) ?? null;
  const text = finishText({ blocks: collected.blocks }, manner, place, scopeOf(extensions));
  if (files.length > 0) {
    const caption = text.blocks.length === 0 ? null : text;
    return { body: { kind: "media", files, caption, sticker: kind === "sticker", spoiler }, losses };
  }
  if (kind === "poll.end") return { body: { kind: "poll-end", text: plainTextOf(text) }, losses };
  if (collected.unknown !== null) return { body: { kind: "unknown", ...collected.unknown }, losses };
  const style = kind === "emote" || kind === "notice" ? kind : "plain";
  return { body: { kind: "text", style, text, spoiler, previews }, losses };
}
