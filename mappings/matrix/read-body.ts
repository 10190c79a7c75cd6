/** What a message says: its text, file, place or poll, by its message type (client-server API, section 11.3.1). */
import type { Loss } from "../loss.ts";
import { type LinkPreview, type MediaFile, type MessageBody } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, objectAt, textAt } from "./event.ts";
import { PREVIEWS, SPOILER, SPOILER_REASON } from "./extensions.ts";
import { type FileType, isFileType, readFile } from "./read-file.ts";
import { readGeo } from "./geo.ts";
import { pollStep, readPoll } from "./read-poll.ts";
import { readText } from "./read-text.ts";
import { loss } from "./result.ts";
import { cleaned, isBlank } from "./strings.ts";

export interface ReadBody {
  /** null: nothing to relay. */
  readonly body: MessageBody | null;
  readonly losses: Loss[];
}

const MOST_PREVIEWS = 10;

/** `content` is the event's own, or the new one of an edit. `reply`: its body may begin with a quotation. */
export function readBody(
  event: MatrixEvent,
  content: MatrixContent,
  reply: boolean,
  context: MatrixInbound,
): ReadBody {
  if (pollStep(event.type) === "start") return readPoll(content);
  if (event.type === "m.sticker") return readSticker(content);
  const msgtype = textAt(content, "msgtype");
  if (msgtype === null || !hasWords(content)) return unreadable("m.room.message");
  if (isFileType(msgtype)) return readMedia(content, msgtype, event.sender, reply, context);
  switch (msgtype) {
    case "m.text":
      return readWords(content, "plain", event.sender, reply, context);
    case "m.emote":
      return readWords(content, "emote", event.sender, reply, context);
    case "m.notice":
      return readWords(content, "notice", event.sender, reply, context);
    case "m.location":
      return readLocation(content, event.sender, reply, context);
    case "m.key.verification.request":
      return { body: null, losses: [loss("not_bridged", msgtype)] };
    default: {
      const words = readWords(content, "notice", event.sender, reply, context);
      return { body: words.body, losses: [...words.losses, loss("content_unsupported", msgtype)] };
    }
  }
}

/** A body, which the standard asks for, or at least HTML in its place. */
function hasWords(content: MatrixContent): boolean {
  return textAt(content, "body") !== null || textAt(content, "formatted_body") !== null;
}

function unreadable(what: string): ReadBody {
  return { body: null, losses: [loss("event_unreadable", what)] };
}

function readWords(
  content: MatrixContent,
  style: "plain" | "emote" | "notice",
  sender: string,
  reply: boolean,
  context: MatrixInbound,
): ReadBody {
  const { text, spoiler, losses } = readText(content, sender, reply, context);
  const blank = text.blocks.every(
    (block) =>
      block.kind === "paragraph" && block.runs.every((run) => run.kind === "text" && isBlank(run.text)),
  );
  if (blank) return { body: null, losses: [...losses] };
  return {
    body: { kind: "text", style, text, spoiler, previews: readPreviews(content) },
    losses: [...losses],
  };
}

function readSticker(content: MatrixContent): ReadBody {
  const file = readFile(content, "m.image", "");
  if (file === null) return unreadable("m.sticker");
  const { text: description, losses } = cleaned(textAt(content, "body") ?? "");
  const files: readonly MediaFile[] = [{ ...file, description }];
  return { body: { kind: "media", files, caption: null, sticker: true, spoiler: null }, losses: [...losses] };
}

/** A body that is not the file's name is what its author says of it (section 11.3.1, media captions). */
function readMedia(
  content: MatrixContent,
  msgtype: FileType,
  sender: string,
  reply: boolean,
  context: MatrixInbound,
): ReadBody {
  const body = textAt(content, "body") ?? "";
  const filename = textAt(content, "filename");
  const file = readFile(content, msgtype, filename ?? body);
  if (file === null) return unreadable(`${msgtype} without an address of its file`);
  const captioned = filename !== null && filename !== body && !isBlank(body);
  const caption = captioned ? readText(content, sender, reply, context) : null;
  const hidden = content[SPOILER] === true;
  const { text: reason } = cleaned(textAt(content, SPOILER_REASON) ?? "");
  return {
    body: {
      kind: "media",
      files: [file],
      caption: caption === null || caption.text.blocks.length === 0 ? null : caption.text,
      sticker: false,
      spoiler: hidden ? reason : (caption?.spoiler ?? null),
    },
    losses: [...(caption?.losses ?? [])],
  };
}

function readLocation(
  content: MatrixContent,
  sender: string,
  reply: boolean,
  context: MatrixInbound,
): ReadBody {
  const place = objectAt(content, "m.location") ?? objectAt(content, "org.matrix.msc3488.location") ?? {};
  const uri = textAt(content, "geo_uri") ?? textAt(place, "uri") ?? "";
  const geo = readGeo(uri);
  if (geo === null) {
    const words = readWords(content, "plain", sender, reply, context);
    return { body: words.body, losses: [...words.losses, loss("location_as_text", "no geo URI")] };
  }
  const body = textAt(content, "body") ?? "";
  // Programs without a name for the place put its coordinates into the body.
  const said = textAt(place, "description") ?? (body.includes("geo:") ? "" : body);
  const { text: name, losses } = cleaned(said);
  return { body: { kind: "location", geo, name: name.trim() }, losses: [...losses] };
}

function readPreviews(content: MatrixContent): readonly LinkPreview[] {
  const listed = content[PREVIEWS];
  if (!Array.isArray(listed)) return [];
  const previews: LinkPreview[] = [];
  for (const entry of listed.slice(0, MOST_PREVIEWS)) {
    const preview = objectAt({ entry: entry as unknown }, "entry") ?? {};
    const url = textAt(preview, "matched_url") ?? textAt(preview, "og:url") ?? "";
    const title = cleaned(textAt(preview, "og:title") ?? "").text;
    const description = cleaned(textAt(preview, "og:description") ?? "").text;
    if (/^https?:\/\/\S+$/.test(url) && title + description !== "")
      previews.push({ url, title, description });
  }
  return previews;
}
