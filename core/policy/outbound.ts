/** What a room is told of its group's log, and how, as its policy says. */
import type { Loss } from "../../mappings/loss.ts";
import { shownName } from "../../mappings/shown-name.ts";
import type { OutEvent, RoomContext, Speaker } from "../bridge/outbound.ts";
import { carriedPart, kindOf } from "./kinds.ts";
import type { RoomPolicy } from "./room-policy.ts";

/** Something that is to be planned for a room, with what is known around it. */
interface Planned {
  readonly event: OutEvent;
  readonly context: RoomContext;
}

/** What of an event the room takes; null: nothing. Lines of the gateway's own always. */
export function carried({ kindsOut }: RoomPolicy, event: OutEvent): OutEvent | null {
  switch (event.kind) {
    case "message": {
      const message = carriedPart(event.message, kindsOut);
      return message === null || message === event.message ? message && event : { ...event, message };
    }
    case "property":
      return kindsOut.has("state") ? event : null;
    case "member":
      return kindsOut.has("member") ? event : null;
    default:
      return event;
  }
}

/** A remote user as the room wants to see him. */
export function speakerIn({ nameTemplate }: Pick<RoomPolicy, "nameTemplate">, speaker: Speaker): Speaker {
  if (nameTemplate === null) return speaker;
  const provider = URL.parse(speaker.uri)?.host ?? "";
  return { ...speaker, name: shownName(nameTemplate, { name: speaker.name, provider }) };
}

/** What a room is to be told, as far as it wants to and in its manner, and what that loses. */
export function asWanted(
  policy: RoomPolicy,
  told: readonly Planned[],
): { readonly told: readonly Planned[]; readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const wanted = told.flatMap(({ event, context }) => {
    const taken = carried(policy, event);
    if (taken !== event) losses.push({ code: "left_out", detail: kindIn(event) });
    return taken === null ? [] : [asSeenIn(policy, { event: taken, context })];
  });
  return { told: wanted, losses };
}

/** The same with people called as the room wants it. */
export function asSeenIn(policy: RoomPolicy, { event, context }: Planned): Planned {
  const { nameTemplate, massMentions } = policy;
  const manners = { named: nameTemplate !== null, massMentions };
  if (nameTemplate === null) return { event, context: { ...context, manners } };
  return {
    event: withSpeaker(event, (speaker) => speakerIn(policy, speaker)),
    context: {
      ...context,
      manners,
      author: (id) => {
        const author = context.author(id);
        return author && speakerIn(policy, author);
      },
    },
  };
}

const kindIn = (event: OutEvent): string => (event.kind === "message" ? kindOf(event.message) : event.kind);

function withSpeaker(event: OutEvent, change: (speaker: Speaker) => Speaker): OutEvent {
  if (event.kind === "message") return { ...event, speaker: change(event.speaker) };
  if (event.kind === "property" && event.speaker !== null)
    return { ...event, speaker: change(event.speaker) };
  return event;
}
