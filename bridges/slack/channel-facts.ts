/** What a channel is, and the way into it (conversations.info, conversations.join). */
import { z } from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { SlackApi } from "./api.ts";
import { CLOSED, type Closed, closedBy } from "./channel-fate.ts";
import { asGatewayFault, refusalOf } from "./refusal.ts";

const infoForm = z.object({
  channel: z.object({
    name: z.string().default(""),
    creator: z.string().nullish(),
    topic: z.object({ value: z.string().default("") }).nullish(),
    is_member: z.boolean().nullish(),
    is_archived: z.boolean().nullish(),
    is_private: z.boolean().nullish(),
  }),
});

export interface ChannelFacts {
  readonly name: string;
  /** As Slack has it: escaped. */
  readonly topic: string;
  /** Who made it: nobody else may rename it, save administrators, which apps are not. */
  readonly creator: string | null;
  readonly isPrivate: boolean;
}

/** A channel that nothing can be done in until somebody acts. */
export class ChannelClosed extends GatewayError {
  readonly why: Closed;

  constructor(room: NativeRoom, why: Closed) {
    super("room_unreachable", `${room} can't be taken part in: ${CLOSED[why]}`);
    this.why = why;
  }
}

/**
 * Enters the channel where the app is not in it and may; with `enters` false only looks. Throws room_unreachable,
 * account_refused or request_timeout.
 */
export async function readChannel(
  api: Pick<SlackApi, "call">,
  room: NativeRoom,
  enters = true,
): Promise<ChannelFacts> {
  const { channel } = infoForm.parse(await ask(api, "conversations.info", room));
  const { name, topic, creator, is_member: member, is_private: hidden, is_archived: archived } = channel;
  if (archived) throw new ChannelClosed(room, "archived");
  if (member !== true) {
    if (hidden || !enters) throw new ChannelClosed(room, "removed");
    await ask(api, "conversations.join", room);
  }
  return { name, topic: topic?.value ?? "", creator: creator ?? null, isPrivate: hidden === true };
}

async function ask(api: Pick<SlackApi, "call">, method: string, room: NativeRoom): Promise<unknown> {
  try {
    return await api.call(method, { channel: room }, true);
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    const closed = closedBy(refusal ?? "", method);
    if (closed !== null) throw new ChannelClosed(room, closed);
    const fault = asGatewayFault(thrown, method);
    throw refusal === null || fault.code !== "request_refused" ? fault : unreachable(room, fault.detail);
  }
}

function unreachable(room: NativeRoom, why: string): GatewayError {
  return new GatewayError("room_unreachable", `${room} can't be taken part in: ${why}`);
}
