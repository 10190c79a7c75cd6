/** What a room says of itself (XEP-0030, XEP-0045 section 6.4). */
import type { NativeRoom } from "../../core/ids.ts";
import { nameOf, type Vouched } from "./kept-stanza.ts";
import { type ModerationVersion, moderationOf } from "./moderation.ts";
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
  readonly membersOnly: boolean;
  /** Whether it may have a picture (XEP-0486). */
  readonly pictured: boolean;
  /** How moderators take back what others have said; null: they can't. */
  readonly moderation: ModerationVersion | null;
  /** Whether whoever knows its address may enter. */
  readonly open: boolean;
  readonly vouched: Vouched;
  /** The whole answer, as the inbox keeps it. */
  readonly answer: Element | null;
}

/** The names under which servers say it: of the standard's registry, of ejabberd, of Prosody. */
const CHANGES_SUBJECT: ReadonlySet<string> = new Set([
  "muc#roominfo_subjectmod",
  "muc#roominfo_changesubject",
  "muc#roomconfig_changesubject",
]);

/** Before the room was asked: nothing is taken for granted. */
export const unknownRoom: RoomInfo = {
  name: "",
  archive: false,
  subjectOpen: false,
  moderated: false,
  membersOnly: false,
  pictured: false,
  moderation: null,
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
  const subject = fields.find((field) => CHANGES_SUBJECT.has(attribute(field, "var") ?? ""));
  return {
    name: nameOf(info) ?? "",
    archive,
    subjectOpen: ["1", "true"].includes(subject?.getChildText("value") ?? ""),
    moderated: features.has("muc_moderated"),
    membersOnly: features.has("muc_membersonly"),
    pictured: features.has(NS.vcard),
    moderation: moderationOf(features),
    open: !features.has("muc_membersonly") && !features.has("muc_passwordprotected"),
    vouched: { stanzaId: features.has(NS.stanzaId) || archive, occupantId: features.has(NS.occupantId) },
    answer,
  };
}
