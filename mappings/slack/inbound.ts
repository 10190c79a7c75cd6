/** What reading Slack's events looks up besides what every platform does, and who sent them. */
import type { Loss } from "../loss.ts";
import type { InboundContext, Mapped, MappedEvent, PlatformUser } from "../mapping.ts";
import type { SlackMessage } from "./event.ts";

/** The event type of the metadata on everything that the gateway posts. */
export const METADATA_TYPE = "mimigw";
/** In whose name Slack speaks where it names nobody. */
const NOBODY = "USLACKBOT";

/** The gateway's own names in the workspace (auth.test and bots.info say them). */
export interface SlackSelf {
  readonly user: string;
  readonly bot: string;
  readonly app: string;
}

/** A message's latest state as the gateway has seen it: see revisionOf. */
export interface Revision {
  /** When it was last edited; null: never. */
  readonly edited: string | null;
  /** A hash of what readers see. */
  readonly content: string;
}

/** The channel of the event is the one that the look-ups are for; messages are named by their `ts`. */
export interface SlackInbound extends InboundContext {
  readonly team: string;
  readonly self: SlackSelf;
  /** Whether what other apps post is carried. */
  readonly bots: boolean;
  /** The latest revision of a message that the gateway has read; null: none. */
  revision(ts: string): Revision | null;
  /** Whether the gateway itself is deleting this message now. */
  deleting(ts: string): boolean;
  /** The value that the gateway gave the channel last; null: none. Slack does not say who renamed a channel. */
  lastSet(property: "name" | "topic"): string | null;
  /** The standard emoji's short name that a custom one stands for; null: for none. Left out: there are no custom ones. */
  readonly alias?: (name: string) => string | null;
  /** The handle of a group of users, without `@`; null, or left out: not known. */
  readonly usergroup?: (id: string) => string | null;
  /** The options of a poll that this user has chosen, in the order of choosing. */
  votes(ts: string, user: string): readonly string[];
}

export const nothing: MappedEvent = { events: [], losses: [] };

export function mapped(event: Mapped, losses: readonly Loss[] = []): MappedEvent {
  return { events: [event], losses };
}

export function lost(code: Loss["code"], detail: string): MappedEvent {
  return { events: [], losses: [{ code, detail }] };
}

export function userOf(context: SlackInbound, id: string): PlatformUser {
  return { native: id, name: context.user(id)?.name ?? `Slack user ${id}` };
}

/** Who is named where Slack does not say who did it. */
export function somebody(name: string): PlatformUser {
  return { native: NOBODY, name };
}

/** The user, else the app that posted it. */
export function senderOf(message: SlackMessage, context: SlackInbound): PlatformUser {
  const native = message.user ?? message.bot_id ?? NOBODY;
  const shown = message.bot_id ? message.username : null;
  const name = shown ?? context.user(native)?.name ?? message.username ?? message.bot_profile?.name;
  return { native, name: name ?? `Slack user ${native}` };
}

/** Whether the gateway posted it. Own posts may lack the user, the bot or the subtype: any one sign is enough. */
export function isOwn(message: SlackMessage, self: SlackSelf): boolean {
  return (
    message.bot_id === self.bot ||
    message.app_id === self.app ||
    message.bot_profile?.app_id === self.app ||
    message.user === self.user ||
    message.metadata?.event_type === METADATA_TYPE
  );
}
