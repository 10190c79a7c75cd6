/** Somebody who takes part in a linked room by a client of another make, and what his client's library makes of what it gets. */
import { z } from "zod";
import type { Answer } from "../../deploy/clients/waits.ts";

/** A message as others refer to it, and as its author does in a correction. */
const saidSchema = z.object({ id: z.string(), own: z.string() });
export type Said = z.infer<typeof saidSchema>;

const by = z.string();
const messageSchema = saidSchema.extend({
  what: z.literal("said"),
  by,
  text: z.string(),
  /** The quotation of what is replied to that stands in the text for those who know no replies. */
  quote: z.string(),
  html: z.string().nullable(),
  replyTo: z.string().nullable(),
  replaces: z.string().nullable(),
  thread: z.string().nullable(),
  /** Names of those whom the library reads as mentioned; null: it reads none. */
  mentions: z.array(z.string()).nullable(),
  /** Of a file. */
  url: z.string().nullable(),
  /** Whether it was said before he came. */
  old: z.boolean(),
});
export type HeardMessage = z.infer<typeof messageSchema>;

/** A fact as a library tells it. */
export const heardSchema = z.discriminatedUnion("what", [
  messageSchema,
  z.object({ what: z.literal("gone"), by, of: z.string() }),
  // With an id it is one more, without one it is all that he has.
  z.object({
    what: z.literal("reacted"),
    by,
    of: z.string(),
    emoji: z.array(z.string()),
    id: z.string().nullable(),
  }),
  z.object({ what: z.literal("topic"), by, text: z.string() }),
  z.object({ what: z.literal("typing"), by, on: z.boolean() }),
  z.object({ what: z.literal("read"), by, of: z.string() }),
  z.object({ what: z.literal("there"), by }),
  z.object({ what: z.literal("left"), by }),
]);
export type Heard = z.infer<typeof heardSchema>;

export const readSaid = (value: unknown): Said => saidSchema.parse(value);

export interface SharedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ForeignPerson {
  /** What he is called in all rooms. */
  readonly name: string;
  readonly library: string;
  /** All that he heard in his room, in that order, also of himself. */
  readonly heard: readonly Heard[];
  /** `thread`: the message that begins it, as his room calls it. Resolves when the room has it, as what follows. */
  say(text: string, more?: { readonly html?: string; readonly thread?: string }): Promise<Said>;
  /** Begins with the name. */
  mention(name: string, text: string): Promise<Said>;
  correct(of: Said, text: string): Promise<unknown>;
  retract(of: Said): Promise<unknown>;
  reply(to: HeardMessage, text: string): Promise<Said>;
  /** `emoji`: all that he has to say to it from now on. */
  react(to: Said, emoji: readonly string[]): Promise<unknown>;
  type(on: boolean): Promise<unknown>;
  read(of: Said): Promise<unknown>;
  share(file: SharedFile): Promise<Said>;
  fetch(url: string): Promise<Buffer>;
  topic(text: string): Promise<unknown>;
  /** Asks again with everything that is heard. Rejects after 30 s. */
  until<T>(what: string, ask: () => Answer<T>): Promise<unknown>;
  /** Leaves the room and ends the client. */
  leave(): Promise<void>;
}
