/** What a message of a room says: text, files, places, calls. */
import type { Loss } from "../loss.ts";
import type { MappedEvent } from "../mapping.ts";
import type { FlatText } from "../markup/flat.ts";
import type { LinkPreview, MessageBody } from "../message.ts";
import type { XmlElement } from "../xml.ts";
import { type Body, readBody } from "./body-read.ts";
import { child, childOf, childText, textOf } from "./elements.ts";
import { readFiles } from "./files-read.ts";
import { loss, nativeOf, NOTHING, onlyLoss, type Origin } from "./inbound.ts";
import { NS } from "./namespaces.ts";
import { type Correction, readCorrection, readExpiry, readRelations } from "./relations-read.ts";
import { readText } from "./text-read.ts";

/** Previews of one message beyond these are not read. */
const MOST_PREVIEWS = 8;
const GEO = /^geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)(?:[;,?][^\s]*)?$/;
const DECIMALS = 6;

interface Content {
  readonly body: MessageBody;
  readonly losses: readonly Loss[];
}

/** A message with a body or with something else to show; nothing where it has neither. */
export function readMessage(origin: Origin, style: "plain" | "notice"): MappedEvent {
  const { stanza, context, sender } = origin;
  const correction = readCorrection(origin);
  if (correction.kind === "foreign") return onlyLoss("edit_unverified", "a correction");
  const body = readBody(stanza, child(stanza, "reply", NS.reply) !== null);
  const content = readContent(origin, body, style);
  if (content === null) return NOTHING;
  const known = correction.kind === "known" ? correction.known : null;
  const relations = known === null ? readRelations(origin) : { ...known, root: null, losses: [] };
  const vote = relations.root === null ? null : voteOf(body.text, context.pollOptions(relations.root));
  const said = {
    body: vote ?? (correction.kind === "unknown" ? edited(content.body) : content.body),
    replaces: known?.root ?? null,
    replyTo: relations.replyTo,
    thread: relations.thread,
    broadcast: false,
    expires: readExpiry(stanza),
  };
  return {
    events: [{ kind: "message", sender, native: nativeOf(stanza, context), message: said }],
    losses: [...content.losses, ...relations.losses, ...unknownTarget(correction)],
  };
}

/** `!vote 2` in an answer to a poll, or several numbers. */
function voteOf(text: string, options: readonly string[] | null): MessageBody | null {
  const numbers = options === null ? null : /^!vote((?: +\d{1,4}){1,64})\s*$/.exec(text.trimStart());
  if (options === null || numbers === null) return null;
  const chosen = (numbers[1] ?? "").split(" ").flatMap((number) => options[Number(number) - 1] ?? []);
  return { kind: "vote", options: [...new Set(chosen)] };
}

function unknownTarget(correction: Correction): readonly Loss[] {
  return correction.kind === "unknown" ? [loss("target_unknown", "a correction")] : [];
}

/** What is corrected is not known: the correction is a message that says what it is. */
function edited(body: MessageBody): MessageBody {
  if (body.kind !== "text") return body;
  const mark = { kind: "text", text: "(edited)", marks: 0, link: null } as const;
  const paragraph = { kind: "paragraph", quote: 0, list: 0, runs: [mark] } as const;
  return { ...body, text: { blocks: [...body.text.blocks, paragraph] } };
}

function readContent(origin: Origin, body: Body, style: "plain" | "notice"): Content | null {
  const { stanza } = origin;
  const spoiler = child(stanza, "spoiler", NS.spoiler);
  const hidden = spoiler === null ? null : textOf(spoiler);
  const place = readPlace(stanza, body.text);
  if (place !== null) return { body: place, losses: [] };
  const call = readCall(stanza, body.text);
  if (call !== null) return { body: call, losses: [] };
  const files = readFiles(stanza, body.text);
  if (files.length > 0) {
    const sticker = child(stanza, "sticker", NS.stickers) !== null;
    const caption = sticker ? null : captionOf(origin, body);
    const media = { kind: "media", files, caption: caption?.text ?? null, sticker, spoiler: hidden } as const;
    return { body: media, losses: caption?.losses ?? [] };
  }
  if (isBlank(body.text)) return null;
  const { text, style: said, losses } = readText(origin, body);
  if (text.blocks.length === 0) return null;
  const previews = readPreviews(stanza);
  const shown = said === "emote" ? said : style;
  return { body: { kind: "text", style: shown, text, spoiler: hidden, previews }, losses };
}

/** Nothing that anybody could see: white space and characters without a shape. */
function isBlank(text: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(text);
}

/** The words beside the files; a body that is the file's address says nothing. */
function captionOf(origin: Origin, body: Body): { text: FlatText; losses: readonly Loss[] } | null {
  const text = body.text.trim();
  if (isBlank(text) || /^(?:https?|aesgcm):\/\/\S+$/i.test(text)) return null;
  return readText(origin, body);
}

function readPlace(stanza: XmlElement, text: string): MessageBody | null {
  const geoloc = child(stanza, "geoloc", NS.geoloc);
  const [, bodyLatitude = "", bodyLongitude = ""] = GEO.exec(text.trim()) ?? [];
  const latitude = degrees(geoloc === null ? bodyLatitude : childText(geoloc, "lat"), 90);
  const longitude = degrees(geoloc === null ? bodyLongitude : childText(geoloc, "lon"), 180);
  if (latitude === null || longitude === null) return null;
  const described = geoloc === null ? "" : childText(geoloc, "description") || childText(geoloc, "text");
  const name = described || (bodyLatitude === "" ? text.trim() : "");
  return { kind: "location", geo: `geo:${latitude},${longitude}`, name };
}

function degrees(text: string, most: number): string | null {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || Math.abs(value) > most) return null;
  return String(Number(value.toFixed(DECIMALS)) + 0);
}

/** An invitation to a call that can be joined by a link (XEP-0482); `text`: what older clients show. */
function readCall(stanza: XmlElement, text: string): MessageBody | null {
  const invite = child(stanza, "invite", NS.callInvites);
  const url = invite === null ? "" : (child(invite, "external")?.attrs["uri"] ?? "");
  if (invite === null || !/^https?:\/\//i.test(url)) return null;
  const name = text.trim();
  return { kind: "call", url, name: name.includes(url) ? "" : name };
}

/** Pages that the author's client looked at (XEP-0511). */
function readPreviews(stanza: XmlElement): readonly LinkPreview[] {
  if (childOf(stanza, NS.rdf) === null && child(stanza, "rdf:Description") === null) return [];
  const previews: LinkPreview[] = [];
  for (const part of stanza.children) {
    if (typeof part === "string" || localName(part.name) !== "Description") continue;
    const url = part.attrs["rdf:about"] ?? part.attrs["about"] ?? "";
    if (!/^https?:\/\//i.test(url) || previews.length === MOST_PREVIEWS) continue;
    previews.push({ url, title: openGraph(part, "title"), description: openGraph(part, "description") });
  }
  return previews;
}

function openGraph(description: XmlElement, name: string): string {
  for (const part of description.children) {
    if (typeof part !== "string" && localName(part.name) === name) return textOf(part).trim();
  }
  return "";
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
