/** reactions.* and pins.*. */
import { addReaction, pin, pinnedItem, removeReaction, unpin } from "../state/marks.ts";
import { publishMessage } from "../state/publish.ts";
import type { SlackMessageRecord } from "../state/records.ts";
import { Refusal } from "../state/refusal.ts";
import {
  type Arguments,
  bot,
  type BotCall,
  channelOf,
  flag,
  memberChannel,
  messageOf,
  type Methods,
  required,
  text,
} from "./method.ts";

export const markMethods: Methods = {
  "reactions.add": bot("t3", true, ["reactions:write"], (call, given) => {
    const message = target(call, given);
    addReaction(call.workspace, message, call.workspace.bot.user, required(given, "name"));
    return {};
  }),
  "reactions.remove": bot("t2", true, ["reactions:write"], (call, given) => {
    const message = target(call, given);
    removeReaction(call.workspace, message, call.workspace.bot.user, required(given, "name"));
    return {};
  }),
  "reactions.get": bot("t3", false, ["reactions:read"], (call, given) => {
    const message = target(call, given);
    const everyUser = flag(given, "full");
    return {
      type: "message",
      channel: message.channel,
      message: publishMessage(call.workspace, message, { metadata: false, everyUser }),
    };
  }),
  "pins.add": bot("t2", true, ["pins:write"], (call, given) => {
    memberChannel(call, required(given, "channel"));
    pin(call.workspace, target(call, given), call.workspace.bot.user);
    return {};
  }),
  "pins.remove": bot("t2", true, ["pins:write"], (call, given) => {
    memberChannel(call, required(given, "channel"));
    unpin(call.workspace, target(call, given), call.workspace.bot.user);
    return {};
  }),
  "pins.list": bot("t2", false, ["pins:read"], (call, given) => {
    const channel = channelOf(call, required(given, "channel"));
    const pins = [...channel.pins.values()].toReversed();
    return {
      items: pins.flatMap(({ ts, by }) => {
        const message = call.workspace.message(channel, ts);
        return message === null ? [] : [pinnedItem(call.workspace, channel, message, by)];
      }),
    };
  }),
};

function target(call: BotCall, given: Arguments): SlackMessageRecord {
  const id = text(given, "channel");
  const ts = text(given, "timestamp");
  if (id === null || ts === null) throw new Refusal("no_item_specified");
  const channel = channelOf(call, id);
  if (!/^\d{1,10}\.\d{6}$/.test(ts)) throw new Refusal("bad_timestamp");
  if (channel.isArchived) throw new Refusal("is_archived");
  return messageOf(call, channel, ts);
}
