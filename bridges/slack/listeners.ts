/** What Bolt's listeners answer: commands, and word of what becomes of the app. Messages never get here. */
import { App, type Receiver } from "@slack/bolt";
import type { BridgeHost } from "../../core/bridge.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { COMMAND } from "./manifest.ts";
import { quietLogger } from "./quiet-logger.ts";
import type { Identity } from "./identity.ts";
import type { People } from "./people.ts";
import type { Body } from "./envelope.ts";

export interface ListenersOptions {
  readonly receiver: Receiver;
  readonly token: string;
  readonly api: string;
  readonly identity: Identity;
  readonly host: BridgeHost;
  readonly people: People;
  /** The workspace has taken the app's rights away. */
  readonly disowned: (reason: string) => void;
}

/** Answers one body by Bolt's listeners; undefined: there is nothing to answer. */
export type Answer = (body: Body) => Promise<unknown>;

export function listeners(options: ListenersOptions): Answer {
  const { receiver, token, api, identity, host, people, disowned } = options;
  const { self } = identity;
  const app = new App({
    receiver,
    authorize: () => Promise.resolve({ botToken: token, botId: self.bot, botUserId: self.user }),
    ignoreSelf: false,
    convoStore: false,
    logger: quietLogger,
    clientOptions: { slackApiUrl: api, retryConfig: { retries: 0 } },
  });
  app.command(COMMAND, async ({ command, ack }) => {
    const from = { native: command.user_id, name: command.user_name };
    const manages = async (_room: NativeRoom) => (await people.find(command.user_id))?.manages ?? false;
    const text = await host.command(from, command.text, manages);
    await ack({ response_type: "ephemeral", text });
  });
  app.event("user_change", ({ event }) => Promise.resolve(people.forget(event.user.id)));
  app.event("app_uninstalled", () => Promise.resolve(disowned("the app was taken out of the workspace")));
  app.event("tokens_revoked", ({ event }) => {
    if (event.tokens.bot?.includes(self.user)) disowned("the app's token was revoked");
    return Promise.resolve();
  });
  return async (body) => {
    let answer: unknown;
    await app.processEvent({
      body,
      ack: (response) => {
        answer = response;
        return Promise.resolve();
      },
    });
    return answer;
  };
}
