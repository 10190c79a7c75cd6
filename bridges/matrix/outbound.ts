/** From events to calls of the client-server API, each a step. */
import type { OutEvent, Plain, Plan, RoomContext, Speaker, Step } from "../../core/bridge/outbound.ts";
import { parseEventId } from "../../mappings/ids.ts";
import type { Outgoing, RoomMessage, Written } from "../../mappings/mapping.ts";
import type { MatrixCall, MatrixContent } from "../../mappings/matrix/calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "../../mappings/matrix/context.ts";
import { relationOf } from "../../mappings/matrix/event.ts";
import { fromMimi } from "../../mappings/matrix/from-mimi.ts";
import { loss } from "../../mappings/matrix/result.ts";
import { notice } from "../../mappings/matrix/write-notice.ts";
import { mxcOf } from "./files.ts";
import { planGoing } from "./going.ts";
import type { OwnUsers } from "./names.ts";
import { emojiPlacesOf, placeFor, placesOf, type Upload, uploadsIn } from "./planned-uploads.ts";

/** The other name of an event that the gateway's own user has sent for somebody: only it can change the event. */
export const RELAYED = "relayed";

/** What the steps of a room's events are made from besides the events. */
export interface OutboundParts {
  readonly own: OwnUsers;
  readonly homeserver: string;
  readonly capabilities: MatrixCapabilities;
  /** The content of m.room.power_levels; null: not known. */
  readonly powers: MatrixContent | null;
}

/** The steps of an event. Does no I/O. */
export function plan(event: OutEvent, parts: OutboundParts, context: RoomContext): Plan {
  switch (event.kind) {
    case "message": {
      const { id, speaker: author, message } = event;
      const outgoing: Outgoing = { kind: "message", id, author, message };
      const placeOf = (source: string): string => context.media(source).url;
      const { body } = message;
      const uploads =
        body.kind === "media" ? placesOf(body.files, parts.homeserver, placeOf) : emojiPlacesOf(message);
      const written = fromMimi(outgoing, parts.capabilities, outboundContext(parts, context, uploads));
      // What is sent where a file can't be stored at the homeserver.
      const linked =
        uploads.length === 0
          ? []
          : fromMimi(outgoing, parts.capabilities, outboundContext(parts, context, [])).calls;
      const relayed = relayedOf(message.replaces === null ? null : context.message(message.replaces));
      const around = { speaker: author, relayed, uploads, linked };
      return planned(written, around);
    }
    case "property":
      if (event.name === "pins") return planPin(event, parts, context);
      if (event.name === "avatar") return planAvatar(event, parts, context);
      return planned(propertyCalls(event, parts, context, []), NOTHING_AROUND);
    case "notice":
      return { steps: [noticeStep(event, context)], losses: [] };
    case "member":
      return planGoing(event, parts.own, context);
    case "tally":
      return { steps: [], losses: [] };
  }
}

interface StepAround {
  readonly speaker: Speaker | null;
  /** Events that the gateway's own user has sent for somebody. */
  readonly relayed: ReadonlySet<string>;
  readonly uploads: readonly Upload[];
  readonly linked: readonly MatrixCall[];
}

const NOTHING_AROUND: StepAround = { speaker: null, relayed: new Set(), uploads: [], linked: [] };

function planned({ calls, losses }: Written<MatrixCall>, around: StepAround): Plan {
  const alternatives = around.linked.length === calls.length ? around.linked : [];
  return { steps: calls.flatMap((call, i) => stepOf(call, i, alternatives[i] ?? null, around)), losses };
}

/** A call as a step; `at`: its place among those of its event. Kinds that the account does not make yet are none. */
function stepOf(
  call: MatrixCall,
  at: number,
  alternative: MatrixCall | null,
  { speaker, relayed, uploads }: StepAround,
): readonly Step[] {
  switch (call.kind) {
    case "send":
    case "text-file": {
      const { type, content } = call;
      const relation = relationOf(content);
      const edited = relation.type === "m.replace" ? relation.target : null;
      const named = uploadsIn(content, uploads);
      const linked =
        alternative?.kind === "send" ? { type: alternative.type, content: plain(alternative.content) } : null;
      const args = {
        type,
        content: plain(content),
        edited,
        relayed: edited !== null && relayed.has(edited),
        ...(call.kind === "text-file" && { text: call.text }),
        ...(named.length > 0 && { uploads: named.map(plain), linked }),
      };
      const part = edited === null ? at : null;
      return [{ op: call.kind, part, speaker: call.as === null ? null : speaker, args }];
    }
    case "redact": {
      const { eventId: event, reason, ghost } = call;
      const byBot = call.as === null || relayed.has(event);
      return [{ op: "redact", part: null, speaker: byBot ? null : speaker, args: { event, reason, ghost } }];
    }
    case "state":
      return [stateStep(call)];
    default:
      return [];
  }
}

/** Lists and tables are changed as they stand when the call is made: others change them, too. */
function stateStep({ type, content }: Extract<MatrixCall, { kind: "state" }>): Step {
  const step = { part: null, speaker: null };
  if (type === "m.room.power_levels")
    return { ...step, op: "powers", args: { events_default: plain(content["events_default"]) } };
  return { ...step, op: "state", args: { type, content: plain(content) } };
}

function propertyCalls(
  { speaker: author, name, item = "", value }: Extract<OutEvent, { kind: "property" }>,
  parts: OutboundParts,
  context: RoomContext,
  uploads: readonly Upload[],
): Written<MatrixCall> {
  const outgoing: Outgoing = { kind: "property", author, property: { name, item, value } };
  return fromMimi(outgoing, parts.capabilities, outboundContext(parts, context, uploads));
}

/** A picture that is not at the homeserver is put there when the call is made. */
function planAvatar(
  event: Extract<OutEvent, { kind: "property" }>,
  parts: OutboundParts,
  context: RoomContext,
): Plan {
  const { url } = context.media(event.value);
  const place = placeFor(url);
  const { calls, losses } = propertyCalls(event, parts, context, [place]);
  const steps = calls.map(() => ({
    op: "avatar",
    part: null,
    speaker: null,
    args: { source: event.value === "" ? "" : (mxcOf(url, parts.homeserver) ?? url) },
  }));
  return { steps, losses };
}

/** The list of pins is changed as it stands when the call is made. */
function planPin(
  event: Extract<OutEvent, { kind: "property" }>,
  { capabilities }: OutboundParts,
  context: RoomContext,
): Plan {
  const pinned = parseEventId(event.item ?? "");
  const target = pinned === null ? null : (context.message(pinned)?.parts[0]?.native ?? null);
  if (target === null) return { steps: [], losses: [loss("target_unknown", "pin")] };
  if (!capabilities.properties.includes("pins"))
    return { steps: [], losses: [loss("property_unsupported", "pins")] };
  const args = { event: target, pinned: event.value !== "" };
  return { steps: [{ op: "pin", part: null, speaker: null, args }], losses: [] };
}

/** Of one person's alone the room has no lines: he is named, and notified. */
function noticeStep({ to, text, thread }: Extract<OutEvent, { kind: "notice" }>, context: RoomContext): Step {
  const root = context.thread(thread)?.root.parts[0]?.native ?? null;
  const call = notice(to === null ? text : `${to.name}: ${text}`, unmarked);
  const said = call.kind === "send" ? call.content : {};
  const content = {
    ...said,
    ...(to !== null && { "m.mentions": { user_ids: [to.native] } }),
    ...(root !== null && {
      "m.relates_to": {
        rel_type: "m.thread",
        event_id: root,
        is_falling_back: true,
        "m.in_reply_to": { event_id: root },
      },
    }),
  };
  const args = { type: "m.room.message", content: plain(content), edited: null, relayed: false };
  return { op: "send", part: null, speaker: null, args };
}

/** The events of a message, and of its edits, that the gateway's own user has sent. */
function relayedOf(message: RoomMessage | null): ReadonlySet<string> {
  const parts = (message?.parts ?? []).filter(({ aux }) => aux === RELAYED).map(({ native }) => native);
  const edits = (message?.edits ?? []).filter(({ aux }) => aux !== null && parts.includes(aux));
  return new Set([...parts, ...edits.map(({ native }) => native)]);
}

function outboundContext(
  { own, homeserver, powers }: OutboundParts,
  context: RoomContext,
  uploads: readonly Upload[],
): MatrixOutbound {
  /** Remote people are known here as their ghosts. */
  const known = (message: RoomMessage | null): RoomMessage | null => {
    const author = message?.ours ? context.author(message.root) : null;
    if (message === null || author === null) return message;
    return { ...message, author: { ...message.author, native: own.ghostOf(author.uri) } };
  };
  return {
    ...context,
    message: (id) => known(context.message(id)),
    thread: (id) => context.thread(id),
    user: (uri) => {
      const user = context.user(uri);
      return user.native !== null || user.name === "" ? user : { ...user, native: own.ghostOf(uri) };
    },
    emoji: (name) => uploads.find((one) => one.emoji === name)?.place ?? null,
    isRemote: (uri) => context.user(uri).native === null,
    media: (source) => {
      const { url } = context.media(source);
      const stored = mxcOf(url, homeserver) ?? uploads.find((one) => one.source === url)?.place ?? null;
      return { url, native: stored };
    },
    ...unmarked,
    powerLevels: powers,
    pinned: [],
  };
}

/** The mark is put on when the call is made. */
const unmarked = { mark: {} };

/** Arguments are JSON: what is undefined is left out. */
const plain = (value: unknown): Plain => JSON.parse(JSON.stringify(value ?? null)) as Plain;
