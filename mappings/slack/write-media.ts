/** Files, places and calls for Slack. */
import type { Loss } from "../loss.ts";
import { type Block, type FlatText, Mark, type Run } from "../markup/flat.ts";
import type { MediaFile, MessageBody } from "../message.ts";
import type { SlackCapabilities, SlackOutbound, SlackUpload } from "./call.ts";
import { type Post, type Posts, textPosts } from "./posts.ts";

/** How near a map is shown: a few streets. */
const MAP_ZOOM = 16;
const COORDINATES = /^geo:(-?\d{1,2}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)(?:[,;]|$)/i;

type Of<Kind extends MessageBody["kind"]> = Extract<MessageBody, { kind: Kind }>;

/** One post with all files that Slack takes, the caption with it; links to the others under the caption. */
export function mediaPosts(
  body: Of<"media">,
  lead: readonly Block[],
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Posts {
  const taken = body.files.filter((file) => isTaken(file, capabilities));
  const links = body.files.filter((file) => !isTaken(file, capabilities));
  const linked = links.map((file) => paragraph([link(nameOf(file), context.media(file.source).url)]));
  const caption: FlatText = { blocks: [...lead, ...(body.caption?.blocks ?? []), ...linked] };
  const { posts, losses } = textPosts(caption, null, capabilities, context);
  const [first, ...rest] = posts;
  const files = taken.map((file) => uploadOf(file, context));
  const main: Post = { text: first?.text ?? "", blocks: first?.blocks ?? [], files, hidden: false };
  return { posts: [main, ...rest], losses: [...losses, ...lossesOf(body, taken, links)] };
}

function lossesOf(body: Of<"media">, taken: readonly MediaFile[], links: readonly MediaFile[]): Loss[] {
  const losses: Loss[] = links.map((file) => ({ code: "file_linked", detail: nameOf(file) }));
  if (body.sticker) losses.push({ code: "sticker_as_image", detail: "" });
  if (taken.some(({ voice }) => voice)) losses.push({ code: "voice_as_audio", detail: "" });
  return losses;
}

function isTaken(file: MediaFile, capabilities: SlackCapabilities): boolean {
  return capabilities.uploads && (file.size === null || file.size <= capabilities.largestFile);
}

function uploadOf(file: MediaFile, context: SlackOutbound): SlackUpload {
  const { native, url } = context.media(file.source);
  const origin = native === null ? { source: url } : { id: native };
  const name = nameOf(file);
  return { ...origin, filename: name, title: name, alt_txt: file.description };
}

function nameOf(file: MediaFile): string {
  return file.filename || `file.${/^[a-z]+\/([a-z0-9]{1,8})(?:;|$)/.exec(file.contentType)?.[1] ?? "bin"}`;
}

/** A link to a map; nothing is fetched for it. */
export function locationText({ geo, name }: Of<"location">): FlatText {
  const [, latitude, longitude] = COORDINATES.exec(geo) ?? [];
  const label = `📍 ${name || "Location"}`;
  if (latitude === undefined || longitude === undefined) return single([text(`${label}: ${geo}`)]);
  const place = `mlat=${latitude}&mlon=${longitude}#map=${String(MAP_ZOOM)}/${latitude}/${longitude}`;
  const map = link(`${latitude}, ${longitude}`, `https://www.openstreetmap.org/?${place}`);
  return single([text(`${label}: `), map]);
}

export function callText({ url, name }: Of<"call">): FlatText {
  const label = text(`📞 ${name || "Call"}: `);
  return single([label, url.startsWith("https://") ? link(url, url) : text(url)]);
}

/** What stands before hidden text. */
export function spoilerWarning(reason: string): readonly Run[] {
  const about = reason === "" ? "" : ` (${reason})`;
  return [text(`⚠ Spoiler${about}: `), { kind: "text", text: "hidden", marks: Mark.spoiler, link: null }];
}

export function text(characters: string): Run {
  return { kind: "text", text: characters, marks: 0, link: null };
}

export function paragraph(runs: readonly Run[]): Block {
  return { kind: "paragraph", quote: 0, list: 0, runs };
}

function single(runs: readonly Run[]): FlatText {
  return { blocks: [paragraph(runs)] };
}

function link(label: string, url: string): Run {
  return { kind: "text", text: label, marks: 0, link: url };
}
