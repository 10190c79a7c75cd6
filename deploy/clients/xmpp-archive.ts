/** Archives of rooms (XEP-0313) as a client reads them. */
import { randomUUID } from "node:crypto";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { Milliseconds } from "../../core/time.ts";
import type { XmppConnection } from "./xmpp-connection.ts";
import { attribute, DELAY, splitJid } from "./xmpp-messages.ts";

export interface ArchivedMessage {
  readonly stanzaId: string;
  readonly nick: string | null;
  readonly body: string | null;
  readonly id: string | null;
  readonly when: Milliseconds;
  readonly stanza: Element;
}

const MAM = "urn:xmpp:mam:2";
const RSM = "http://jabber.org/protocol/rsm";
/** Prosody gives no more at once. */
const PAGE = 50;

/** The room's whole archive, oldest first, read page by page. */
export async function readArchive(
  user: Pick<XmppConnection, "request" | "onStanza">,
  room: string,
): Promise<ArchivedMessage[]> {
  const all: ArchivedMessage[] = [];
  for (;;) {
    const { id, query } = archiveQuery(all.at(-1)?.stanzaId ?? null);
    const page: ArchivedMessage[] = [];
    const end = user.onStanza((stanza) => {
      const archived = archiveResult(stanza);
      if (archived?.query === id) page.push(archived.message);
    });
    const answer = await user.request("set", room, query).finally(end);
    all.push(...page);
    if (page.length === 0 || isComplete(answer)) return all;
  }
}

/** A query for what stands in an archive after a stanza-id (null: from the beginning), XEP-0313. */
function archiveQuery(after: string | null): { id: string; query: Element } {
  const id = randomUUID();
  const set = xml("set", { xmlns: RSM }, xml("max", {}, String(PAGE)));
  if (after !== null) set.append(xml("after", {}, after));
  return { id, query: xml("query", { xmlns: MAM, queryid: id }, set) };
}

/** The query and the result when the message carries one of an archive. */
function archiveResult(stanza: Element): { query: string; message: ArchivedMessage } | null {
  const result = stanza.getChild("result", MAM);
  const forwarded = result?.getChild("forwarded", "urn:xmpp:forward:0");
  const message = forwarded?.getChild("message");
  if (!result || !message) return null;
  const stamp = forwarded?.getChild("delay", DELAY);
  return {
    query: attribute(result, "queryid") ?? "",
    message: {
      stanzaId: attribute(result, "id") ?? "",
      nick: splitJid(attribute(message, "from") ?? "")[1],
      body: message.getChildText("body"),
      id: attribute(message, "id"),
      when: Date.parse((stamp && attribute(stamp, "stamp")) ?? ""),
      stanza: message,
    },
  };
}

/** Whether the answer to a query says that nothing comes after it. */
function isComplete(answer: Element): boolean {
  const fin = answer.getChild("fin", MAM);
  return fin !== undefined && attribute(fin, "complete") === "true";
}
