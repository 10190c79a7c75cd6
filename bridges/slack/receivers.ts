/** How a workspace is heard: by sockets, by HTTP, or, while an account is only tried, in a way that takes nothing from whoever serves it. */
import type { Receiver } from "@slack/bolt";
import { GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { SlackConfig } from "./config.ts";
import type { Deliver } from "./envelope.ts";
import type { HttpListeners } from "./http-listeners.ts";
import { HttpReceiver } from "./http-receiver.ts";
import { SocketReceiver } from "./socket-receiver.ts";

export interface ReceiverOptions {
  readonly config: Pick<SlackConfig, "transport" | "api">;
  readonly listeners: HttpListeners;
  readonly log: Logger;
  /** The workspace that is served; null: not known yet. */
  readonly team: () => string | null;
  readonly deliver: Deliver;
  /** Something was not taken in, and is to be read again some time. */
  readonly missed: () => void;
  readonly online: () => void;
  readonly offline: (error: GatewayError) => void;
  /** Slack gives each event to any one socket of the app: a trial that opens one, or takes what comes, takes it from the real gateway. */
  readonly trial: boolean;
}

export function receiverFor(options: ReceiverOptions): Receiver {
  const { config, listeners, log, team, missed, online, offline, trial } = options;
  const { transport, api } = config;
  const deliver: Deliver = trial ? refused : options.deliver;
  if (transport.kind === "http") {
    const { signingSecret, address } = transport;
    return new HttpReceiver({ address, listeners, door: { signingSecret, team, deliver, missed, log } });
  }
  if (trial) return new NoReceiver();
  return new SocketReceiver({ appToken: transport.appToken, api, deliver, log, offline, online });
}

/** Slack sends it again, to whoever serves the account then. */
const refused = (): Promise<never> =>
  Promise.reject(new GatewayError("account_down", "the account is only tried"));

class NoReceiver implements Receiver {
  init(): void {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
