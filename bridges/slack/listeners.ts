/** What Bolt's listeners answer: commands, and word of what becomes of the app. Messages never get here. */
import { App, type Receiver } from "@slack/bolt";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { CustomEmoji } from "./emoji.ts";
import { COMMAND } from "./manifest.ts";
import { quietLogger } from "./quiet-logger.ts";
import type { Identity } from "./identity.ts";
import type { People } from "./people.ts";
import type { Body } from "./envelope.ts";
import type { SlashCommands } from "./slash-commands.ts";

export interface ListenersOptions {
  readonly receiver: Receiver;
  readonly api: string;
  readonly identity: Identity;
  readonly commands: SlashCommands;
  readonly people: People;
  readonly emoji: Pick<CustomEmoji, "changed">;
  /** Told what people look like from now on. */
  readonly profile: BridgeHost["profile"];
  /** There is word that the workspace has taken the app's rights away. */
  readonly disowned: () => void;
}

/** Answers one body by Bolt's listeners; undefined: there is nothing to answer. */
export type Answer = (body: Body) => Promise<unknown>;

export function listeners(options: ListenersOptions): Answer {
  const { receiver, api, identity, commands, people, emoji, profile, disowned } = options;
  const { self } = identity;
  const app = new App({
    receiver,
    // Nothing here calls Slack in the bot's name.
    authorize: () => Promise.resolve({ botId: self.bot, botUserId: self.user }),
    ignoreSelf: false,
    convoStore: false,
    logger: quietLogger,
    clientOptions: { slackApiUrl: api, retryConfig: { retries: 0 } },
  });
  app.command(COMMAND, ({ command, ack, respond }) => commands.take({ command, ack, respond }));
  app.event("user_change", async ({ event: { user } }) => {
    const person = people.changed(user.id, user);
    if (person) await profile({ native: user.id, name: person.name, avatar: person.avatar });
  });
  app.event("emoji_changed", () => Promise.resolve(emoji.changed()));
  app.event("app_uninstalled", () => Promise.resolve(disowned()));
  app.event("tokens_revoked", ({ event }) => {
    if (event.tokens.bot?.includes(self.user)) disowned();
    return Promise.resolve();
  });
  return (body) => {
    const answered = Promise.withResolvers<unknown>();
    let answer: unknown;
    const ack = (response?: unknown): Promise<void> => {
      answer = response;
      // A command may go on after its answer; of events Slack hears when all is done.
      if (typeof body["command"] === "string") answered.resolve(response);
      return Promise.resolve();
    };
    app.processEvent({ body, ack }).then(() => answered.resolve(answer), answered.reject);
    return answered.promise;
  };
}
