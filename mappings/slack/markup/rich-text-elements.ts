/** Elements within a section of rich_text to runs. */
import { z } from "zod";
import { qualified } from "../../emoji/names.ts";
import { Mark } from "../../markup/flat.ts";
import type { Run } from "../../markup/flat.ts";
import { MOST_ELEMENTS } from "./limits.ts";
import type { Reading } from "./reading.ts";
import {
  broadcastRun,
  channelRun,
  dateText,
  knownEmojiRun,
  linkRun,
  textRun,
  usergroupRun,
  userRun,
} from "./references.ts";

/** Missing values have defaults, which are cheaper than what `catch` does with values of another type. */
const word = z.string().default("").catch("");
const flag = z.literal(true).optional().catch(undefined);
const element = z.object({
  type: z.string(),
  text: word,
  url: word,
  user_id: word,
  usergroup_id: word,
  channel_id: word,
  team_id: word,
  range: word,
  name: word,
  unicode: word,
  skin_tone: z.number().nullable().default(null).catch(null),
  timestamp: z.union([z.number(), z.string()]).default("").catch(""),
  fallback: word,
  value: word,
  style: z
    .object({ bold: flag, italic: flag, strike: flag, underline: flag, code: flag })
    .optional()
    .catch(undefined),
});
type Element = z.infer<typeof element>;

/** Counts the elements of a message: beyond the limit they are plain text. */
export class ElementReader {
  readonly #reading: Reading;
  #read = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** The runs of a section, a quote or an item. */
  runs(elements: readonly unknown[]): readonly Run[] {
    const runs: Run[] = [];
    for (const raw of elements) {
      const parsed = element.safeParse(raw);
      if (!parsed.success) {
        this.#reading.lose("event_unreadable", "rich_text element");
        continue;
      }
      this.#read += 1;
      if (this.#read <= MOST_ELEMENTS) runs.push(this.#run(parsed.data));
      else {
        this.#reading.lose("markup_unread", "elements");
        runs.push(textRun(shownText(parsed.data), 0));
      }
    }
    return runs;
  }

  #run(parsed: Element): Run {
    const reading = this.#reading;
    const marks = marksOf(parsed);
    switch (parsed.type) {
      case "text":
        return textRun(parsed.text, marks);
      case "link":
        return linkRun(reading, parsed.url, parsed.text, marks);
      case "user":
        return userRun(reading, parsed.user_id, "", marks);
      case "usergroup":
        return usergroupRun(reading, parsed.usergroup_id, "", marks);
      case "channel":
        return channelRun(reading, parsed.channel_id, "", marks);
      case "broadcast":
        return broadcastRun(parsed.range, marks) ?? textRun(`@${parsed.range}`, marks);
      case "emoji":
        return emojiRun(reading, parsed, marks);
      case "date": {
        const text = dateText(String(parsed.timestamp), parsed.fallback);
        return parsed.url === "" ? textRun(text, marks) : linkRun(reading, parsed.url, text, marks);
      }
      case "color":
        return textRun(parsed.value, marks);
      case "team":
        return textRun(`@${parsed.team_id}`, marks);
      default:
        reading.lose("content_unsupported", parsed.type);
        return textRun(shownText(parsed), marks);
    }
  }
}

/** A standard emoji by its name; one that is too new for the table by the code points that Slack sends along. */
function emojiRun(reading: Reading, parsed: Element, marks: number): Run {
  const tone = parsed.skin_tone === null ? "" : `::skin-tone-${String(parsed.skin_tone)}`;
  const known = knownEmojiRun(reading, parsed.name + tone, marks);
  if (known !== null) return known;
  const characters = charactersOf(parsed.unicode);
  if (characters !== null) return textRun(qualified(characters), marks);
  return { kind: "emoji", name: parsed.name, source: null, marks };
}

/** `1f44d-1f3fd` to characters; null where it is not of that form. */
function charactersOf(unicode: string): string | null {
  if (!/^[0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,15}$/i.test(unicode)) return null;
  const points = unicode.split("-").map((hex) => Number.parseInt(hex, 16));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points).toWellFormed() : null;
}

function marksOf({ style }: Element): number {
  if (style === undefined) return 0;
  return (
    (style.bold === true ? Mark.bold : 0) |
    (style.italic === true ? Mark.italic : 0) |
    (style.strike === true ? Mark.strike : 0) |
    (style.underline === true ? Mark.underline : 0) |
    (style.code === true ? Mark.code : 0)
  );
}

/** The words of an element that is not understood. */
function shownText(parsed: Element): string {
  if (parsed.type === "emoji") return `:${parsed.name}:`;
  return parsed.text || parsed.fallback || parsed.url || parsed.value || parsed.user_id || parsed.channel_id;
}
