/** What a message of a simulated channel says to who reads it there with Slack's own program. */
import { z } from "zod";
import type { SlackElement, SlackMessage } from "../clients/slack-people.ts";
import { shortened } from "./reading.ts";

/** Shown for a reaction, as Slack's programs do; others by name between colons. */
const EMOJI: Readonly<Record<string, string>> = { "+1": "👍", tada: "🎉" };
/** Around names that may run from right to left. */
const ISOLATES = /[\u2066-\u2069]/g;

const STYLES = [
  ["code", "`"],
  ["strike", "~"],
  ["italic", "_"],
  ["bold", "*"],
] as const;

const containerForm = z.looseObject({
  type: z.enum(["rich_text", "rich_text_section", "rich_text_quote"]),
  elements: z.array(z.looseObject({ type: z.string() })),
});
const runForm = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  url: z.string().optional(),
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
    ...textOf(message, names),
  ];
  const root = message.thread === message.ts ? null : channel.find(({ ts }) => ts === message.thread);
  const notes = [
    ...(root ? [`(thread: ${shortened(textOf(root, names).join(" "))})`] : []),
    ...(message.edited ? ["(edited)"] : []),
  ];
  const line = [`${who}: ${what.join(" ")}`, ...notes].join(" ").replaceAll("\n", " ⏎ ").trimEnd();
  const on = shortened(textOf(message, names).join(" "));
  const reactions = message.reactions.map(({ name, users }) => {
    const people = users.map((user) => nameOf(names, user)).join(", ");
    return `${EMOJI[name] ?? `:${name}:`} by ${people} (on: ${on})`;
  });
  return [line, ...reactions];
}

function textOf({ blocks, text }: SlackMessage, names: Names): string[] {
  const read = blocks.map((block) => readElement(block, names)).join("\n");
  const shown = (read === "" ? text : read).replaceAll(ISOLATES, "").trim();
  return shown === "" ? [] : [shown];
}

/** Marks as they are typed; what is no text of a person is left out. */
function readElement(element: SlackElement, names: Names): string {
  const container = containerForm.safeParse(element).data;
  if (container) {
    const parts = container.elements.map((one) => readElement(one, names));
    if (container.type === "rich_text_section") return parts.join("");
    if (container.type === "rich_text") return parts.join("\n");
    return `> ${parts.join("")}`;
  }
  const run = runForm.parse(element);
  if (run.type === "user") return `@${nameOf(names, run.user_id ?? "")}`;
  const text = run.text ?? run.url ?? "";
  return STYLES.reduce((marked, [style, mark]) => (run.style?.[style] ? mark + marked + mark : marked), text);
}

const nameOf = (names: Names, id: string): string => names.get(id) ?? "mimi-gateway";
