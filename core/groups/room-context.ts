/** What a room knows of the things that an event refers to, found before the event is planned for it. */
import type { OutEvent, RoomContext } from "../bridge/outbound.ts";
import type { Store } from "../store/store.ts";
import type { OutboxBinding } from "../store/units/outbox.ts";
import { type EventId, parseEventId, parseUserUri } from "../../mappings/ids.ts";
import { ContextFinder, emptyContext, threadRoot } from "./context-finder.ts";
import type { MessageMemo } from "./message-memo.ts";
import { namedIn } from "./named-in.ts";
import { filesOf, MEDIA_PATH } from "./served-files.ts";

/** Whether an event refers to what must have been delivered before it can be planned. */
export function refers(event: OutEvent): boolean {
  if (event.kind === "property") return event.name === "pins";
  if (event.kind !== "message") return false;
  const { replaces, replyTo, thread } = event.message;
  return replaces !== null || replyTo !== null || thread.length > 0;
}

/** The context of one event, as it stood at the event's place in the log: the same whenever it is planned. */
export async function contextFor(
  store: Store,
  memo: MessageMemo,
  binding: OutboxBinding,
  event: OutEvent,
  seq: number,
): Promise<RoomContext> {
  if (event.kind === "property" && event.name === "pins") {
    const pinned = parseEventId(event.item ?? "");
    return pinned === null ? emptyContext : contextAround(store, memo, binding, pinned);
  }
  if (event.kind === "property" && event.name === "avatar") {
    const found = new ContextFinder(store, memo, binding, seq);
    await found.files(event.id);
    return found.context();
  }
  if (event.kind === "member") {
    const user = parseUserUri(event.user);
    const found = new ContextFinder(store, memo, binding, seq);
    if (user !== null) await found.mentions([user]);
    return found.context();
  }
  if (event.kind !== "message") return emptyContext;
  const named = namedIn(event.message);
  const names = named.users.length > 0 || named.groups.size > 0;
  const served = filesOf(event.message).some(({ source }) => source.includes(MEDIA_PATH));
  if (!refers(event) && !names && !served) return emptyContext;
  const found = new ContextFinder(store, memo, binding, seq);
  if (served) await found.files(event.id);
  await found.mentions(named.users);
  await found.rooms(named.groups, binding.account);
  await found.relations(event.message);
  return found.context();
}

/** The context of what says something of one message without being an event. */
export async function contextAround(
  store: Store,
  memo: MessageMemo,
  binding: Pick<OutboxBinding, "id" | "group" | "provider">,
  message: EventId,
): Promise<RoomContext> {
  const found = new ContextFinder(store, memo, binding, Number.MAX_SAFE_INTEGER);
  await found.message(message);
  return found.context();
}

/** The context of a poll, by its first version, as it stands now. */
export async function contextOfPoll(
  store: Store,
  memo: MessageMemo,
  binding: Pick<OutboxBinding, "id" | "group" | "provider">,
  poll: EventId,
): Promise<RoomContext> {
  const found = new ContextFinder(store, memo, binding, Number.MAX_SAFE_INTEGER);
  await found.message(poll);
  await found.poll(poll);
  return found.context();
}

/** The context of a line that is said in a thread; null: in none. */
export async function contextOfThread(
  store: Store,
  memo: MessageMemo,
  binding: Pick<OutboxBinding, "id" | "group" | "provider">,
  thread: Uint8Array | null,
): Promise<RoomContext> {
  const root = thread && threadRoot(thread);
  return root === null ? emptyContext : contextAround(store, memo, binding, root);
}
