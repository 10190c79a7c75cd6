/** The children of the messages that show an event's message: text, files, and what they refer to. */
import type { Loss } from "../loss.ts";
import type { Author, OutboundContext } from "../mapping.ts";
import { type FlatText, Mark, type ParagraphBlock, plainFlat } from "../markup/flat.ts";
import { plainTextOf } from "../markup/plain.ts";
import { splitFlat } from "../markup/split.ts";
import type { Expiry, LinkPreview, Message, MessageBody } from "../message.ts";
import { optionLine, type PollTally } from "../message/poll-tally.ts";
import type { XmlElement } from "../xml.ts";
import { element, escapedOctets, octets } from "./elements.ts";
import { filePayload } from "./files-write.ts";
import { mentionElements } from "./mentions-write.ts";
import { NS } from "./namespaces.ts";
import { outLoss, type XmppCapabilities } from "./outbound.ts";
import { type Relation } from "./relations-write.ts";
import { JOINER } from "./styling-line.ts";
import { type StyledBody, writeStyling } from "./styling-write.ts";

const EMOTE = "/me ";
/** Octets of a message's text at least, whatever its elements take. */
const LEAST_TEXT = 256;
/** Octets of the small elements that may come to it: `body`, `replace`, `unstyled`, `spoiler`. */
const RESERVED = 256;

/** The messages of an event, in order, each the children of one. */
export interface WrittenMessages {
  readonly payloads: readonly (readonly XmlElement[])[];
  /** The whole text, where the messages hold only its beginning; it follows them as a file. */
  readonly whole: string | null;
  readonly losses: readonly Loss[];
}

/** What the messages that show a message have in common. */
export interface Frame {
  readonly author: Author;
  readonly capabilities: XmppCapabilities;
  readonly context: OutboundContext;
  readonly relation: Relation;
  readonly expires: Expiry | null;
}

/** A body that is shown as text or files; every other kind of body is written as one of these before. */
export type Shown = Extract<MessageBody, { kind: "text" | "media" }>;

/** The messages that show it. */
export function writeShown(body: Shown, frame: Frame): WrittenMessages {
  return body.kind === "text" ? textMessages(body, frame) : mediaMessages(body, frame);
}

type TextBody = Extract<Shown, { kind: "text" }>;

function textMessages(body: TextBody, frame: Frame): WrittenMessages {
  const { capabilities, context } = frame;
  const markup = { ...context, broadcasts: capabilities.broadcasts };
  const write = (text: FlatText): StyledBody => asSaid(writeStyling(text, markup), body.style);
  const whole = write(body.text);
  const around = [...framing(frame), ...body.previews.map(preview)];
  const overhead = octets(around) + escapedOctets(frame.relation.quote) + RESERVED;
  const room = Math.max(LEAST_TEXT, capabilities.textBytes - overhead);
  const size = (styled: StyledBody): number =>
    escapedOctets(styled.text) + octets(mentionElements(styled, styled.text, 0, frame));
  if (size(whole) <= room) return one(whole, body, frame);
  const split = splitFlat(body.text, { size: (part) => size(write(part)), limit: room });
  const parts = split.kind === "parts" ? split.parts : [split.head];
  const written = parts.map(write);
  const losses = written.flatMap((part) => part.losses);
  return {
    whole: split.kind === "file" ? plainTextOf(split.text) : null,
    payloads: written.map((part, at) =>
      textPayload(part, at === 0 ? body : { ...body, previews: [] }, at === 0 ? frame : later(frame)),
    ),
    losses,
  };
}

function one(styled: StyledBody, body: TextBody, frame: Frame): WrittenMessages {
  return { payloads: [textPayload(styled, body, frame)], whole: null, losses: styled.losses };
}

/** Later parts do not say again what they answer. */
function later(frame: Frame): Frame {
  return { ...frame, relation: { ...frame.relation, reply: null, quote: "" } };
}

/** An emote begins with `/me ` (XEP-0245), and nothing else does. */
function asSaid(styled: StyledBody, style: TextBody["style"]): StyledBody {
  const prefix = style === "emote" ? EMOTE : styled.text.startsWith(EMOTE) ? JOINER : "";
  if (prefix === "") return styled;
  const mentions = styled.mentions.map((mention) => ({
    ...mention,
    from: mention.from + prefix.length,
    to: mention.to + prefix.length,
  }));
  return { ...styled, text: prefix + styled.text, mentions };
}

function textPayload(styled: StyledBody, body: TextBody, frame: Frame): readonly XmlElement[] {
  const { quote } = frame.relation;
  const text = quote + styled.text;
  const hidden = body.spoiler !== null || styled.hidden;
  return [
    element("body", {}, text),
    ...framing(frame),
    ...mentionElements(styled, text, quote.length, frame),
    ...(styled.unstyled ? [element("unstyled", { xmlns: NS.styling })] : []),
    ...(hidden ? [element("spoiler", { xmlns: NS.spoiler }, body.spoiler ?? "")] : []),
    ...body.previews.map(preview),
  ];
}

/** Thread, reply and expiry. */
function framing({ relation, expires }: Frame): readonly XmlElement[] {
  const elements = relation.thread === "" ? [] : [element("thread", {}, relation.thread)];
  if (relation.reply !== null) elements.push(...relation.reply);
  if (expires?.relative === true)
    elements.push(element("ephemeral", { xmlns: NS.ephemeral, timer: expires.seconds }));
  return elements;
}

function preview({ url, title, description }: LinkPreview): XmlElement {
  return element(
    "rdf:Description",
    { "xmlns:rdf": NS.rdf, "xmlns:og": NS.openGraph, "rdf:about": url },
    ...(title === "" ? [] : [element("og:title", {}, title)]),
    ...(description === "" ? [] : [element("og:description", {}, description)]),
    element("og:url", {}, url),
  );
}

/** Each file is a message of its own, and so is what is said about them: many clients show a file only then. */
function mediaMessages(body: Extract<Shown, { kind: "media" }>, frame: Frame): WrittenMessages {
  const losses: Loss[] = [];
  const payloads: (readonly XmlElement[])[] = [];
  for (const [at, file] of body.files.entries()) {
    const place = at === 0 ? frame : later(frame);
    const hidden = body.spoiler === null ? [] : [element("spoiler", { xmlns: NS.spoiler }, body.spoiler)];
    const unquoted = {
      ...place,
      relation: { ...place.relation, quote: "", reply: unfallen(place.relation) },
    };
    payloads.push([...filePayload(file, body.sticker, frame.context), ...framing(unquoted), ...hidden]);
    if (file.voice) losses.push(outLoss("voice_as_audio", file.filename));
  }
  if (body.caption !== null && body.caption.blocks.length > 0) {
    losses.push(outLoss("caption_apart", "what is said about the files"));
    const { spoiler } = body;
    const said = { kind: "text", style: "plain", text: body.caption, spoiler, previews: [] } as const;
    const caption = textMessages(said, later(frame));
    payloads.push(...caption.payloads);
    losses.push(...caption.losses);
    return { payloads, whole: caption.whole, losses };
  }
  return { payloads, whole: null, losses };
}

/** The reply without the quotation that a file's body has no place for. */
function unfallen({ reply }: Relation): readonly XmlElement[] | null {
  return reply === null ? null : reply.filter((part) => part.name === "reply");
}

/** A message of a kind that rooms do not have, as text; null: it is not shown. `tally`: of the poll that it ends. */
export function asShown(message: Message, tally: PollTally | null, losses: Loss[]): Shown | null {
  const { body } = message;
  switch (body.kind) {
    case "text":
    case "media":
      return body;
    case "poll":
      losses.push(outLoss("poll_as_text", "a poll"));
      return said(pollText(body));
    case "poll-end":
      losses.push(outLoss("poll_as_text", "the end of a poll"));
      return said(plainFlat(pollResult(body.text, tally)));
    case "call":
      return said(callText(body));
    case "unknown":
      losses.push(outLoss("content_unsupported", body.contentType));
      return body.text === "" ? null : said(plainFlat(body.text));
    case "vote":
      losses.push(outLoss("content_unsupported", "a vote"));
      return null;
    case "location":
    case "reaction":
    case "unreaction":
    case "deletion":
      return null;
  }
}

function said(text: FlatText): Shown {
  return { kind: "text", style: "plain", text, spoiler: null, previews: [] };
}

const HOW_TO_VOTE = "Vote by reacting with a number, or answer this with !vote and the number.";

function pollText(poll: Extract<MessageBody, { kind: "poll" }>): FlatText {
  const options = poll.options.map((option, at) => `${at + 1}. ${option.text}`);
  const words = [options.join("\n"), HOW_TO_VOTE].map((text) => paragraph(text, 0));
  return { blocks: [paragraph(poll.question, Mark.bold), ...words] };
}

/** What its end says, and the votes that it counts. */
function pollResult(text: string, tally: PollTally | null): string {
  const counts = tally?.options.map((option, at) => optionLine(at, option, true)) ?? [];
  return [text === "" ? "The poll has ended." : text, ...counts].join("\n");
}

function callText({ url, name }: Extract<MessageBody, { kind: "call" }>): FlatText {
  const lead = name === "" ? "A call: " : `${name}: `;
  const runs = [
    { kind: "text", text: lead, marks: 0, link: null },
    { kind: "text", text: url, marks: 0, link: url },
  ] as const;
  return { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }] };
}

function paragraph(text: string, marks: number): ParagraphBlock {
  return { kind: "paragraph", quote: 0, list: 0, runs: [{ kind: "text", text, marks, link: null }] };
}

/** A place (XEP-0080), with the URI that other clients show. */
export function placeMessages(
  { geo, name }: Extract<MessageBody, { kind: "location" }>,
  frame: Frame,
): WrittenMessages {
  const [, latitude = "", longitude = ""] = /^geo:([-\d.]+),([-\d.]+)/.exec(geo) ?? [];
  const text = frame.relation.quote + geo;
  const geoloc = element(
    "geoloc",
    { xmlns: NS.geoloc },
    ...(latitude === "" ? [] : [element("lat", {}, latitude), element("lon", {}, longitude)]),
    ...(name === "" ? [] : [element("description", {}, name)]),
  );
  return { payloads: [[element("body", {}, text), ...framing(frame), geoloc]], whole: null, losses: [] };
}
