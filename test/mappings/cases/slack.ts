/** Every feature that Slack has a carrier for, both ways. */
import type { MappingCase } from "./case.ts";
import { slackMediaOut } from "./slack-media-out.ts";
import { slackMessagesIn } from "./slack-messages-in.ts";
import { slackMessagesOut } from "./slack-messages-out.ts";
import { slackRoomIn } from "./slack-room-in.ts";
import { slackRoomOut } from "./slack-room-out.ts";
import { slackTextIn } from "./slack-text-in.ts";
import { slackTextOut } from "./slack-text-out.ts";

export const slackCases: readonly MappingCase[] = [
  ...slackTextIn,
  ...slackTextOut,
  ...slackMessagesIn,
  ...slackMessagesOut,
  ...slackMediaOut,
  ...slackRoomIn,
  ...slackRoomOut,
];
