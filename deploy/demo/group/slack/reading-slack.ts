/** What a message of a simulated channel says to who reads it there with Slack's own program. */
import { z } from "zod";
import type { SlackElement, SlackMessage } from "../../../clients/slack-people.ts";
import { shortened } from "../../reading.ts";

/** Shown for a reaction, as Slack's programs do; others by name between colons. */
const EMOJI: Readonly<Record<string, string>> = { "+1": "👍", tada: "🎉" };
/** Around names that may run from right to left, and in words that are not to call anybody. */
const UNSEEN = /[\u2060\u2066-\u2069]/g;

const STYLES = [
  ["code", "`"],
  ["strike", "~"],
  ["italic", "_"],
  ["bold", "*"],
] as const;

const elementForm = z.looseObject({ type: z.string() });
const containerForm = z.looseObject({
  type: z.enum([
    "rich_text",
    "rich_text_section",
    "rich_text_quote",
    "rich_text_preformatted",
    "rich_text_list",
    "context",
  ]),
  elements: z.array(elementForm),
});
const sectionForm = z.looseObject({
  type: z.literal("section"),
  text: z.looseObject({ text: z.string() }),
  accessory: z.looseObject({ text: z.looseObject({ text: z.string() }) }).optional(),
});
const runForm = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  url: z.string().optional(),
  name: z.string().optional(),
  range: z.string().optional(),
  user_id: z.string().optional(),
  style: z.record(z.string(), z.boolean()).optional(),
});

/** Names by the ids of people. */
export type Names = ReadonlyMap<string, string>;

/** A line for the message and one for each reaction to it. `channel`: all messages, in which is found what it belongs to. */
export function readSlackMessage(
  message: SlackMessage,
  channel: readonly SlackMessage[],
  names: Names,
  files: ReadonlyMap<string, string>,
): string[] {
  const who = message.username ?? nameOf(names, message.user ?? "");
  const what = [
    ...message.files.map(({ id, name }) => `file ${name}: ${files.get(id) ?? ""}`),
    ...[wordsOfMessage(message, names)].filter((words) => words !== ""),
  ];
  const root = message.thread === message.ts ? null : channel.find(({ ts }) => ts === message.thread);
  const notes = [
    ...(root ? [`(thread: ${shortened(wordsOfMessage(root, names))})`] : []),
    ...(message.edited ? ["(edited)"] : []),
  ];
  const line = [`${who}: ${what.join(" ")}`, ...notes].join(" ").replaceAll("\n", " ⏎ ").trimEnd();
  const on = shortened(wordsOfMessage(message, names));
  const reactions = message.reactions.map(({ name, users }) => {
    const people = users.map((user) => nameOf(names, user)).join(", ");
    return `${EMOJI[name] ?? `:${name}:`} by ${people} (on: ${on})`;
  });
  return [line, ...reactions];
}

/** What it says, without who says it and what belongs to it. */
export function wordsOfMessage({ blocks, text }: SlackMessage, names: Names): string {
  const read = blocks.map((block) => readElement(block, names)).join("\n");
  return (read === "" ? text : read).replaceAll(UNSEEN, "").trim();
}

/** Marks as they are typed; what is no text of a person is left out. */
function readElement(element: SlackElement, names: Names): string {
  const container = containerForm.safeParse(element).data;
  if (container) return readContainer(container, names);
  const section = sectionForm.safeParse(element).data;
  if (section) return section.text.text + (section.accessory ? ` [${section.accessory.text.text}]` : "");
  const run = runForm.parse(element);
  return STYLES.reduce(
    (marked, [style, mark]) => (run.style?.[style] ? mark + marked + mark : marked),
    readRun(run, names),
  );
}

function readContainer({ type, elements }: z.output<typeof containerForm>, names: Names): string {
  const parts = elements.map((one) => readElement(one, names));
  switch (type) {
    case "rich_text":
    case "context":
      return parts.join("\n");
    case "rich_text_section":
      return parts.join("");
    case "rich_text_quote":
      return `> ${parts.join("")}`;
    case "rich_text_list":
      return parts.map((part) => `- ${part}`).join("\n");
    case "rich_text_preformatted":
      return `\`\`\`\n${parts.join("")}\n\`\`\``;
  }
}

function readRun(
  { type, text, url, name, range, user_id: user }: z.output<typeof runForm>,
  names: Names,
): string {
  switch (type) {
    case "user":
      return `@${nameOf(names, user ?? "")}`;
    case "broadcast":
      return `@${range ?? ""}`;
    case "emoji":
      return EMOJI[name ?? ""] ?? `:${name ?? ""}:`;
    case "link":
      // The arrow leads to what is quoted.
      return text === undefined || text === url || text === "↗"
        ? (text ?? url ?? "")
        : `${text} (${url ?? ""})`;
    default:
      return text ?? "";
  }
}

const nameOf = (names: Names, id: string): string => names.get(id) ?? "mimi-gateway";
