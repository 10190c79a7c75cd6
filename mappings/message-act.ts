/** What a message does, as far as a right to it is asked for (docs/mtp.md, Roles and capabilities). */
import type { EventId } from "./ids.ts";
import { parseEventId } from "./ids.ts";
import type { Message } from "./message.ts";

export interface MessageAct {
  readonly act: "send" | "answer" | "react" | "unreact" | "edit" | "delete";
  /** Of a deletion: the platform says that it was not the author's. */
  readonly moderated: boolean;
  /** The message that it refers to; null: none. */
  readonly target: EventId | null;
  /** `begun`: the message that the topic is named after; null: the topic is not named after one. null: no topic. */
  readonly topic: { readonly begun: EventId | null } | null;
  /** Milliseconds since 1970 from which on it is to be seen no more; null: never, or some time after it was read. */
  readonly expires: number | null;
}

/** What a message without any relation does. */
export const plainAct: MessageAct = {
  act: "send",
  moderated: false,
  target: null,
  topic: null,
  expires: null,
};

/** Votes and ends of polls are answers. */
export function actOf(message: Message): MessageAct {
  const { body, replaces, replyTo, thread } = message;
  const begun = parseEventId(Buffer.from(thread).toString("hex"));
  const topic = thread.length === 0 ? null : { begun };
  const ends = message.expires?.relative === false ? message.expires.seconds * 1_000 : null;
  const known = { moderated: false, topic, expires: ends };
  switch (body.kind) {
    case "reaction":
      return { ...known, act: "react", target: replyTo };
    case "unreaction":
      return { ...known, act: "unreact", target: replaces };
    case "deletion":
      return { ...known, act: "delete", moderated: body.by !== null, target: replaces };
    default:
      if (replaces !== null) return { ...known, act: "edit", target: replaces };
      return { ...known, act: replyTo === null ? "send" : "answer", target: replyTo };
  }
}
