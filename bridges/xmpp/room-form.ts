/** What the gateway does as the owner of a room (XEP-0045, section 10). */
import type { NativeRoom } from "../../core/ids.ts";
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, xml } from "./xml.ts";

/**
 * Sets a room's name by its owner's form (XEP-0045, section 10.2): all other fields go back as they came. Rejects with
 * StanzaError where the gateway is no owner.
 */
export async function setRoomName(
  stream: ComponentStream,
  change: { readonly room: NativeRoom; readonly from: string; readonly name: string },
): Promise<void> {
  const { room: to, from, name } = change;
  const get = xml("iq", { type: "get", from, to });
  get.append(ownerQuery());
  const form = (await stream.request(get)).getChild("query", NS.mucOwner)?.getChild("x", NS.dataForm);
  const submit = xml("x", { xmlns: NS.dataForm, type: "submit" });
  for (const field of form?.getChildren("field") ?? []) {
    const key = attribute(field, "var");
    if (key === undefined) continue;
    const values = key === "muc#roomconfig_roomname" ? [xml("value", {}, name)] : field.getChildren("value");
    submit.append(xml("field", { var: key }, ...values));
  }
  const set = xml("iq", { type: "set", from, to });
  const answer = ownerQuery();
  answer.append(submit);
  set.append(answer);
  await stream.request(set);
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
