/**
 * The gateway's own extensions of mimi-content: text keys, for private use. Each only adds to a content that can be
 * read without it, and one that is not of the expected shape counts as missing.
 */
import { z } from "zod";
import type { Extensions, ExtensionValue } from "../content/content.ts";

/** What each is for; the values are described where they are read, below. */
export const Extension = {
  /** Says what the content is meant as: one of the kinds below. */
  kind: "gw:kind",
  /** Who is mentioned: `{u: [URI, ...], room: true, scope}`; the words are in the text. */
  mentions: "gw:ment",
  /** Sizes of media by part index: `{index: {w, h, ms, voice}}`. */
  media: "gw:media",
  /** Pictures of custom emoji: `{short name: part index}`. */
  emoji: "gw:emoji",
  /** The text is hidden behind this reason. */
  spoiler: "gw:spoil",
  /** A deletion that was not the author's: `[name, reason]`. */
  moderation: "gw:mod",
  /** A poll `{q, kind, max, opts: [[id, text], ...]}`, or a vote `{a: [id, ...]}`. */
  poll: "gw:poll",
  /** A place, as RFC 5870 has it. */
  geo: "gw:geo",
  /** `true`: a message in a thread that the room sees as well. */
  broadcast: "gw:bcast",
} as const;

const kinds = ["emote", "notice", "sticker", "poll.start", "poll.vote", "poll.end"] as const;
export type Kind = (typeof kinds)[number];

const scopes = ["room", "here", "channel", "everyone"] as const;
export type Scope = (typeof scopes)[number];

const natural = z.int().nonnegative();
const kindSchema = z.enum(kinds);
const mentionsSchema = z.object({ room: z.literal(true), scope: z.enum(scopes).catch("room") });
const sizesSchema = z.object({
  w: natural.optional().catch(undefined),
  h: natural.optional().catch(undefined),
  ms: natural.optional().catch(undefined),
  voice: z.boolean().optional().catch(undefined),
});
const moderationSchema = z.tuple([z.string(), z.string()]);
const pollSchema = z.object({
  q: z.string(),
  kind: z.enum(["disclosed", "undisclosed"]).catch("undisclosed"),
  max: natural.min(1).catch(1),
  opts: z.array(z.tuple([z.string(), z.string()])),
});
const voteSchema = z.object({ a: z.array(z.string()) });

export type Sizes = z.infer<typeof sizesSchema>;

export function kindOf(extensions: Extensions): Kind | null {
  return read(kindSchema, extensions.get(Extension.kind));
}

/** Whom of everybody the text addresses; null: nobody but those whom it names. */
export function scopeOf(extensions: Extensions): Scope | null {
  return read(mentionsSchema, extensions.get(Extension.mentions))?.scope ?? null;
}

/** Sizes of the part with this index. */
export function sizesOf(extensions: Extensions, index: number): Sizes {
  const media = extensions.get(Extension.media);
  return (media instanceof Map ? read(sizesSchema, media.get(index) as ExtensionValue) : null) ?? {};
}

export function spoilerOf(extensions: Extensions): string | null {
  return textOf(extensions, Extension.spoiler);
}

export function geoOf(extensions: Extensions): string | null {
  return textOf(extensions, Extension.geo);
}

export function moderationOf(extensions: Extensions): { name: string; reason: string } | null {
  const said = read(moderationSchema, extensions.get(Extension.moderation));
  return said === null ? null : { name: said[0], reason: said[1] };
}

export function pollOf(extensions: Extensions): z.infer<typeof pollSchema> | null {
  return read(pollSchema, extensions.get(Extension.poll));
}

/** Ids of the options of a vote. */
export function voteOf(extensions: Extensions): readonly string[] | null {
  return read(voteSchema, extensions.get(Extension.poll))?.a ?? null;
}

function textOf(extensions: Extensions, key: string): string | null {
  const value = extensions.get(key);
  return typeof value === "string" ? value : null;
}

/** Keys of a map that are not text are left out: no schema here names one. */
function read<Value>(schema: z.ZodType<Value>, value: ExtensionValue | undefined): Value | null {
  if (value === undefined) return null;
  const plain =
    value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, ExtensionValue>) : value;
  return schema.safeParse(plain).data ?? null;
}
