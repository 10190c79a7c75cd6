/** What a context file says: names, rooms and ids that a single event does not tell. */
import { z } from "zod";
import {
  type EventId,
  type GroupUri,
  parseEventId,
  parseGroupUri,
  parseUserUri,
  type UserUri,
} from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";

/** Mistakes of a file that are named at once. */
const MOST_NAMED = 5;

const eventIdForm = z.string().transform((text, context): EventId => {
  const id = parseEventId(text);
  if (id !== null) return id;
  context.addIssue({ code: "custom", message: "is no event id: 64 hexadecimal digits" });
  return z.NEVER;
});
const userUriForm = z.string().transform((text, context): UserUri => {
  const uri = parseUserUri(text);
  if (uri !== null) return uri;
  context.addIssue({ code: "custom", message: "is no mimi://PROVIDER/u/ID" });
  return z.NEVER;
});
const groupUriForm = z.string().transform((text, context): GroupUri => {
  const uri = parseGroupUri(text);
  if (uri !== null) return uri;
  context.addIssue({ code: "custom", message: "is no mimi://PROVIDER/r/ID" });
  return z.NEVER;
});

const named = <Uri>(uri: z.ZodType<Uri>) =>
  z.union([
    z.string().transform((name): { name: string; uri?: Uri | undefined; native?: string | undefined } => ({
      name,
    })),
    z.strictObject({
      name: z.string(),
      /** Under which it is known to MIMI; else a stand-in. */
      uri: uri.optional(),
      /** What the target platform calls it; else it is not of that platform. */
      native: z.string().optional(),
    }),
  ]);

const messageForm = z.strictObject({
  id: eventIdForm.optional(),
  version: eventIdForm.optional(),
  /** The thread that it is in, in hexadecimal. */
  thread: z
    .string()
    .regex(/^(?:[0-9a-f]{2})*$/)
    .optional(),
  replyTo: eventIdForm.optional(),
  /** The source's id of its author; else whoever the event is from. */
  author: z.string().optional(),
  authorName: z.string().optional(),
  /** What the target platform calls it. */
  native: z.string().optional(),
  /** Its `id` attribute on XMPP, the ids of its files on Slack. */
  aux: z.string().optional(),
  text: z.string().optional(),
  /** Whether the gateway posted it on the target platform. */
  ours: z.boolean().optional(),
  /** It is no message but this reaction (an emoji, or a short name between colons) to the message of that key. */
  reaction: z.strictObject({ emoji: z.string(), to: z.string() }).optional(),
  /** It is a poll with options of these ids. */
  options: z.array(z.string()).optional(),
  /** Of which so many may be chosen. */
  most: z.number().int().positive().optional(),
});

const form = z.strictObject({
  /** The room that the event is of, and the one that it goes to. */
  room: z
    .strictObject({
      native: z.string().optional(),
      uri: groupUriForm.optional(),
      target: z.string().optional(),
    })
    .default({}),
  /** By the source's id or the URI. */
  users: z.record(z.string(), named(userUriForm)).default({}),
  rooms: z.record(z.string(), named(groupUriForm)).default({}),
  /** By the source's id or the event id. */
  messages: z.record(z.string(), messageForm).default({}),
  /** Where the pictures of custom emoji are, by short name. */
  emoji: z.record(z.string(), z.string()).default({}),
});

export type ContextFile = z.output<typeof form>;
export type MessageEntry = z.output<typeof messageForm>;

export const noContext: ContextFile = form.parse({});

/** Reads the text of a context file. Throws GatewayError usage with the first mistakes. */
export function readContextFile(text: string, file: string): ContextFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError("usage", `${file} is no JSON: ${cause instanceof Error ? cause.message : ""}`, {
      cause,
    });
  }
  const parsed = form.safeParse(json);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues
    .slice(0, MOST_NAMED)
    .map(({ path, message }) => `${path.length === 0 ? "the file" : path.join(".")}: ${message}`);
  throw new GatewayError("usage", `${file}: ${mistakes.join("; ")}`);
}
