/** From events to stanzas: what is to be said in a room, step by step. */
import type { Capabilities, DeliveryContext, OutEvent, Plan, Speaker, Step } from "../../core/bridge.ts";
import { partText } from "../../mappings/content/codec.ts";
import type { Loss } from "../../mappings/loss.ts";
import { xmlText } from "../../mappings/xmpp/xml-text.ts";
import { NS } from "./names.ts";
import { type Element, xml } from "./xml.ts";

/** The steps of an event. Pure. */
export function plan(event: OutEvent, capabilities: Capabilities): Plan {
  switch (event.kind) {
    case "message": {
      const { body } = event.content;
      const text = partText(body);
      if (text === null || event.content.replaces !== null)
        return lost({ code: "content_unsupported", detail: body.cardinality });
      return say("message", event.speaker, text, {});
    }
    case "property": {
      if (capabilities[event.name] === "none")
        return lost({ code: "property_unsupported", detail: event.name });
      return say(event.name, null, event.value, {});
    }
    case "notice":
      return say("notice", null, event.text, { to: event.to?.native ?? null, nick: event.to?.name ?? null });
    case "member":
      return { steps: [], losses: [] };
  }
}

function say(op: string, speaker: Speaker | null, text: string, args: Step["args"]): Plan {
  const clean = xmlText(text);
  const losses: Loss[] =
    clean.removed === 0 ? [] : [{ code: "characters_removed", detail: `${clean.removed} characters` }];
  // A message of control characters alone: there is nothing that could be said.
  if (clean.text === "" && op === "message") return { steps: [], losses };
  return { steps: [{ op, speaker, args: { text: clean.text, ...args } }], losses };
}

const lost = (loss: Loss): Plan => ({ steps: [], losses: [loss] });

/** A line for a room or an occupant, marked as ours so that no gateway carries it on. */
export function message(
  context: DeliveryContext,
  address: { readonly from: string; readonly to: string; readonly type: "groupchat" | "chat" },
  text: string,
  gateway: string,
): Element {
  const mark = { xmlns: NS.mark, gateway, group: context.origin?.group, event: context.origin?.event };
  return xml(
    "message",
    { ...address, id: context.key },
    xml("body", {}, text),
    xml("origin-id", { xmlns: NS.stanzaId, id: context.key }),
    xml("copy", mark),
  );
}
