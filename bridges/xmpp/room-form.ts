/** What the gateway does as the owner of a room (XEP-0045, section 10). */
import type { NativeRoom } from "../../core/ids.ts";
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, xml } from "./xml.ts";

/** Fields of a room's form that the gateway fills in (XEP-0045, section 16.5.3). */
export const RoomField = {
  name: "muc#roomconfig_roomname",
  moderated: "muc#roomconfig_moderatedroom",
  /** That everybody may set the subject. */
  subject: "muc#roomconfig_changesubject",
} as const;

/** Of a room that is to stay, that everybody finds and may enter, and that is archived; each server knows some of the fields. */
const FOUNDED: Readonly<Record<string, string>> = {
  "muc#roomconfig_persistentroom": "1",
  "muc#roomconfig_publicroom": "1",
  "muc#roomconfig_membersonly": "0",
  "muc#roomconfig_moderatedroom": "0",
  "muc#roomconfig_enablearchiving": "1",
  mam: "1",
};

/**
 * Sets fields of a room's form as its owner (XEP-0045, section 10.2): all others go back as they came, and what the form does not
 * have is left out. Rejects with StanzaError where the gateway is no owner.
 */
export async function configureRoom(
  stream: ComponentStream,
  change: {
    readonly room: NativeRoom;
    readonly from: string;
    readonly fields: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { room: to, from } = change;
  const get = xml("iq", { type: "get", from, to });
  get.append(ownerQuery());
  const form = (await stream.request(get)).getChild("query", NS.mucOwner)?.getChild("x", NS.dataForm);
  const submit = xml("x", { xmlns: NS.dataForm, type: "submit" });
  for (const field of form?.getChildren("field") ?? []) {
    const key = attribute(field, "var");
    if (key === undefined) continue;
    const value = change.fields[key];
    const values = value === undefined ? field.getChildren("value") : [xml("value", {}, value)];
    submit.append(xml("field", { var: key }, ...values));
  }
  const set = xml("iq", { type: "set", from, to });
  const answer = ownerQuery();
  answer.append(submit);
  set.append(answer);
  await stream.request(set);
}

/** Opens a room that the gateway has made (XEP-0045, section 10.1.3). Rejects with StanzaError. */
export const openRoom = (
  stream: ComponentStream,
  { room, from, name }: { readonly room: NativeRoom; readonly from: string; readonly name: string },
): Promise<void> =>
  configureRoom(stream, {
    room,
    from,
    fields: { ...FOUNDED, [RoomField.name]: name, [RoomField.subject]: "1" },
  });

/**
 * Lets an occupant of a moderated room speak (XEP-0045, section 8.3). Rejects with StanzaError where the gateway is no
 * moderator.
 */
export async function giveVoice(
  stream: ComponentStream,
  { room: to, from, nick }: { readonly room: NativeRoom; readonly from: string; readonly nick: string },
): Promise<void> {
  const query = xml("query", { xmlns: NS.mucAdmin }, xml("item", { nick, role: "participant" }));
  await stream.request(xml("iq", { type: "set", from, to }, query));
}

/**
 * Makes somebody a member of a room (XEP-0045, section 9.3). Rejects with StanzaError where the gateway is no admin of it.
 */
export async function admitMember(
  stream: ComponentStream,
  { room: to, from, jid }: { readonly room: NativeRoom; readonly from: string; readonly jid: string },
): Promise<void> {
  const query = xml("query", { xmlns: NS.mucAdmin }, xml("item", { jid, affiliation: "member" }));
  await stream.request(xml("iq", { type: "set", from, to }, query));
}

/** Takes back a room that came into being only because we entered it (XEP-0045, section 10.9). */
export async function destroyRoom(stream: ComponentStream, room: NativeRoom, from: string): Promise<void> {
  const query = ownerQuery();
  query.append(xml("destroy"));
  const iq = xml("iq", { type: "set", from, to: room });
  iq.append(query);
  await stream.request(iq);
}

const ownerQuery = () => xml("query", { xmlns: NS.mucOwner });
