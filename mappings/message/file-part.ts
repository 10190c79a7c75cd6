/** Files as external parts of mimi-content, with their sizes in an extension. */
import { Disposition, type ExternalPart } from "../content/content.ts";
import type { MediaFile } from "../message.ts";
import type { Sizes } from "./extensions.ts";

/** More files than this are not carried by one message. */
export const MOST_FILES = 256;

/** IANA Named Information: SHA-256. */
const SHA_256 = 1;
const SHA_256_OCTETS = 32;
const U16 = 0xffff;
const none = new Uint8Array();

export function writeFile(file: MediaFile): ExternalPart {
  const encryption = isEncrypted(file) ? file.encryption : null;
  const hash = file.sha256?.length === SHA_256_OCTETS ? file.sha256 : null;
  return {
    cardinality: "external",
    disposition: file.inline ? Disposition.inline : Disposition.attachment,
    language: "",
    contentType: file.contentType.toWellFormed(),
    url: file.source.toWellFormed(),
    expires: 0,
    size: natural(file.size) ?? 0,
    encAlg: encryption?.algorithm ?? 0,
    key: encryption?.key ?? none,
    nonce: encryption?.nonce ?? none,
    aad: encryption?.aad ?? none,
    hashAlg: hash === null ? 0 : SHA_256,
    contentHash: hash ?? none,
    description: file.description.toWellFormed(),
    filename: file.filename.toWellFormed(),
  };
}

/** What the extension says of a file; empty: nothing. */
export function sizesOfFile(file: MediaFile): Sizes {
  const [w, h, ms] = [natural(file.width), natural(file.height), natural(file.duration)];
  return {
    ...(w === null ? {} : { w }),
    ...(h === null ? {} : { h }),
    ...(ms === null ? {} : { ms }),
    ...(file.voice ? { voice: true } : {}),
  };
}

/** The same, as it is written. */
export function sizesExtension(file: MediaFile): ReadonlyMap<string, number | boolean> {
  const sizes = new Map<string, number | boolean>();
  for (const [name, size] of Object.entries(sizesOfFile(file))) if (size !== undefined) sizes.set(name, size);
  return sizes;
}

export function readFile(part: ExternalPart, sizes: Sizes): MediaFile {
  const { encAlg: algorithm, key, nonce, aad } = part;
  return {
    source: part.url,
    contentType: part.contentType,
    filename: part.filename,
    description: part.description,
    size: part.size > 0 ? part.size : null,
    sha256: part.hashAlg === SHA_256 && part.contentHash.length === SHA_256_OCTETS ? part.contentHash : null,
    encryption: algorithm === 0 ? null : { algorithm, key, nonce, aad },
    inline: isInline(part),
    width: sizes.w ?? null,
    height: sizes.h ?? null,
    duration: sizes.ms ?? null,
    voice: sizes.voice ?? false,
  };
}

/** Pictures, films and sounds are shown where nobody said otherwise. */
function isInline({ disposition, contentType }: ExternalPart): boolean {
  if (disposition === Disposition.inline) return true;
  return disposition !== Disposition.attachment && /^(?:image|video|audio)\//i.test(contentType);
}

const isEncrypted = ({ encryption }: MediaFile): boolean => {
  const algorithm = natural(encryption?.algorithm ?? null);
  return algorithm !== null && algorithm > 0 && algorithm <= U16;
};

const natural = (value: number | null): number | null =>
  value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null;
