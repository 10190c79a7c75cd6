/** Pictures that people have at their clients and show in rooms (XEP-0153). */
import { createHash } from "node:crypto";
import { xml } from "@xmpp/client";
import type { XmppUser } from "../../deploy/clients/xmpp-user.ts";

const UPDATE = "vcard-temp:x:update";

export const sha1 = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

const photo = (bytes: Buffer) =>
  xml("PHOTO", {}, xml("TYPE", {}, "image/png"), xml("BINVAL", {}, bytes.toString("base64")));

/** Somebody has this picture from now on, and shows it in the room; null: none. */
export async function wear(user: XmppUser, room: string, picture: Buffer | null): Promise<void> {
  await user.setVcard(...(picture === null ? [] : [photo(picture)]));
  const hash = picture === null ? "" : sha1(picture);
  await user.tell(room, xml("x", { xmlns: UPDATE }, xml("photo", {}, hash)));
}

/** The hash that an occupant shows in a room; empty: he says that he has no picture; null: he does not say. */
export const shownHash = (user: XmppUser, room: string, nick: string): string | null =>
  user.presenceOf(room, nick)?.getChild("x", UPDATE)?.getChildText("photo") ?? null;

/** The picture that an occupant's vCard has, as whoever is in the room gets it; null: none. */
export async function givenPicture(user: XmppUser, room: string, nick: string): Promise<Buffer | null> {
  const text = (await user.vcard(`${room}/${nick}`))?.getChild("PHOTO")?.getChildText("BINVAL") ?? null;
  return text === null ? null : Buffer.from(text, "base64");
}
