/** What the gateway does as the owner of a room (XEP-0045, section 10). */
import type { NativeRoom } from "../../core/ids.ts";
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, xml } from "./xml.ts";

/** Fields of a room's form that the gateway fills in (XEP-0045, section 16.5.3). */
export const RoomField = {
  name: "muc#roomconfig_roomname",
  moderated: "muc#roomconfig_moderatedroom",
} as const;

/**
 * Sets a field of a room's form as its owner (XEP-0045, section 10.2): all others go back as they came. Rejects with
 * StanzaError where the gateway is no owner.
 */
export async function configureRoom(
  stream: ComponentStream,
  change: {
    readonly room: NativeRoom;
    readonly from: string;
    readonly field: (typeof RoomField)[keyof typeof RoomField];
    readonly value: string;
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
    const values = key === change.field ? [xml("value", {}, change.value)] : field.getChildren("value");
    submit.append(xml("field", { var: key }, ...values));
  }
  const set = xml("iq", { type: "set", from, to });
  const answer = ownerQuery();
  answer.append(submit);
  set.append(answer);
  await stream.request(set);
}

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

/** Takes back a room that came into being only because we entered it (XEP-0045, section 10.9). */
export async function destroyRoom(stream: ComponentStream, room: NativeRoom, from: string): Promise<void> {
  const query = ownerQuery();
  query.append(xml("destroy"));
  const iq = xml("iq", { type: "set", from, to: room });
  iq.append(query);
  await stream.request(iq);
}

const ownerQuery = () => xml("query", { xmlns: NS.mucOwner });
