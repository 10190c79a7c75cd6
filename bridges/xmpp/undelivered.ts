import { NS } from "./names.ts";
import { attribute, type Element, xml } from "./xml.ts";

/**
 * What its sender is told of a stanza that nobody here takes (RFC 6120, section 8.3.3.19), as its server would tell him if there were
 * no component. A room takes whoever sends this back for gone (XEP-0045), so that he enters again and reads what he has
 * missed. null: nobody waits for an answer.
 */
export function undelivered(stanza: Element): Element | null {
  const type = attribute(stanza, "type");
  const isAsked = stanza.name === "iq" && (type === "get" || type === "set");
  const isSaid = stanza.name === "message" && type !== "error";
  if (!isAsked && !isSaid) return null;
  const address = {
    from: attribute(stanza, "to"),
    to: attribute(stanza, "from"),
    id: attribute(stanza, "id"),
  };
  const condition = xml("service-unavailable", { xmlns: NS.stanzaErrors });
  return xml(stanza.name, { ...address, type: "error" }, xml("error", { type: "cancel" }, condition));
}
