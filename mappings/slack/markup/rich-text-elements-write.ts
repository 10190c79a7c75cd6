/** Runs that Slack has (see room-text.ts) to elements of rich_text. */
import type { MarkupWriter } from "../../markup/context.ts";
import { Mark } from "../../markup/flat.ts";
import type { Run } from "../../markup/flat.ts";
import type { SlackElement, SlackStyle } from "./blocks.ts";
import { slackRange } from "./room-text.ts";

/** Slack refuses empty texts; there are none among tidy runs. */
export function slackElements(runs: readonly Run[], context: MarkupWriter): readonly SlackElement[] {
  return runs.map((run) => ({ ...elementOf(run, context), ...styleOf(run.marks) }));
}

/** Text without a style. */
export function plainElement(text: string): SlackElement {
  return { type: "text", text };
}

function elementOf(run: Run, context: MarkupWriter): SlackElement {
  switch (run.kind) {
    case "text":
      if (run.link === null) return plainElement(run.text);
      return run.link === run.text
        ? { type: "link", url: run.link }
        : { type: "link", url: run.link, text: run.text };
    case "mention": {
      const { native } = context.user(run.user);
      return native === null ? plainElement(`@${run.name}`) : { type: "user", user_id: native };
    }
    case "group": {
      const room = context.room(run.group);
      return room === null ? plainElement(`#${run.name}`) : { type: "channel", channel_id: room.native };
    }
    case "broadcast":
      return { type: "broadcast", range: slackRange(run.scope) };
    case "emoji":
      return { type: "emoji", name: run.name };
  }
}

function styleOf(marks: number): { readonly style?: SlackStyle } {
  const style: SlackStyle = {};
  if ((marks & Mark.bold) !== 0) style.bold = true;
  if ((marks & Mark.italic) !== 0) style.italic = true;
  if ((marks & Mark.strike) !== 0) style.strike = true;
  if ((marks & Mark.underline) !== 0) style.underline = true;
  if ((marks & Mark.code) !== 0) style.code = true;
  return Object.keys(style).length === 0 ? {} : { style };
}
