/** Where the file of a message is, and the same message with the file elsewhere. */
import type { XmlElement } from "../xml.ts";
import { child, children, childText, textOf } from "./elements.ts";
import { filePayload } from "./files-write.ts";
import { NS } from "./namespaces.ts";

/** The URL of the file that the message carries (XEP-0066), if it is of http or https; null: none. */
export function fileUrl(payload: readonly XmlElement[]): string | null {
  if (payload.length === 1) return null;
  const oob = payload.find((element) => element.name === "x" && element.attrs["xmlns"] === NS.oob);
  const url = oob ? childText(oob, "url") : "";
  return /^https?:\/\//i.test(url) ? url : null;
}

/** The file's name as the message gives it (XEP-0446), else the last part of its URL. */
export function fileName(payload: readonly XmlElement[], url: string): string {
  const sharing = payload.find((element) => element.attrs["xmlns"] === NS.sfs);
  const file = sharing ? child(sharing, "file", NS.fileMetadata) : null;
  const named = file ? childText(file, "name") : "";
  return named || (URL.parse(url)?.pathname.split("/").at(-1) ?? "") || "file";
}

/** The SHA-256 of the file that the message carries (XEP-0300); null: it is not said. */
export function fileHash(payload: readonly XmlElement[]): Uint8Array | null {
  const sharing = payload.find((element) => element.attrs["xmlns"] === NS.sfs);
  const file = sharing ? child(sharing, "file", NS.fileMetadata) : null;
  const hash = file && children(file, "hash", NS.hashes).find(({ attrs }) => attrs["algo"] === "sha-256");
  return hash ? new Uint8Array(Buffer.from(textOf(hash), "base64")) : null;
}

/** The message of a stored text. */
export function textFilePayload(url: string, filename: string): readonly XmlElement[] {
  const file = {
    source: url,
    contentType: "text/plain;charset=utf-8",
    filename,
    description: "",
    size: null,
    sha256: null,
    encryption: null,
    inline: false,
    width: null,
    height: null,
    duration: null,
    voice: false,
  };
  return filePayload(file, false, { media: (source) => ({ url: source, native: null }) });
}

/** The same message with every mention of one URL put in place of the other. */
export function moveFile(payload: readonly XmlElement[], from: string, to: string): readonly XmlElement[] {
  return from === to ? payload : payload.map((element) => moved(element, from, to));
}

function moved({ name, attrs, children }: XmlElement, from: string, to: string): XmlElement {
  const put = (text: string) => (text === from ? to : text);
  return {
    name,
    attrs: Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, value && put(value)])),
    children: children.map((part) => (typeof part === "string" ? put(part) : moved(part, from, to))),
  };
}
