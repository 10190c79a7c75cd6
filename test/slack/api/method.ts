/** What a method of the Web API is, and how it reads its arguments. */
import { z } from "zod";
import type { AppCredentials } from "../app.ts";
import type { Events } from "../events/events.ts";
import type { Faults } from "../faults.ts";
import type { ChannelRecord, SlackMessageRecord } from "../state/records.ts";
import { invalidArguments, Refusal } from "../state/refusal.ts";
import type { Workspace } from "../state/workspace.ts";
import type { Tier } from "./limits.ts";
import type { Token, Tokens } from "./tokens.ts";

export type Arguments = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>>;

/** What a call may use of the simulator. */
export interface CallContext {
  readonly app: AppCredentials;
  readonly workspaces: ReadonlyMap<string, Workspace>;
  readonly tokens: Tokens;
  readonly events: Events;
  readonly faults: Faults;
  /** Whether history is given 15 at a time. */
  readonly restrictedHistory: boolean;
  /** Id and secret in Basic authentication. */
  readonly basic: { readonly id: string; readonly secret: string } | null;
  /** The token that came with the call, whatever it is worth. */
  readonly shown: string | null;
  /** Ends an installation: its tokens, and the app is told. */
  readonly uninstall: (workspace: Workspace) => void;
}

export interface BotCall extends CallContext {
  readonly workspace: Workspace;
  readonly token: Token;
}

interface Common {
  readonly tier: Tier;
  /** Whether arguments may come as JSON. */
  readonly json: boolean;
}

export type Method =
  | (Common & {
      readonly by: "bot";
      /** One of these is enough; of those with a prefix the one of the channel's kind is needed. */
      readonly scopes: readonly string[];
      readonly run: (call: BotCall, given: Arguments) => Answer;
    })
  | (Common & { readonly by: "app"; readonly run: (call: CallContext, given: Arguments) => Answer })
  | (Common & { readonly by: "nobody"; readonly run: (call: CallContext, given: Arguments) => Answer });

export type Methods = Readonly<Record<string, Method>>;

/** A method for bots. */
export function bot(
  tier: Tier,
  json: boolean,
  scopes: readonly string[],
  run: (call: BotCall, given: Arguments) => Answer,
): Method {
  return { by: "bot", tier, json, scopes, run };
}

export function text(given: Arguments, name: string): string | null {
  const value = given[name];
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
    throw invalidArguments(`must be a string [json-pointer:/${name}]`);
  return String(value);
}

export function required(given: Arguments, name: string): string {
  const value = text(given, name);
  if (value === null) throw invalidArguments(`missing required field: ${name}`);
  return value;
}

/** Forms say `true` and `1`. */
export function flag(given: Arguments, name: string): boolean {
  return ["true", "1"].includes(text(given, name) ?? "");
}

/** A list or an object: itself in JSON, in a form a text of JSON. Null: not given. */
export function structured(given: Arguments, name: string, code: string): unknown {
  const value = given[name];
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Refusal(code);
  }
}

/** A channel that the bot can know of, and whether its kind is among the token's scopes. */
export function channelOf(call: BotCall, id: string, family?: "history" | "read"): ChannelRecord {
  const channel = call.workspace.channels.get(id);
  const isIn = channel?.members.has(call.workspace.bot.user) ?? false;
  if (channel === undefined || ((channel.isPrivate || channel.isDirect) && !isIn)) {
    throw new Refusal("channel_not_found");
  }
  if (family !== undefined) {
    const kind = channel.isDirect ? "im" : channel.isPrivate ? "groups" : "channels";
    needScope(call, `${kind}:${family}`);
  }
  return channel;
}

export function memberChannel(call: BotCall, id: string): ChannelRecord {
  const channel = channelOf(call, id);
  if (!channel.members.has(call.workspace.bot.user)) throw new Refusal("not_in_channel");
  return channel;
}

/** Throws missing_scope, as an answer names what is needed and what there is. */
export function needScope(call: BotCall, ...scopes: readonly string[]): void {
  if (scopes.some((scope) => call.token.scopes.includes(scope))) return;
  throw new Refusal("missing_scope", { needed: scopes.join(","), provided: call.token.scopes.join(",") });
}

const timestamp = z.string().regex(/^\d{1,10}\.\d{6}$/);

export function messageOf(call: BotCall, channel: ChannelRecord, ts: string): SlackMessageRecord {
  const message = timestamp.safeParse(ts).success ? call.workspace.message(channel, ts) : null;
  if (message === null) throw new Refusal("message_not_found");
  return message;
}
