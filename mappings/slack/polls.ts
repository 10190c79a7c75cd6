/** Polls on Slack: a message with one button for each option; pressing it again takes the vote back. */
import type { z } from "zod";
import type { MappedEvent } from "../mapping.ts";
import { message as unrelated } from "../message.ts";
import type { schemas } from "./event.ts";
import { type SlackInbound, lost, mapped, nothing, userOf } from "./inbound.ts";

/** What the buttons' action ids begin with; the option's id follows. */
export const VOTE_PREFIX = "gwpoll:";

type Pressed = z.infer<(typeof schemas)["pressed"]>;

/** A press of a poll's button, as the whole of what the user now votes for. The button's value says how many he may. */
export function readVote(event: Pressed, context: SlackInbound): MappedEvent {
  const [action] = event.actions;
  if (!action?.action_id.startsWith(VOTE_PREFIX)) return nothing;
  const ts = event.container.message_ts;
  const known = context.message(ts);
  if (!known) return lost("target_unknown", `a vote on ${ts}`);
  const option = action.action_id.slice(VOTE_PREFIX.length);
  const options = toggled(context.votes(ts, event.user.id), option, mostOf(action.value));
  const user = userOf(context, event.user.id);
  return mapped({
    kind: "message",
    sender: user,
    native: null,
    message: { ...unrelated({ kind: "vote", options }), replyTo: known.version },
  });
}

function toggled(standing: readonly string[], option: string, most: number): readonly string[] {
  if (standing.includes(option)) return standing.filter((other) => other !== option);
  return [...standing, option].slice(-most);
}

function mostOf(value: string | null | undefined): number {
  const most = Number(value);
  return Number.isSafeInteger(most) && most > 0 ? most : 1;
}
