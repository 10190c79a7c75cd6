/** Files as m.image, m.video, m.audio, m.file and m.sticker (client-server API, sections 11.3.1.3 to 11.3.1.7). */
import type { MediaFile } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import { cutText } from "./draft.ts";
import { SPOILER, SPOILER_REASON } from "./extensions.ts";
import { AES_256_CTR, type FileType } from "./read-file.ts";

/** Octets of JSON. */
const FILENAME = 512;
const REASON = 1024;

/** Pictures and films that are not shown in the conversation are files; sound is sound either way. */
export function fileTypeOf(file: MediaFile): FileType {
  const [kind] = file.contentType.toLowerCase().split("/", 1);
  if (kind === "image" && file.inline) return "m.image";
  if (kind === "video" && file.inline) return "m.video";
  return kind === "audio" ? "m.audio" : "m.file";
}

const defaultNames: Readonly<Record<FileType, string>> = {
  "m.image": "image",
  "m.video": "video",
  "m.audio": "audio",
  "m.file": "file",
};

/** What the file is called here; a file without a name gets one of its kind. */
export function filenameOf(file: MediaFile): string {
  return cutText(file.filename === "" ? defaultNames[fileTypeOf(file)] : file.filename, FILENAME);
}

/**
 * `url` or `file`, and `info`. `native` is the homeserver's copy: of the very bytes at the source where they are
 * encrypted with AES-256-CTR, which is Matrix's own way, else of the file in clear.
 */
export function fileFields(file: MediaFile, native: string): MatrixContent {
  const info: Record<string, unknown> = { mimetype: file.contentType };
  if (file.size !== null) info["size"] = file.size;
  if (file.width !== null) info["w"] = file.width;
  if (file.height !== null) info["h"] = file.height;
  if (file.duration !== null) info["duration"] = file.duration;
  const { encryption, sha256 } = file;
  if (encryption?.algorithm !== AES_256_CTR || sha256 === null) return { url: native, info };
  const key = {
    kty: "oct",
    key_ops: ["encrypt", "decrypt"],
    alg: "A256CTR",
    k: Buffer.from(encryption.key).toString("base64url"),
    ext: true,
  };
  const iv = unpadded(encryption.nonce);
  return { file: { url: native, key, iv, hashes: { sha256: unpadded(sha256) }, v: "v2" }, info };
}

/** What hides a file until it is asked for (MSC4193); `spoiler`: the reason, null: it is shown. */
export function hiddenFile(spoiler: string | null): MatrixContent {
  return spoiler === null ? {} : { [SPOILER]: true, [SPOILER_REASON]: cutText(spoiler, REASON) };
}

/** What makes a sound a voice message (MSC3245, MSC1767). */
export function voiceFields(file: MediaFile): MatrixContent {
  const sound = file.duration === null ? {} : { duration: file.duration };
  return { "org.matrix.msc3245.voice": {}, "org.matrix.msc1767.audio": sound };
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replaceAll("=", "");
}
