/** What a message says, as the contents of events. */
import { type FlatText, plainFlat, type TextRun } from "../markup/flat.ts";
import { allowedUrl } from "../markup/links.ts";
import type { MessageBody } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText, type Drafts, NOBODY } from "./draft.ts";
import { PREVIEWS } from "./extensions.ts";
import { fullness } from "./limits.ts";
import { loss } from "./result.ts";
import { mediaDrafts } from "./write-media.ts";
import { pollDrafts } from "./write-poll.ts";
import { textDrafts } from "./write-text.ts";

/** A body that is shown by events of its own; others act on an event that is there. */
export type ShownBody = Extract<
  MessageBody,
  { kind: "text" | "media" | "location" | "poll" | "call" | "unknown" }
>;

const MSGTYPES = { plain: "m.text", emote: "m.emote", notice: "m.notice" } as const;
/** Octets of JSON. */
const PLACE = 1024;
const PREVIEW = 512;
const MOST_PREVIEWS = 5;

export function bodyDrafts(
  body: ShownBody,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Drafts {
  switch (body.kind) {
    case "text":
      return wordsDrafts(body, capabilities, context);
    case "media":
      return mediaDrafts(body, capabilities, context);
    case "location":
      return locationDrafts(body);
    case "poll":
      return pollDrafts(body, capabilities, context);
    case "call":
      return textDrafts(callText(body.name, body.url), "m.notice", null, capabilities, context);
    case "unknown": {
      const words = body.text === "" ? `(${body.contentType})` : body.text;
      const made = textDrafts(plainFlat(words), "m.notice", null, capabilities, context);
      return { drafts: made.drafts, losses: [...made.losses, loss("content_unsupported", body.contentType)] };
    }
  }
}

function wordsDrafts(
  body: Extract<ShownBody, { kind: "text" }>,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Drafts {
  const made = textDrafts(body.text, MSGTYPES[body.style], body.spoiler, capabilities, context);
  const [first, ...rest] = made.drafts;
  if (first === undefined || body.previews.length === 0) return made;
  const previews = body.previews
    .slice(0, MOST_PREVIEWS)
    .filter(({ url }) => url.length <= PREVIEW)
    .map(({ url, title, description }) => ({
      matched_url: url,
      "og:url": url,
      "og:title": cutText(title, PREVIEW),
      "og:description": cutText(description, PREVIEW),
    }));
  const withPreviews = (): MatrixContent => ({ ...first.content, [PREVIEWS]: previews });
  while (previews.length > 0 && fullness(withPreviews()) > 1) previews.pop();
  const losses =
    previews.length === body.previews.length ? [] : [loss("preview_dropped", "more than an event takes")];
  const shown = previews.length === 0 ? first : { ...first, content: withPreviews() };
  return { drafts: [shown, ...rest], losses: [...made.losses, ...losses] };
}

/** With the fields of MSC3488, by which programs tell a place from somebody's own whereabouts. */
function locationDrafts(body: Extract<ShownBody, { kind: "location" }>): Drafts {
  const name = cutText(body.name, PLACE);
  const geo = cutText(body.geo, PLACE);
  const words = name === "" ? geo : `${name}: ${geo}`;
  const content = {
    msgtype: "m.location",
    body: words,
    geo_uri: geo,
    "org.matrix.msc3488.location": name === "" ? { uri: geo } : { uri: geo, description: name },
    "org.matrix.msc3488.asset": { type: "m.pin" },
    "org.matrix.msc1767.text": words,
    "m.mentions": NOBODY,
  };
  return { drafts: [{ type: "m.room.message", content }], losses: [] };
}

function callText(name: string, url: string): FlatText {
  const link = allowedUrl(url);
  const said: TextRun = {
    kind: "text",
    text: name === "" ? "Call started: " : `Call started: ${name}: `,
    marks: 0,
    link: null,
  };
  return { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [said, { ...said, text: url, link }] }] };
}
