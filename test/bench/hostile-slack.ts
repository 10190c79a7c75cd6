/** Texts and events of Slack that are made to be slow. */
import { Mark } from "../../mappings/markup/flat.ts";
import { textMessage } from "../../mappings/message.ts";
import { LONGEST_TEXT, MOST_ELEMENTS } from "../../mappings/slack/markup/limits.ts";
import { readMrkdwn } from "../../mappings/slack/markup/mrkdwn-read.ts";
import { toMimi as readSlack } from "../../mappings/slack/to-mimi.ts";
import { inbound as slackInbound } from "../mappings/slack/context.ts";
import { hostileTexts } from "../mappings/slack/markup/hostile-texts.ts";
import { families, type HostileReader, READER_GOAL } from "./hostile-family.ts";
import { everywhere, slackToAll } from "./mapping-ways.ts";

const context = slackInbound();

export const mrkdwn: HostileReader = {
  name: "Slack mrkdwn",
  goal: READER_GOAL,
  limit: LONGEST_TEXT,
  families: families(Object.fromEntries(hostileTexts), (piece) => (size) => {
    const text = piece.repeat(size / piece.length);
    return () => readMrkdwn(text, context);
  }),
};

const SLACK_EVENTS: Readonly<Record<string, (size: number) => object>> = {
  "runs of rich text": (size) => {
    const elements = Array.from({ length: size }, (_, at) => ({
      type: "text",
      text: "ab",
      style: at % 2 === 0 ? { bold: true } : { italic: true },
    }));
    return { blocks: [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }] };
  },
  items: (size) => {
    const elements = Array.from({ length: size }, () => ({
      type: "rich_text_section",
      elements: [{ type: "text", text: "ab" }],
    }));
    return {
      blocks: [{ type: "rich_text", elements: [{ type: "rich_text_list", style: "bullet", elements }] }],
    };
  },
  "fields of attachments": (size) => ({
    attachments: Array.from({ length: size / 100 }, (_, from) => ({
      fields: Array.from({ length: 100 }, (_, at) => ({ title: `t${from}`, value: `v${at}` })),
    })),
  }),
};

export const slackEvents: HostileReader = {
  name: "Slack events",
  goal: READER_GOAL,
  limit: MOST_ELEMENTS,
  families: families(SLACK_EVENTS, (make) => (size) => {
    const event = slackEvent(make(size));
    return () => readSlack(event, context);
  }),
};

export const ways: HostileReader = {
  name: "from Slack by MIMI to Matrix and XMPP",
  goal: null,
  limit: MOST_ELEMENTS,
  families: {
    ...families(SLACK_EVENTS, (make) => (size) => {
      const event = slackEvent(make(size));
      return () => slackToAll(event);
    }),
    "alternating spoilers": (size) => {
      const runs = Array.from({ length: size }, (_, at) => ({
        kind: "text" as const,
        text: "ab ",
        marks: at % 2 === 0 ? Mark.spoiler : 0,
        link: null,
      }));
      const message = textMessage({ blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }] });
      return () => everywhere(message);
    },
  },
};

function slackEvent(changes: object): object {
  return { type: "message", user: "U123", ts: "1755517530.000200", text: "x", ...changes };
}
