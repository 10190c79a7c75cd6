/** What a Matrix room holds, and what a person's client shows of it. */
import { z } from "zod";

const object = z.record(z.string(), z.unknown());

/** An event of a room. Redacted ones have lost most of their content. */
export const eventForm = z.object({
  event_id: z.string(),
  type: z.string(),
  sender: z.string(),
  content: object,
  state_key: z.string().optional(),
  origin_server_ts: z.number(),
  redacts: z.string().optional(),
  unsigned: object.optional(),
});
export type MatrixEvent = Readonly<z.output<typeof eventForm>>;

const relationForm = z.object({
  rel_type: z.string().optional(),
  event_id: z.string().optional(),
  key: z.string().optional(),
  is_falling_back: z.boolean().optional(),
  "m.in_reply_to": z.object({ event_id: z.string() }).optional(),
});

export interface ShownMessage {
  readonly id: string;
  readonly sender: string;
  readonly type: string;
  /** As its last edit has it; what it was sent with says what it relates to. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly edited: boolean;
  readonly deleted: boolean;
  /** Root of the thread that it is in; null: it is in none. */
  readonly thread: string | null;
  /** What it answers, beyond what programs show that know no threads; null: nothing. */
  readonly replyTo: string | null;
  /** Who reacted with what, in the order in which that happened. */
  readonly reactions: readonly { readonly emoji: string; readonly sender: string }[];
}

const MESSAGES: ReadonlySet<string> = new Set([
  "m.room.message",
  "m.room.encrypted",
  "m.sticker",
  "m.poll.start",
  "org.matrix.msc3381.poll.start",
]);

/** The messages of a timeline that begins with its oldest event, with their edits, reactions and redactions applied. */
export function shownMessages(timeline: readonly MatrixEvent[]): readonly ShownMessage[] {
  return timeline
    .filter(({ type, state_key: state, content }) => {
      return MESSAGES.has(type) && state === undefined && relationOf(content).rel_type !== "m.replace";
    })
    .map((event) => shown(event, timeline));
}

function shown(event: MatrixEvent, timeline: readonly MatrixEvent[]): ShownMessage {
  const { event_id: id, sender, type, unsigned } = event;
  const about = timeline.filter(({ content }) => relationOf(content).event_id === id);
  const edit = about.findLast(
    (one) => one.sender === sender && relationOf(one.content).rel_type === "m.replace",
  );
  const content = object.safeParse(edit?.content["m.new_content"]).data ?? event.content;
  const relation = relationOf(event.content);
  const inThread = relation.rel_type === "m.thread";
  const answers = inThread && relation.is_falling_back ? null : relation["m.in_reply_to"]?.event_id;
  return {
    id,
    sender,
    type,
    content,
    body: typeof content["body"] === "string" ? content["body"] : "",
    edited: edit !== undefined,
    deleted: unsigned?.["redacted_because"] !== undefined,
    thread: inThread ? (relation.event_id ?? null) : null,
    replyTo: answers ?? null,
    reactions: about
      .filter((one) => one.type === "m.reaction")
      .map((one) => ({ emoji: relationOf(one.content).key ?? "", sender: one.sender })),
  };
}

/** Of a redacted event nothing is left that says so. */
function relationOf(content: Readonly<Record<string, unknown>>): z.output<typeof relationForm> {
  return relationForm.safeParse(content["m.relates_to"]).data ?? {};
}
