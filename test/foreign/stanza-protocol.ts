/** What stanza is told of extensions that it does not know, in its own way of being extended: replies, reactions, retractions. */
import { JXT } from "stanza";
import { NS } from "../../deploy/demo/stanzas.ts";

declare module "stanza/protocol/index.js" {
  interface Message {
    /** XEP-0461 */
    replyTo?: string;
    replyAuthor?: string;
    /** XEP-0424 */
    retracts?: string;
    /** XEP-0444 */
    reactions?: { readonly id?: string; readonly emoji?: string[] };
  }
}

export const moreOfMessages = [
  JXT.extendMessage({
    replyTo: JXT.childAttribute(NS.reply, "reply", "id"),
    replyAuthor: JXT.childAttribute(NS.reply, "reply", "to"),
    retracts: JXT.childAttribute(NS.retract, "retract", "id"),
  }),
  {
    namespace: NS.reactions,
    element: "reactions",
    path: "message.reactions",
    fields: { id: JXT.attribute("id"), emoji: JXT.multipleChildText(null, "reaction") },
  },
];
