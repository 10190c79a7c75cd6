/** From events to calls in a room, and from calls to stanzas. */
import type {
  DeliveryContext,
  OutEvent,
  Plain,
  Plan,
  RoomContext,
  Step,
} from "../../core/bridge/outbound.ts";
import { putsOut } from "../../mappings/events.ts";
import type { Outgoing } from "../../mappings/mapping.ts";
import { fromMimi } from "../../mappings/xmpp/from-mimi.ts";
import type { XmppCall, XmppCapabilities } from "../../mappings/xmpp/outbound.ts";
import { xmlText } from "../../mappings/xmpp/xml-text.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { NS } from "./names.ts";
import { sayerOf } from "./said-by.ts";
import { type Element, elementOf, xml } from "./xml.ts";

/** The steps of an event. Does no I/O. */
export function plan(event: OutEvent, capabilities: XmppCapabilities, context: RoomContext): Plan {
  switch (event.kind) {
    case "message": {
      const { id, speaker: author, message } = event;
      return planned(event, { kind: "message", id, author, message }, capabilities, context);
    }
    case "property": {
      const property = { name: event.name, item: event.item ?? "", value: event.value };
      return planned(event, { kind: "property", author: event.speaker, property }, capabilities, context);
    }
    case "notice": {
      const args = {
        text: xmlText(event.text).text,
        to: event.to?.native ?? null,
        nick: event.to?.name ?? null,
      };
      return { steps: [{ op: "notice", part: null, speaker: null, args }], losses: [] };
    }
    case "member": {
      const out = { op: "out", part: null, speaker: null, args: { user: event.user } };
      return { steps: putsOut(event.change) ? [out] : [], losses: [] };
    }
    case "tally":
      return { steps: [], losses: [] };
  }
}

function planned(
  event: Exclude<OutEvent, { kind: "notice" | "member" | "tally" }>,
  outgoing: Outgoing,
  capabilities: XmppCapabilities,
  context: RoomContext,
): Plan {
  const { calls, losses } = fromMimi(outgoing, capabilities, context);
  return { steps: calls.flatMap((call) => stepOf(call, event, context)), losses };
}

/** A call as a step; kinds that the account does not make yet are none of what its capabilities let through. */
function stepOf(
  call: XmppCall,
  event: Exclude<OutEvent, { kind: "notice" | "member" | "tally" }>,
  context: RoomContext,
): readonly Step[] {
  switch (call.kind) {
    case "message": {
      // A correction must come from the occupant who said what it corrects, whoever has caused it.
      const original = call.of === null ? null : context.author(call.of);
      const speaker = call.as === null ? null : (original ?? event.speaker);
      const payload: readonly Plain[] = call.payload.map(plainElement);
      // Only his ghost can have shown the reactions that somebody takes back.
      const by = isUnreaction(event) ? "ghost" : sayerOf(call.of, call.payload, context);
      const args = by === null ? { payload } : { payload, by };
      return [{ op: "message", part: call.part, speaker, args }];
    }
    case "text-file": {
      const { part, filename, text } = call;
      return [{ op: "file", part, speaker: event.speaker, args: { filename, text } }];
    }
    case "subject":
      return [{ op: "topic", part: null, speaker: null, args: { text: call.text } }];
    case "name":
      return [{ op: "name", part: null, speaker: null, args: { text: call.text } }];
    case "avatar":
      return [{ op: "avatar", part: null, speaker: null, args: { source: call.url } }];
    case "moderate":
      return [
        { op: "moderate", part: null, speaker: null, args: { id: call.stanzaId, reason: call.reason } },
      ];
    case "moderated":
      return [{ op: "moderated", part: null, speaker: null, args: { moderated: call.moderated } }];
    default:
      return [];
  }
}

const isUnreaction = (event: OutEvent): boolean =>
  event.kind === "message" && event.message.body.kind === "unreaction";

/** An element as JSON that is the same for the same element. */
const plainElement = ({ name, attrs, children }: XmlElement): Plain => ({
  name,
  attrs,
  children: children.map((child) => (typeof child === "string" ? child : plainElement(child))),
});

/** A message for a room or an occupant, marked as ours so that no gateway carries it on. */
export function message(
  context: DeliveryContext,
  address: { readonly from: string; readonly to: string; readonly type: "groupchat" | "chat" },
  payload: readonly XmlElement[],
  gateway: string,
  id: string = context.key,
): Element {
  const { group, event, via } = context.origin ?? {};
  const mark = { xmlns: NS.mark, gateway, group, event, via: via?.join(" ") };
  return xml(
    "message",
    { ...address, id },
    ...payload.map(elementOf),
    xml("origin-id", { xmlns: NS.stanzaId, id }),
    ...(isMarkable(context, payload) ? [xml("markable", { xmlns: NS.chatMarkers })] : []),
    xml("copy", mark),
  );
}

/** What somebody has said in the room: clients say up to where they have shown it (XEP-0333). */
const isMarkable = ({ origin }: DeliveryContext, payload: readonly XmlElement[]): boolean =>
  origin !== null && payload.some(({ name }) => name === "body");

/** A message that nobody keeps and nothing refers to. */
export const transient = (
  from: string,
  to: string,
  payload: readonly XmlElement[],
  gateway: string,
): Element =>
  xml(
    "message",
    { from, to, type: "groupchat" },
    ...payload.map(elementOf),
    xml("copy", { xmlns: NS.mark, gateway }),
  );

/** The payload of a message of text alone. */
export const textPayload = (text: string): readonly XmlElement[] => [
  { name: "body", attrs: {}, children: [text] },
];
