import type { Milliseconds } from "../../core/time.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { EchoWatch } from "./echo-watch.ts";
import type { SlackConfig } from "./config.ts";
import { examineApp, type ExamineOptions } from "./examine.ts";
import { examineChannels, type ExaminedChannel } from "./examine-channels.ts";
import { examineReach } from "./examine-reach.ts";
import { SocketReceiver } from "./socket-receiver.ts";

export interface ExamineWorkspaceOptions extends Pick<ExamineOptions, "call" | "identity"> {
  readonly config: Pick<SlackConfig, "api" | "transport" | "open">;
  readonly receiver: unknown;
  readonly echoes: Pick<EchoWatch, "silentSince">;
  /** When Slack told anything last; null: not since the start. */
  readonly heardAt: Milliseconds | null;
  readonly channels: readonly ExaminedChannel[];
}

/** All that `mimi-gateway doctor` is told of a workspace. Never rejects. */
export async function examineWorkspace(options: ExamineWorkspaceOptions): Promise<readonly Finding[]> {
  const { call, identity, config, receiver, echoes, heardAt, channels } = options;
  const { api, transport } = config;
  const sockets = receiver instanceof SocketReceiver ? receiver.sockets : null;
  const hearing = { sockets, heardAt, linked: channels.length > 0, silentSince: echoes.silentSince };
  const app = { call, api, transport, identity, hearing, now };
  return [
    ...(await examineApp(app)),
    ...(await examineReach({ config, now })),
    ...(await examineChannels({ call, channels })),
  ];
}

const now = (): Milliseconds => Date.now();
