/** Polls for Slack: a section for the question, one with a button for each option. */
import type { Loss } from "../loss.ts";
import type { FlatText } from "../markup/flat.ts";
import { optionLine, type PollTally } from "../message/poll-tally.ts";
import type { PostedBlock } from "./call.ts";
import { LONGEST_OBJECT, fallback, plainObject } from "./notice.ts";
import { VOTE_PREFIX } from "./polls.ts";
import type { Post } from "./posts.ts";
import { paragraph, text } from "./write-media.ts";

/** A message has 50 blocks: the question, the options, a line for how it stands, and some room. */
const MOST_OPTIONS = 45;
/** Characters of an action id. */
const LONGEST_ACTION = 255;

export interface PollState {
  readonly open: boolean;
  /** What stands below the options; empty: nothing. */
  readonly closing: string;
}

/** The poll as a post, or null where its options do not fit on buttons. */
export function pollPost(poll: PollTally, counted: boolean, state: PollState): Post | null {
  const ids = new Set(poll.options.map(({ id }) => id));
  if (ids.size !== poll.options.length || ids.size === 0 || ids.size > MOST_OPTIONS) return null;
  if (poll.options.some(({ id }) => VOTE_PREFIX.length + id.length > LONGEST_ACTION)) return null;
  const blocks: PostedBlock[] = [
    { type: "section", text: plainObject(`📊 ${poll.question}`, LONGEST_OBJECT) },
  ];
  for (const [at, option] of poll.options.entries()) {
    const line = plainObject(optionLine(at, option, counted), LONGEST_OBJECT);
    const button = {
      type: "button",
      text: plainObject("Vote", 75),
      action_id: VOTE_PREFIX + option.id,
    } as const;
    const accessory = { accessory: { ...button, value: String(poll.most) } };
    blocks.push({ type: "section", text: line, ...(state.open ? accessory : {}) });
  }
  if (state.closing !== "")
    blocks.push({ type: "context", elements: [plainObject(state.closing, LONGEST_OBJECT)] });
  const lines = poll.options.map((option, at) => optionLine(at, option, counted));
  const words = [poll.question, ...lines, state.closing].filter((line) => line !== "").join("\n");
  return { text: fallback(words), blocks, files: [], hidden: false };
}

/** The poll as text, for options that do not fit on buttons. */
export function pollText(poll: PollTally): FlatText {
  const lines = poll.options.map((option, at) => paragraph([text(optionLine(at, option, false))]));
  return { blocks: [paragraph([text(`📊 ${poll.question}`)]), ...lines] };
}

export const pollAsText: Loss = {
  code: "poll_as_text",
  detail: "too many options, or ones that no button can carry",
};
