/** A file as a message: XEP-0447 for new clients, XEP-0066 with the body as its URL for the others. */
import type { OutboundContext } from "../mapping.ts";
import type { MediaFile } from "../message.ts";
import type { XmlElement } from "../xml.ts";
import { element } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** The children that show the file. */
export function filePayload(
  file: MediaFile,
  sticker: boolean,
  context: Pick<OutboundContext, "media">,
): readonly XmlElement[] {
  const { url } = context.media(file.source);
  const address = element("url-data", { xmlns: NS.urlData, target: url });
  return [
    element("body", {}, url),
    element("x", { xmlns: NS.oob }, element("url", {}, url)),
    element(
      "file-sharing",
      { xmlns: NS.sfs, disposition: file.inline ? "inline" : "attachment" },
      metadata(file),
      element("sources", {}, address),
    ),
    element("fallback", { xmlns: NS.fallback, for: NS.sfs }, element("body")),
    ...(sticker ? [element("sticker", { xmlns: NS.stickers })] : []),
  ];
}

/** What is known of the file (XEP-0446); the hash counts for the bytes that the URL gives, so not for sealed ones. */
function metadata(file: MediaFile): XmlElement {
  const fields: readonly (readonly [string, string | number | null])[] = [
    ["media-type", file.contentType],
    ["name", file.filename],
    ["desc", file.description],
    ["size", file.encryption === null ? file.size : null],
    ["width", file.width],
    ["height", file.height],
    ["length", file.duration],
  ];
  const known = fields.flatMap(([name, value]) =>
    value === null || value === "" ? [] : [element(name, {}, String(value))],
  );
  const { sha256 } = file;
  const hash =
    sha256 === null || file.encryption !== null
      ? []
      : [element("hash", { xmlns: NS.hashes, algo: "sha-256" }, Buffer.from(sha256).toString("base64"))];
  return element("file", { xmlns: NS.fileMetadata }, ...known, ...hash);
}
