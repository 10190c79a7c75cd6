/** Files of a Slack message. */
import type { Loss } from "../loss.ts";
import type { MediaFile } from "../message.ts";
import type { SlackFile } from "./event.ts";

const UNKNOWN_TYPE = "application/octet-stream";
const MEDIA_TYPE = /^[\w.+-]{1,127}\/[\w.+-]{1,127}(?:;.{0,255})?$/;
/** Files of which Slack shows no more than that they were there. */
const GONE = new Set(["tombstone", "hidden_by_limit"]);

export interface ReadFiles {
  readonly files: readonly MediaFile[];
  readonly losses: readonly Loss[];
}

/** The files that can be fetched; the bytes are behind Slack's login, so readers get them from the gateway. */
export function readFiles(files: readonly SlackFile[]): ReadFiles {
  const read: MediaFile[] = [];
  const losses: Loss[] = [];
  for (const file of files) {
    const media = readFile(file);
    if (media) read.push(media);
    else
      losses.push({ code: "content_unsupported", detail: `a file that Slack does not hand out: ${file.id}` });
  }
  return { files: read, losses };
}

function readFile(file: SlackFile): MediaFile | null {
  if (GONE.has(file.mode ?? "") || file.file_access === "check_file_info") return null;
  const source = file.url_private_download ?? file.url_private ?? "";
  if (!source.startsWith("https://") || !URL.canParse(source)) return null;
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

function lastSegment(name: string): string {
  return name.split(/[/\\]/u).at(-1) ?? "";
}

function whole(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isSafeInteger(Math.round(value))
    ? Math.round(value)
    : null;
}
