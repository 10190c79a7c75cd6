/** Files put onto the XMPP service's own store (XEP-0363), streamed through and never held whole. */
import { NS } from "./names.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { attribute, xml } from "./xml.ts";

export interface UploadService {
  readonly jid: string;
  /** Largest file in octets; null: not said. */
  readonly most: number | null;
}

export interface UploadSlot {
  readonly put: string;
  readonly get: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A host of somebody else's may offer as much as it likes. */
const MOST_ITEMS = 50;

/** Headers that a slot may ask for (XEP-0363, section 5); others are to be left out. */
const SLOT_HEADERS = new Set(["authorization", "cookie", "expires"]);

/** The host itself if it stores files, else the first of what it offers that does. null: there is none. */
export async function findUploadService(
  stream: ComponentStream,
  from: string,
  host: string,
): Promise<UploadService | null> {
  const itself = await askUploadService(stream, from, host);
  if (itself) return itself;
  for (const item of await itemsOf(stream, from, host)) {
    const service = await askUploadService(stream, from, item);
    if (service) return service;
  }
  return null;
}

async function itemsOf(stream: ComponentStream, from: string, host: string): Promise<readonly string[]> {
  try {
    const question = xml("iq", { type: "get", from, to: host }, xml("query", { xmlns: NS.discoItems }));
    const query = (await stream.request(question)).getChild("query", NS.discoItems);
    const items = query?.getChildren("item").slice(0, MOST_ITEMS) ?? [];
    return items.flatMap((item) => attribute(item, "jid") ?? []);
  } catch (thrown) {
    if (thrown instanceof StanzaError) return [];
    throw thrown;
  }
}

async function askUploadService(
  stream: ComponentStream,
  from: string,
  jid: string,
): Promise<UploadService | null> {
  try {
    const question = xml("iq", { type: "get", from, to: jid }, xml("query", { xmlns: NS.discoInfo }));
    const info = (await stream.request(question)).getChild("query", NS.discoInfo);
    const offers = info?.getChildren("feature").some((feature) => attribute(feature, "var") === NS.upload);
    if (!offers) return null;
    for (const form of info?.getChildren("x", NS.dataForm) ?? [])
      for (const field of form.getChildren("field"))
        if (attribute(field, "var") === "max-file-size") {
          const most = Number(field.getChildText("value"));
          return { jid, most: Number.isSafeInteger(most) && most > 0 ? most : null };
        }
    return { jid, most: null };
  } catch (thrown) {
    // Hosts in the list that do not answer, or not us, offer nothing to us.
    if (thrown instanceof StanzaError) return null;
    throw thrown;
  }
}

/** Asks for a place to put a file. Rejects as the stream's requests do. */
export async function requestSlot(
  stream: ComponentStream,
  from: string,
  service: UploadService,
  file: { readonly filename: string; readonly size: number; readonly contentType: string },
): Promise<UploadSlot | null> {
  const request = xml("request", {
    xmlns: NS.upload,
    filename: file.filename,
    size: file.size,
    "content-type": file.contentType,
  });
  const answer = await stream.request(xml("iq", { type: "get", from, to: service.jid }, request));
  const slot = answer.getChild("slot", NS.upload);
  const put = slot?.getChild("put");
  const get = slot?.getChild("get");
  const putUrl = put && attribute(put, "url");
  const getUrl = get && attribute(get, "url");
  if (!put || !putUrl || !getUrl) return null;
  const headers: Record<string, string> = {};
  for (const header of put.getChildren("header")) {
    const name = (attribute(header, "name") ?? "").toLowerCase();
    if (SLOT_HEADERS.has(name)) headers[name] = header.getText().replaceAll(/[\r\n]/g, "");
  }
  return { put: putUrl, get: getUrl, headers };
}
