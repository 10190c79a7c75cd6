/** What a room says of itself (XEP-0030, XEP-0045 section 6.4). */
import type { NativeRoom } from "../../core/ids.ts";
import { nameOf, type Vouched } from "./kept-stanza.ts";
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

export interface RoomInfo {
  readonly name: string;
  readonly archive: boolean;
  /** Whether every participant may set the subject. */
  readonly subjectOpen: boolean;
  /** Whether only those with voice may speak. */
  readonly moderated: boolean;
  /** Whether whoever knows its address may enter. */
  readonly open: boolean;
  readonly vouched: Vouched;
  /** The whole answer, as the inbox keeps it. */
  readonly answer: Element | null;
}

/** Before the room was asked: nothing is taken for granted. */
export const unknownRoom: RoomInfo = {
  name: "",
  archive: false,
  subjectOpen: false,
  moderated: false,
  open: false,
  vouched: { stanzaId: false, occupantId: false },
  answer: null,
};

/** Asks the room. Rejects as the stream's requests do. */
export async function askRoom(stream: ComponentStream, from: string, room: NativeRoom): Promise<RoomInfo> {
  const question = xml("iq", { type: "get", from, to: room }, xml("query", { xmlns: NS.discoInfo }));
  const answer = await stream.request(question);
  const info = answer.getChild("query", NS.discoInfo);
  const features = new Set(info?.getChildren("feature").map((child) => attribute(child, "var")));
  const archive = features.has(NS.mam);
  const fields = info?.getChild("x", NS.dataForm)?.getChildren("field") ?? [];
  const subject = fields.find((field) => attribute(field, "var") === "muc#roominfo_changesubject");
  return {
    name: nameOf(info) ?? "",
    archive,
    subjectOpen: ["1", "true"].includes(subject?.getChildText("value") ?? ""),
    moderated: features.has("muc_moderated"),
    open: !features.has("muc_membersonly") && !features.has("muc_passwordprotected"),
    vouched: { stanzaId: features.has(NS.stanzaId) || archive, occupantId: features.has(NS.occupantId) },
    answer,
  };
}
