/** What a bridge has handed over, as a log would have it: each thing in one line, with the messages numbered. */
import type { Bridge } from "../../core/bridge/bridge.ts";
import type { GivenReaction, KnownInRoom, Lookups, Raw, Translated } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { EventId } from "../../mappings/ids.ts";
import { plainTextOf } from "../../mappings/markup/plain.ts";
import type { MessageBody } from "../../mappings/message.ts";
import { unknowing } from "./unknowing-lookups.ts";

interface Entry {
  readonly id: EventId;
  readonly root: EventId;
  readonly author: string;
  readonly native: string | null;
  readonly aux: string | null;
  readonly at: number;
  readonly body: MessageBody;
}

const eventId = (number: number): EventId => String(number).padStart(64, "0") as EventId;
const numbered = (id: EventId): string => `#${Number(id)}`;

/** Reads what came, in its order; what refers to something finds what came before. */
export async function heardLog(
  bridge: Pick<Bridge, "toEvents">,
  room: NativeRoom,
  raws: readonly Raw[],
): Promise<readonly string[]> {
  const entries: Entry[] = [];
  const reactions = new Map<EventId, GivenReaction & { readonly target: EventId }>();
  const lines: string[] = [];
  const seen = new Set<string>();
  const lookups: Lookups = {
    ...unknowing,
    messages: (names) =>
      Promise.resolve(
        names.flatMap((called) =>
          entries
            .filter((entry) => (called.by === "native" ? entry.native : entry.aux) === called.name)
            .toReversed()
            .map((entry) => ({ ...known(entry), called })),
        ),
      ),
    reactions: (target, user) =>
      Promise.resolve([...reactions.values()].filter((one) => one.target === target && one.user === user)),
  };
  const note = (event: Translated, at: number): string => {
    if (event.kind === "property")
      return `${event.sender?.name ?? "the room"} sets the ${event.name}: ${event.value}`;
    if (event.kind === "reply") return `to ${event.to.name}: ${event.text}`;
    if (event.kind === "leave") return `${event.sender.name} is out`;
    const { sender, message, native, aux } = event;
    const id = eventId(entries.length + 1);
    const root = message.replaces ?? id;
    entries.push({ id, root, author: sender.native, native, aux, at, body: message.body });
    const { body, replyTo } = message;
    if (body.kind === "reaction" && replyTo !== null && body.reaction.kind === "unicode")
      reactions.set(id, { id, target: replyTo, user: sender.native, emoji: body.reaction.emoji, at });
    if (body.kind === "unreaction") reactions.delete(root);
    return `${sender.name} ${told(body, message.replaces, replyTo)}`;
  };
  for (const raw of raws) {
    if (raw.nativeKey !== null && seen.has(raw.nativeKey)) continue;
    if (raw.nativeKey !== null) seen.add(raw.nativeKey);
    for (const event of await bridge.toEvents(room, raw, lookups)) lines.push(note(event, raw.at));
  }
  return lines;
}

function known({ id, root, author, aux, at, body }: Entry): Omit<KnownInRoom, "called"> {
  const isReaction = body.kind === "reaction";
  const thread = new Uint8Array();
  const facts = { root, version: id, event: id, author, aux, at, isReaction, deleted: false };
  return { ...facts, thread, replyTo: null, pollOptions: null };
}

function told(body: MessageBody, replaces: EventId | null, replyTo: EventId | null): string {
  const of = replaces === null ? "" : numbered(replaces);
  const to = replyTo === null ? "" : numbered(replyTo);
  switch (body.kind) {
    case "text": {
      const text = plainTextOf(body.text);
      if (of !== "") return `corrects ${of}: ${text}`;
      return `${to === "" ? "says" : `answers ${to}:`} ${text}`;
    }
    case "deletion":
      return body.by === null ? `takes back ${of}` : `has ${of} taken back by ${body.by.name}`;
    case "reaction":
      return `reacts to ${to}: ${body.reaction.kind === "unicode" ? body.reaction.emoji : body.reaction.name}`;
    case "unreaction":
      return `takes ${of} off ${to}`;
    default:
      return `says a ${body.kind}`;
  }
}
