/** How a poll stands: the rules by which votes count. */
import type { MessageBody } from "../message.ts";

type Poll = Extract<MessageBody, { kind: "poll" }>;

export interface PollTally {
  readonly question: string;
  readonly options: readonly { readonly id: string; readonly text: string; readonly votes: number }[];
  readonly most: number;
  /** Whether the counts are shown before the end. */
  readonly disclosed: boolean;
  readonly ended: boolean;
}

/**
 * Counts one vote of each user. What a vote names beyond the number that the poll allows does not count, nor does what is no
 * option of it.
 */
export function tallyOf(poll: Poll, votes: readonly (readonly string[])[], ended: boolean): PollTally {
  const ids = new Set(poll.options.map(({ id }) => id));
  const counts = new Map<string, number>();
  for (const vote of votes) {
    const chosen = [...new Set(vote)].filter((id) => ids.has(id)).slice(0, poll.most);
    for (const id of chosen) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return {
    question: poll.question,
    options: poll.options.map(({ id, text }) => ({ id, text, votes: counts.get(id) ?? 0 })),
    most: poll.most,
    disclosed: poll.disclosed,
    ended,
  };
}

/** An option with its number and, where they are to be seen, its votes. */
export function optionLine(at: number, option: PollTally["options"][number], counted: boolean): string {
  const count = counted ? ` — ${String(option.votes)} ${option.votes === 1 ? "vote" : "votes"}` : "";
  return `${String(at + 1)}. ${option.text}${count}`;
}
