/** A message's files as events: one each, the caption on the first (client-server API, section 11.3.1). */
import { type FlatText, plainFlat } from "../markup/flat.ts";
import { allowedUrl } from "../markup/links.ts";
import type { Loss } from "../loss.ts";
import type { MediaFile, MessageBody } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText, type Draft, type Drafts, NOBODY } from "./draft.ts";
import { fullness } from "./limits.ts";
import { loss } from "./result.ts";
import { fileFields, filenameOf, fileTypeOf, hiddenFile, voiceFields } from "./write-file.ts";
import { textDrafts, textFields } from "./write-text.ts";

type Media = Extract<MessageBody, { kind: "media" }>;

/** Octets of JSON of a sticker's words, and of what is to be seen in a file. */
const WORDS = 1024;

export function mediaDrafts(body: Media, capabilities: MatrixCapabilities, context: MatrixOutbound): Drafts {
  const losses: Loss[] = [];
  const drafts: Draft[] = [];
  let caption = body.caption?.blocks.length === 0 ? null : body.caption;
  if (caption !== null && !fits(caption, body, capabilities, context)) {
    const apart = textDrafts(caption, "m.text", body.spoiler, capabilities, context);
    drafts.push(...apart.drafts);
    losses.push(...apart.losses, loss("caption_apart", "longer than an event takes"));
    caption = null;
  }
  for (const file of body.files) {
    const { native, url } = context.media(file.source);
    const made =
      native === null
        ? linked(file, url, caption, body.spoiler, capabilities, context)
        : body.sticker && caption === null
          ? sticker(file, native)
          : attached(file, native, caption, body.spoiler, capabilities, context);
    if (body.sticker && native !== null && caption !== null)
      losses.push(loss("sticker_as_image", "with a caption"));
    drafts.push(...made.drafts);
    losses.push(...made.losses);
    caption = null;
  }
  return { drafts, losses };
}

/** Whether the caption and the first file are together within the limits. */
function fits(
  caption: FlatText,
  body: Media,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): boolean {
  const [file] = body.files;
  if (file === undefined) return false;
  const address = context.media(file.source).native ?? "";
  const { drafts } = attached(file, address, caption, body.spoiler, capabilities, context);
  return drafts.every(({ content }) => fullness(content) <= 1);
}

function sticker(file: MediaFile, native: string): Drafts {
  const words = file.description === "" ? filenameOf(file) : file.description;
  const content = { body: cutText(words, WORDS), ...fileFields(file, native), "m.mentions": NOBODY };
  return { drafts: [{ type: "m.sticker", content }], losses: [] };
}

function attached(
  file: MediaFile,
  native: string,
  caption: FlatText | null,
  spoiler: string | null,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Drafts {
  const filename = filenameOf(file);
  const said = caption ?? (file.description === "" ? null : plainFlat(cutText(file.description, WORDS)));
  const words = said === null ? null : textFields(said, spoiler, capabilities, context);
  const content: MatrixContent = {
    msgtype: fileTypeOf(file),
    body: filename,
    filename,
    "m.mentions": NOBODY,
    ...words?.content,
    ...fileFields(file, native),
    ...hiddenFile(spoiler),
    ...(file.voice ? voiceFields(file) : {}),
  };
  return { drafts: [{ type: "m.room.message", content }], losses: words?.losses ?? [] };
}

/** Where the homeserver has no copy, the file is offered where it lies. */
function linked(
  file: MediaFile,
  url: string,
  caption: FlatText | null,
  spoiler: string | null,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Drafts {
  const name = filenameOf(file);
  const address: FlatText = {
    blocks: [
      {
        kind: "paragraph",
        quote: 0,
        list: 0,
        runs: [{ kind: "text", text: name, marks: 0, link: allowedUrl(url) }],
      },
    ],
  };
  const said = caption ?? plainFlat(cutText(file.description, WORDS));
  const text = { blocks: [...said.blocks, ...address.blocks] };
  const { drafts, losses } = textDrafts(text, "m.text", spoiler, capabilities, context);
  return { drafts, losses: [...losses, loss("file_linked", name)] };
}
