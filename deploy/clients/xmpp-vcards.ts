/** vCards (XEP-0054) as a client asks for them and puts them: its own, an occupant's, a room's (XEP-0486). */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { XmppConnection } from "./xmpp-connection.ts";

const VCARD = "vcard-temp";

/** The vCard at an address; null: it has none. Rejects with what the address refuses it with. */
export async function vcardAt(user: Pick<XmppConnection, "request">, jid: string): Promise<Element | null> {
  const answer = await user.request("get", jid, xml("vCard", { xmlns: VCARD }));
  return answer.getChild("vCard", VCARD) ?? null;
}

/** Puts what is in the vCard at an address, the user's own or that of a room of his, in the place of what was there. */
export async function setVcardAt(
  user: Pick<XmppConnection, "request">,
  jid: string,
  ...children: Element[]
): Promise<void> {
  await user.request("set", jid, xml("vCard", { xmlns: VCARD }, ...children));
}
