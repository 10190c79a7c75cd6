/** What a room is told of an entry of the log: most often the entry itself, or nothing. */
import { readEventContent } from "../../mappings/event-content.ts";
import { type Erasure, type PropertyChange, propertyNames } from "../../mappings/events.ts";
import { message } from "../../mappings/message.ts";
import type { OutEvent, RoomContext, Speaker } from "../bridge/outbound.ts";
import type { MessageMemo } from "../groups/message-memo.ts";
import { emptyContext } from "../groups/context-finder.ts";
import { contextFor, refers } from "../groups/room-context.ts";
import type { AvatarAddresses } from "../media/avatar-addresses.ts";
import type { Store } from "../store/store.ts";
import { erasedMessages } from "../store/units/erased-messages.ts";
import type { LogEntry, OutboxBinding } from "../store/units/outbox.ts";
import { speakingNow, wasOverwritten } from "../store/units/properties.ts";

/** Something that is to be planned for a room, with what the room knows of what it refers to. */
export interface Told {
  readonly event: OutEvent;
  readonly context: RoomContext;
}

export interface TellingOptions {
  readonly store: Store;
  readonly memo: MessageMemo;
  /** Nothing said: nobody's picture is shown. */
  readonly avatars?: Pick<AvatarAddresses, "of">;
}

/** An entry of the log as far as it concerns a room; null: not at all. */
type Read =
  | { readonly kind: "event"; readonly event: OutEvent }
  /** `own`: the room itself has said it. */
  | { readonly kind: "property"; readonly property: PropertyChange; readonly own: boolean }
  | { readonly kind: "erase"; readonly erasure: Erasure }
  | null;

/** Whether an entry can be planned only once the room has answered to all that was made before. */
export function waitsForCalls(read: Read): boolean {
  switch (read?.kind) {
    case "event":
      return refers(read.event);
    case "property":
      return read.own || read.property.name === "pins";
    case "erase":
      return true;
    case undefined:
      return false;
  }
}

/** In the order in which it is to be made. */
export async function toldOf(
  options: TellingOptions,
  binding: OutboxBinding,
  entry: LogEntry,
  read: Read,
): Promise<readonly Told[]> {
  switch (read?.kind) {
    case "event": {
      const event = await withAvatar(options, entry, read.event);
      return [{ event, context: await contextFor(options.store, options.memo, binding, event, entry.seq) }];
    }
    case "property":
      return propertyTold(options, binding, entry, read);
    case "erase":
      return deletions(options, binding, entry, read.erasure);
    case undefined:
      return [];
  }
}

const isOwn = (binding: OutboxBinding, entry: LogEntry): boolean => entry.originBinding === binding.id;

/** `hidden`: whoever said it is blocked in the room. What was erased meanwhile says nothing. */
export function readEntry(memo: MessageMemo, binding: OutboxBinding, entry: LogEntry, hidden: boolean): Read {
  const { kind, content, id } = entry;
  // What is to be forgotten goes, whoever says so.
  if (content === null || (hidden && kind !== "erase")) return null;
  switch (kind) {
    case "message": {
      const speaker = speakerOf(entry);
      if (speaker === null || isOwn(binding, entry)) return null;
      const read = memo.read(id, content);
      return { kind: "event", event: { kind, id, speaker, message: read } };
    }
    case "property": {
      const said = readEventContent(kind, content);
      return said.kind === kind ? { ...said, own: isOwn(binding, entry) } : null;
    }
    case "member": {
      const said = readEventContent(kind, content);
      if (said.kind !== kind || isOwn(binding, entry)) return null;
      const { user, change, reason } = said.member;
      return { kind: "event", event: { kind, id, user, change, reason } };
    }
    case "erase": {
      const said = readEventContent(kind, content);
      return said.kind === kind ? said : null;
    }
    case "role":
    case "moderate":
    case "opaque":
      return null;
  }
}

const speakerOf = ({ senderUri: uri, senderName }: LogEntry): Speaker | null =>
  uri === null ? null : { uri, name: senderName ?? "" };

async function withAvatar(
  { avatars }: TellingOptions,
  { senderUri: user, senderAvatar: source, senderRev: rev }: LogEntry,
  event: OutEvent,
): Promise<OutEvent> {
  if (event.kind !== "message" || user === null || source === null || rev === null) return event;
  const avatar = (await avatars?.of({ user, rev, source })) ?? null;
  return avatar === null ? event : { ...event, speaker: { ...event.speaker, avatar } };
}

async function propertyTold(
  { store, memo }: TellingOptions,
  binding: OutboxBinding,
  entry: LogEntry,
  { property: { name, item, value }, own }: Extract<Read, { readonly kind: "property" }>,
): Promise<readonly Told[]> {
  const { group } = binding;
  const { id, seq } = entry;
  const speaker = speakerOf(entry);
  if (name === "isModerated" || name === "isReadOnly") {
    const moderated = (await store.read(speakingNow(group))) === "all" ? "" : "true";
    return [
      {
        event: { kind: "property", id, speaker, name: "moderated", value: moderated },
        context: emptyContext,
      },
    ];
  }
  const shown = name === "pins" || name === "avatar" ? name : propertyNames.find((one) => one === name);
  if (shown === undefined) return [];
  // The room has it already, unless it was given something else since it said this.
  const place = { binding: binding.id, group, name: shown, item, seq, value };
  if (own && !(await store.read(wasOverwritten(place)))) return [];
  const event: OutEvent = { kind: "property", id, speaker, name: shown, item, value };
  return [{ event, context: await contextFor(store, memo, binding, event, seq) }];
}

/** The deletion of each message that the room was given, in the name of whoever said it (docs/mtp.md, M56). */
async function deletions(
  { store, memo }: TellingOptions,
  binding: OutboxBinding,
  { id, seq }: LogEntry,
  erasure: Erasure,
): Promise<readonly Told[]> {
  const place = { binding: binding.id, group: binding.group, seq };
  const told: Told[] = [];
  for (const erased of await store.read(erasedMessages({ ...place, erasure }))) {
    const speaker = { uri: erased.uri, name: erased.name };
    const deletion = { ...message({ kind: "deletion", by: null }), replaces: erased.id };
    const event: OutEvent = { kind: "message", id, speaker, message: deletion };
    told.push({ event, context: await contextFor(store, memo, binding, event, seq) });
  }
  return told;
}
