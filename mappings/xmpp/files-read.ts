/** The files that a message carries: XEP-0447 with XEP-0446 and XEP-0448, else XEP-0066, else XEP-0454. */
import type { MediaEncryption, MediaFile } from "../message.ts";
import type { XmlElement } from "../xml.ts";
import { child, children, childText, natural, textOf } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** Files of one message beyond these are not read. */
const MOST_FILES = 32;
const LONGEST_SOURCE = 4096;
const SHA256_OCTETS = 32;
const UNKNOWN_TYPE = "application/octet-stream";
const AESGCM = "aesgcm://";
/** Hexadecimal: a nonce of 12 or 16 octets, then a key of 32. */
const AESGCM_SECRET = /^([0-9a-f]{24}|[0-9a-f]{32})([0-9a-f]{64})$/i;
const ALGORITHMS: Readonly<Record<string, number>> = {
  "urn:xmpp:ciphers:aes-128-gcm-nopadding:0": 1,
  "urn:xmpp:ciphers:aes-256-gcm-nopadding:0": 2,
};
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  webm: "video/webm",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  pdf: "application/pdf",
};

/**
 * The files, in order. XEP-0066 names a file where the body is its URL, or says something else about it; a URL that
 * stands among other words of `body` is a link there.
 */
export function readFiles(stanza: XmlElement, body: string): readonly MediaFile[] {
  const shared = children(stanza, "file-sharing", NS.sfs).slice(0, MOST_FILES).map(sharedFile);
  const files = shared.filter((file) => file !== null);
  if (files.length > 0) return files;
  const text = body.trim();
  for (const oob of children(stanza, "x", NS.oob).slice(0, MOST_FILES)) {
    const url = childText(oob, "url").trim();
    const file = text === url || !text.includes(url) ? linked(url, childText(oob, "desc")) : null;
    if (file !== null) return [file];
  }
  const encrypted = text.startsWith(AESGCM) ? linked(text, "") : null;
  return encrypted === null ? [] : [encrypted];
}

function sharedFile(sharing: XmlElement): MediaFile | null {
  const sources = child(sharing, "sources");
  if (sources === null) return null;
  const sealed = child(sources, "encrypted", NS.esfs);
  const places = sealed === null ? sources : child(sealed, "sources", NS.sfs);
  const url = places === null ? "" : (child(places, "url-data", NS.urlData)?.attrs["target"] ?? "");
  const at = linked(url, "");
  const encryption = sealed === null ? (at?.encryption ?? null) : sealedWith(sealed);
  if (at === null || (sealed !== null && encryption === null)) return null;
  const file = child(sharing, "file", NS.fileMetadata);
  const type = file === null ? "" : childText(file, "media-type").trim().toLowerCase();
  const contentType = type === "" ? at.contentType : type;
  const described = file ?? sharing;
  return {
    ...at,
    contentType,
    filename: basename(childText(described, "name")) || at.filename,
    description: childText(described, "desc"),
    size: natural(childText(described, "size").trim()),
    sha256: sha256(sealed ?? described),
    encryption,
    inline: sharing.attrs["disposition"] === "inline" || isShown(contentType),
    width: natural(childText(described, "width").trim()),
    height: natural(childText(described, "height").trim()),
    duration: natural(childText(described, "length").trim()),
  };
}

function sealedWith(sealed: XmlElement): MediaEncryption | null {
  const algorithm = ALGORITHMS[sealed.attrs["cipher"] ?? ""];
  if (algorithm === undefined) return null;
  const key = Buffer.from(childText(sealed, "key"), "base64");
  const nonce = Buffer.from(childText(sealed, "iv"), "base64");
  return sealing(algorithm, key, nonce);
}

function sealing(algorithm: number, key: Uint8Array, nonce: Uint8Array): MediaEncryption {
  return { algorithm, key: new Uint8Array(key), nonce: new Uint8Array(nonce), aad: new Uint8Array() };
}

function sha256(described: XmlElement): Uint8Array | null {
  for (const hash of children(described, "hash", NS.hashes)) {
    if (hash.attrs["algo"] !== "sha-256") continue;
    const octets = new Uint8Array(Buffer.from(textOf(hash), "base64"));
    if (octets.length === SHA256_OCTETS) return octets;
  }
  return null;
}

/** A file of which nothing but the address is known. */
function linked(address: string, description: string): MediaFile | null {
  const isSealed = address.startsWith(AESGCM);
  const source = isSealed ? `https://${address.slice(AESGCM.length)}` : address;
  if (source.length > LONGEST_SOURCE || !/^https?:\/\/[^\s]+$/i.test(source)) return null;
  const url = URL.parse(source);
  if (url === null) return null;
  const secret = isSealed ? AESGCM_SECRET.exec(url.hash.slice(1)) : null;
  if (isSealed && secret === null) return null;
  if (isSealed) url.hash = "";
  const [, nonce = "", key = ""] = secret ?? [];
  const filename = basename(decoded(url.pathname));
  const contentType = TYPES[filename.slice(filename.lastIndexOf(".") + 1).toLowerCase()] ?? UNKNOWN_TYPE;
  return {
    source: isSealed ? url.href : source,
    contentType,
    filename,
    description,
    size: null,
    sha256: null,
    encryption: isSealed ? sealing(2, Buffer.from(key, "hex"), Buffer.from(nonce, "hex")) : null,
    inline: isShown(contentType),
    width: null,
    height: null,
    duration: null,
    voice: false,
  };
}

function isShown(contentType: string): boolean {
  return /^(?:image|video|audio)\//.test(contentType);
}

function basename(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
