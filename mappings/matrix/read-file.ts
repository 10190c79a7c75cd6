/** Files of m.image, m.video, m.audio, m.file and m.sticker (client-server API, sections 11.3.1.3 to 11.3.1.7). */
import { z } from "zod";
import type { MediaEncryption, MediaFile } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import { textAt } from "./event.ts";
import { isMxc } from "./mxc.ts";

/** The number of a private algorithm: AES-256-CTR (see message.ts). */
export const AES_256_CTR = 0x8000;
const CTR_KEY_OCTETS = 32;
const CTR_NONCE_OCTETS = 16;
const SHA256_OCTETS = 32;
const MOST_PIXELS = 0xffff_ffff;
/** UTF-16 code units. */
const FILENAME = 255;
const MIME_TYPE = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:;[\x20-\x7e]{0,127})?$/;

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullable().catch(null);
const pixels = z.number().int().positive().max(MOST_PIXELS).nullable().catch(null);

const info = z
  .object({ mimetype: z.string().nullable().catch(null), size: count, w: pixels, h: pixels, duration: count })
  .catch({ mimetype: null, size: null, w: null, h: null, duration: null });

const block = z.object({
  url: z.string().refine(isMxc),
  key: z.object({ kty: z.literal("oct"), alg: z.literal("A256CTR"), k: z.string().max(64) }),
  iv: z.string().max(64),
  hashes: z.object({ sha256: z.string().max(64) }),
  v: z.literal("v2"),
});

const kinds = {
  "m.image": { type: "image/png", inline: true },
  "m.video": { type: "video/mp4", inline: true },
  "m.audio": { type: "audio/ogg", inline: false },
  "m.file": { type: "application/octet-stream", inline: false },
} as const;
export type FileType = keyof typeof kinds;

export function isFileType(msgtype: string): msgtype is FileType {
  return Object.hasOwn(kinds, msgtype);
}

/** The file, or null where the content has no address or keys that are none. `name`: what it is called. */
export function readFile(content: MatrixContent, msgtype: FileType, name: string): MediaFile | null {
  const where = content["file"] === undefined ? clear(content) : encrypted(content["file"]);
  if (where === null) return null;
  const about = info.parse(content["info"]);
  const sound = z.object({ duration: count }).safeParse(content["org.matrix.msc1767.audio"]);
  const voice =
    msgtype === "m.audio" &&
    (content["org.matrix.msc3245.voice"] !== undefined ||
      content["org.matrix.msc3245.voice.v2"] !== undefined);
  const kind = kinds[msgtype];
  return {
    ...where,
    contentType: about.mimetype !== null && MIME_TYPE.test(about.mimetype) ? about.mimetype : kind.type,
    filename: baseName(name),
    description: "",
    size: about.size,
    inline: kind.inline || voice,
    width: about.w,
    height: about.h,
    duration: about.duration ?? (sound.success ? sound.data.duration : null),
    voice,
  };
}

type Where = Pick<MediaFile, "source" | "encryption" | "sha256">;

function clear(content: MatrixContent): Where | null {
  const url = textAt(content, "url");
  return url !== null && isMxc(url) ? { source: url, encryption: null, sha256: null } : null;
}

/** EncryptedFile, version 2. The hash is one of the encrypted bytes. */
function encrypted(file: unknown): Where | null {
  const parsed = block.safeParse(file);
  if (!parsed.success) return null;
  const { url, key, iv, hashes } = parsed.data;
  const encryption: MediaEncryption = {
    algorithm: AES_256_CTR,
    key: new Uint8Array(Buffer.from(key.k, "base64url")),
    nonce: new Uint8Array(Buffer.from(iv, "base64")),
    aad: new Uint8Array(),
  };
  const sha256 = new Uint8Array(Buffer.from(hashes.sha256, "base64"));
  const whole =
    encryption.key.length === CTR_KEY_OCTETS &&
    encryption.nonce.length === CTR_NONCE_OCTETS &&
    sha256.length === SHA256_OCTETS;
  return whole ? { source: url, encryption, sha256 } : null;
}

/** The last step of a path, without control characters. */
function baseName(name: string): string {
  const step = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1).toWellFormed();
  return step
    .replace(/\p{Cc}/gu, "")
    .slice(0, FILENAME)
    .toWellFormed();
}
