/** Which messages a stanza refers to, to be looked up before it is read. */
import type { XmlElement } from "../xml.ts";
import { child } from "./elements.ts";
import { NS } from "./namespaces.ts";
import { retraction } from "./relations-read.ts";

export interface Reference {
  /**
   * `origin`: the `id` attribute of one of the sender's own messages, or (some clients) the room's id. `stanza`: what
   * the room calls it, or (some clients, and rooms without stanza-ids) the `id` attribute.
   */
  readonly kind: "origin" | "stanza";
  readonly id: string;
}

/** The messages that a stanza corrects, answers, reacts to, takes back or marks. */
export function referencesOf(stanza: XmlElement): readonly Reference[] {
  if (stanza.name !== "message") return [];
  const found: Reference[] = [];
  const push = (kind: Reference["kind"], id: string | undefined): void => {
    if (id !== undefined && id !== "") found.push({ kind, id });
  };
  push("origin", child(stanza, "replace", NS.correct)?.attrs["id"]);
  push("stanza", child(stanza, "reply", NS.reply)?.attrs["id"]);
  push("stanza", child(stanza, "reactions", NS.reactions)?.attrs["id"]);
  push("stanza", child(stanza, "displayed", NS.chatMarkers)?.attrs["id"]);
  push("stanza", child(stanza, "received", NS.receipts)?.attrs["id"]);
  const isOld = child(stanza, "apply-to", NS.fasten) !== null;
  push(isOld ? "origin" : "stanza", retraction(stanza)?.id);
  return found;
}
