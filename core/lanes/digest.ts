/** Texts that have waited long, told in short: a line for each, with what became of it meanwhile. */
import type { EventId } from "../../mappings/ids.ts";
import { plainTextOf } from "../../mappings/markup/plain.ts";
import type { Message, Reaction } from "../../mappings/message.ts";
import type { Milliseconds } from "../time.ts";
import { clockTime } from "./clock-time.ts";

/** A message as a digest takes it. */
export interface DigestEntry {
  readonly id: EventId;
  /** When it was said, and by whom, as the room calls him. */
  readonly at: Milliseconds;
  readonly name: string;
  readonly message: Message;
}

interface Line {
  readonly at: Milliseconds;
  readonly name: string;
  readonly emote: boolean;
  /** null: it was deleted. */
  readonly text: string | null;
  /** By the id of the reaction. */
  readonly reactions: ReadonlyMap<EventId, string>;
  /** Every entry that the line is made of. */
  readonly ids: readonly EventId[];
}

/** What stands in the place of a line break, since each message has one line. */
const LINE_BREAK = " ⏎ ";
/** Room for the line above the others. */
const HEAD_BYTES = 80;

/** Lines in the making. What does not fit in changes nothing. */
export class Digest {
  readonly #longest: number;
  readonly #lines: Line[] = [];
  /** The line that an entry has become, or a part of. */
  readonly #places = new Map<EventId, number>();

  /** `bytes`: of UTF-8, what one message of the room may have. */
  constructor(bytes: number) {
    this.#longest = bytes - HEAD_BYTES;
  }

  /** Lines that are told. */
  get count(): number {
    return this.#lines.filter(({ text }) => text !== null).length;
  }

  /** Takes a new text in, or what happens to one that is in it. False: it can't be told so. */
  add({ id, at, name, message }: DigestEntry): boolean {
    const { body, replaces, replyTo } = message;
    switch (body.kind) {
      case "text": {
        if (body.spoiler !== null || message.expires !== null) return false;
        const text = oneLine(plainTextOf(body.text));
        if (text === "") return false;
        if (replaces !== null) return this.#change(id, replaces, (line) => ({ ...line, text }));
        const emote = body.style === "emote";
        return this.#put(this.#lines.length, id, {
          at,
          name: oneLine(name),
          emote,
          text,
          reactions: new Map(),
          ids: [],
        });
      }
      case "deletion":
        return this.#change(id, replaces, (line) => ({ ...line, text: null }));
      case "reaction": {
        const { reaction } = body;
        return this.#change(id, replyTo, (line) => ({
          ...line,
          reactions: new Map([...line.reactions, [id, emojiOf(reaction)]]),
        }));
      }
      case "unreaction":
        return this.#change(id, replaces, (line) => ({
          ...line,
          reactions: new Map([...line.reactions].filter(([one]) => one !== replaces)),
        }));
      default:
        return false;
    }
  }

  /** The messages that tell it, each with the entries that it tells. */
  messages(): readonly { readonly text: string; readonly ids: readonly EventId[] }[] {
    const parts: Line[][] = [];
    let free = 0;
    for (const line of this.#lines) {
      const bytes = Buffer.byteLength(lineText(line)) + 1;
      if (parts.length === 0 || bytes > free) {
        parts.push([]);
        free = this.#longest;
      }
      free -= bytes;
      parts.at(-1)?.push(line);
    }
    return parts.map((lines) => ({ text: textOf(lines), ids: lines.flatMap(({ ids }) => ids) }));
  }

  #change(id: EventId, target: EventId | null, changed: (line: Line) => Line): boolean {
    const place = target === null ? undefined : this.#places.get(target);
    const line = place === undefined ? undefined : this.#lines[place];
    return place !== undefined && line !== undefined && this.#put(place, id, changed(line));
  }

  #put(place: number, id: EventId, line: Line): boolean {
    if (Buffer.byteLength(lineText(line)) >= this.#longest) return false;
    this.#lines[place] = { ...line, ids: [...line.ids, id] };
    this.#places.set(id, place);
    return true;
  }
}

/** Empty: nothing is left to be told. */
function textOf(lines: readonly Line[]): string {
  const told = lines.filter(({ text }) => text !== null);
  const [first, last] = [told[0], told.at(-1)];
  if (!first || !last) return "";
  const [from, to] = [clockTime(first.at), clockTime(last.at, first.at)];
  const many = told.length === 1 ? "1 message" : `${told.length} messages`;
  const head = from === to ? `${many} of ${from} UTC:` : `${many} from ${from} to ${to} UTC:`;
  return [head, ...told.map(lineText)].join("\n");
}

function lineText({ name, emote, text, reactions }: Line): string {
  if (text === null) return "";
  const counts = Map.groupBy(reactions.values(), (emoji) => emoji);
  const shown = [...counts].map(([emoji, all]) => (all.length > 1 ? `${emoji} ${all.length}` : emoji));
  const suffix = shown.length === 0 ? "" : ` [${shown.join(", ")}]`;
  return emote ? `* ${name} ${text}${suffix}` : `${name}: ${text}${suffix}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, LINE_BREAK);

const emojiOf = (reaction: Reaction): string =>
  reaction.kind === "unicode" ? reaction.emoji : `:${reaction.name}:`;
