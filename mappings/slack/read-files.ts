/** Files of a Slack message (https://docs.slack.dev/reference/objects/file-object). */
import type { Loss } from "../loss.ts";
import type { Block } from "../markup/flat.ts";
import type { MediaFile } from "../message.ts";
import type { SlackFile } from "./event.ts";

const UNKNOWN_TYPE = "application/octet-stream";
const MEDIA_TYPE = /^[\w.+-]{1,127}\/[\w.+-]{1,127}(?:;.{0,255})?$/;
/** Files of which Slack shows no more than that they were there. */
const GONE = new Set(["tombstone", "hidden_by_limit"]);
/** Slack has no file of a canvas or a post, only a page that its own programs draw. */
const DRAWN = new Set(["quip", "space", "post", "list", "canvas"]);

export interface ReadFiles {
  readonly files: readonly MediaFile[];
  /** Of what has a place and no bytes, a line each. */
  readonly links: readonly Block[];
  readonly losses: readonly Loss[];
}

/**
 * The files that can be fetched; the bytes are behind Slack's login, so readers get them from the gateway. What lies on
 * another service (Google Drive and the like), and Slack's own documents, are links to where they are.
 */
export function readFiles(files: readonly SlackFile[]): ReadFiles {
  const read: MediaFile[] = [];
  const links: Block[] = [];
  const losses: Loss[] = [];
  for (const file of files) {
    const place = isGone(file) ? null : placeOf(file);
    const media = isGone(file) || place !== null ? null : readFile(file);
    if (place !== null) {
      links.push(linkTo(file, place));
      losses.push({ code: "file_linked", detail: file.id });
    } else if (media !== null) read.push(media);
    else
      losses.push({ code: "content_unsupported", detail: `a file that Slack does not hand out: ${file.id}` });
  }
  return { files: read, links, losses };
}

const isGone = (file: SlackFile): boolean =>
  GONE.has(file.mode ?? "") || file.file_access === "check_file_info";

/** Where readers find what is no file of Slack's; null: it is one. */
function placeOf(file: SlackFile): string | null {
  const external = file.is_external === true || file.mode === "external";
  if (!external && !DRAWN.has(file.mode ?? "")) return null;
  const places = external ? [file.url_private, file.permalink] : [file.permalink];
  return places.find((place) => URL.parse(place ?? "")?.protocol === "https:") ?? null;
}

function linkTo({ title, name }: SlackFile, place: string): Block {
  const text = title || name || place;
  return { kind: "paragraph", quote: 0, list: 0, runs: [{ kind: "text", text, marks: 0, link: place }] };
}

function readFile(file: SlackFile): MediaFile | null {
  const source = file.url_private_download ?? file.url_private ?? "";
  if (file.is_external === true || DRAWN.has(file.mode ?? "") || !isFetched(source)) return null;
  const type = file.mimetype ?? "";
  const contentType = MEDIA_TYPE.test(type) ? type.toLowerCase() : UNKNOWN_TYPE;
  const voice = file.subtype === "slack_audio";
  return {
    source,
    contentType,
    filename: lastSegment(file.name ?? file.title ?? ""),
    description: file.alt_txt ?? "",
    size: whole(file.size),
    sha256: null,
    encryption: null,
    inline: voice || /^(?:image|video)\//.test(contentType),
    width: whole(file.original_w),
    height: whole(file.original_h),
    duration: whole(file.duration_ms),
    voice,
  };
}

/** Slack itself has https only; a simulator on this machine need not. */
const isFetched = (source: string): boolean => /^https?:$/.test(URL.parse(source)?.protocol ?? "");

function lastSegment(name: string): string {
  return name.split(/[/\\]/u).at(-1) ?? "";
}

function whole(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isSafeInteger(Math.round(value))
    ? Math.round(value)
    : null;
}
