/** Pictures that people have at their clients and show in rooms (XEP-0153). */
import { createHash } from "node:crypto";
import { xml } from "@xmpp/client";
import type { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { setVcardAt, vcardAt } from "../../deploy/clients/xmpp-vcards.ts";

const UPDATE = "vcard-temp:x:update";

export const sha1 = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

const photo = (bytes: Buffer) =>
  xml("PHOTO", {}, xml("TYPE", {}, "image/png"), xml("BINVAL", {}, bytes.toString("base64")));

/** The room has this picture from now on, by its owner (XEP-0486); null: none. */
export const hang = (owner: XmppUser, room: string, picture: Buffer | null): Promise<void> =>
  setVcardAt(owner, room, ...(picture === null ? [] : [photo(picture)]));

/** Somebody has this picture from now on, and shows it in the room; null: none. */
export async function wear(user: XmppUser, room: string, picture: Buffer | null): Promise<void> {
  await setVcardAt(user, user.jid, ...(picture === null ? [] : [photo(picture)]));
  const hash = picture === null ? "" : sha1(picture);
  await user.tell(room, xml("x", { xmlns: UPDATE }, xml("photo", {}, hash)));
}

/** The hash that an occupant shows in a room; empty: he says that he has no picture; null: he does not say. */
export const shownHash = (user: XmppUser, room: string, nick: string): string | null =>
  user.presenceOf(room, nick)?.getChild("x", UPDATE)?.getChildText("photo") ?? null;

/** The picture that an occupant's vCard has, as whoever is in the room gets it; null: none. */
export const givenPicture = (user: XmppUser, room: string, nick: string): Promise<Buffer | null> =>
  pictureAt(user, `${room}/${nick}`);

/** The picture of an address: an occupant's, or of the room itself; null: none. */
export async function pictureAt(user: XmppUser, jid: string): Promise<Buffer | null> {
  const card = await vcardAt(user, jid).catch((thrown: unknown) => {
    // A room that has never had one.
    if (thrown instanceof Error && thrown.message.endsWith("item-not-found")) return null;
    throw thrown;
  });
  const text = card?.getChild("PHOTO")?.getChildText("BINVAL") ?? null;
  return text === null ? null : Buffer.from(text, "base64");
}
