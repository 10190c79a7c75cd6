/** From what was kept of a room to events. */
import type { Lookups, NativeUser, Raw, Translated } from "../../core/bridge/inbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import { toMimi } from "../../mappings/xmpp/to-mimi.ts";
import { copyOf } from "./group-copies.ts";
import { inboundContext, type People } from "./inbound-context.ts";
import { occupant } from "./kept-stanza.ts";
import { bare, resource } from "./names.ts";
import { pictureSaid } from "./room-picture.ts";
import { attribute, type Element, parseXml } from "./xml.ts";

/** What a kept stanza says. Rejects with GatewayError event_malformed, or as the look-ups do. */
export async function translate(
  room: NativeRoom,
  raw: Raw,
  people: People,
  lookups: Lookups,
): Promise<{ readonly events: readonly Translated[]; readonly losses: readonly Loss[] }> {
  const stanza = parseXml(raw.raw);
  const from = attribute(stanza, "from") ?? "";
  if (bare(from) !== room)
    throw new GatewayError("event_malformed", `a stanza from ${from || "nobody"} was kept as one of ${room}`);
  const { events, losses } = toMimi(stanza, await inboundContext(room, stanza, people, lookups));
  const said = events.flatMap((event) => translated(event, stanza));
  const reactor = losses.some(isLostReaction) ? author(room, stanza) : null;
  if (reactor === null) return { events: said, losses };
  return { events: [...said, { kind: "reply", to: reactor, text: OLD_REACTION }], losses };
}

/** What it is to is not in the log: most often it was said before the room was linked. */
const isLostReaction = ({ code, detail }: Loss): boolean =>
  code === "target_unknown" && detail === "reactions";
const OLD_REACTION =
  "Your reaction was not carried to the linked rooms: they don't have the message, " +
  "which may be from before this room was linked.";

const ENCRYPTED = "Encrypted messages are not carried to the linked rooms: the gateway can't read them.";

/** What the core's log takes; other things are not carried yet. */
function translated(event: Mapped, stanza: Element): readonly Translated[] {
  switch (event.kind) {
    case "message": {
      const { sender, message, native } = event;
      const [aux, copy] = [attribute(stanza, "id") ?? null, copyOf(stanza)];
      const said = { kind: "message", sender, message, native: native as NativeId | null, aux } as const;
      return [copy === null ? said : { ...said, copy }];
    }
    case "property": {
      const { name, value } = event.property;
      const { sender } = event;
      if (name === "avatar") return [{ kind: "property", sender, name, ...pictureSaid(stanza, value) }];
      return name === "name" || name === "topic" ? [{ kind: "property", sender, name, value }] : [];
    }
    case "private":
      return event.encrypted ? [{ kind: "reply", to: event.sender, text: ENCRYPTED }] : [];
    default:
      return [];
  }
}

function author(room: NativeRoom, stanza: Element): NativeUser | null {
  const nick = resource(attribute(stanza, "from") ?? "");
  return nick === "" ? null : { native: `${room}/${occupant(stanza) ?? `nick:${nick}`}`, name: nick };
}
