/** What a workspace is made of once Slack has said who the app is: what makes deliveries, and what reads what is said. */
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { Arguments, SlackApi } from "./api.ts";
import type { Channels } from "./channels.ts";
import type { SlackConfig } from "./config.ts";
import type { EchoWatch } from "./echo-watch.ts";
import type { CustomEmoji } from "./emoji.ts";
import { WorkspaceFiles } from "./files.ts";
import type { History } from "./history.ts";
import type { Identity } from "./identity.ts";
import type { Around } from "./inbound-context.ts";
import type { Memory } from "./memory.ts";
import type { People } from "./people.ts";
import { Performer } from "./performer.ts";
import { Prober } from "./prober.ts";
import { Usergroups } from "./usergroups.ts";

export interface WorkspaceParts {
  readonly identity: Identity;
  readonly around: Around;
  readonly performer: Performer;
  readonly prober: Prober;
}

export interface PartsOptions {
  readonly config: Pick<SlackConfig, "api" | "bots" | "settle">;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly identity: Identity;
  readonly api: SlackApi;
  readonly people: People;
  readonly memory: Memory;
  readonly emoji: CustomEmoji;
  readonly history: History;
  readonly channels: Channels;
  readonly echoes: EchoWatch;
}

export function workspaceParts(options: PartsOptions): WorkspaceParts {
  const { config, log, media, identity, api, people, memory, emoji, history, channels, echoes } = options;
  const { self, team } = identity;
  const call = (method: string, args: Arguments) => api.call(method, args);
  const prober = new Prober({ call, history, self, memory });
  const performer = new Performer({
    api,
    apiUrl: config.api,
    media,
    memory,
    prober,
    people,
    log,
    echoes,
    closed: (room, why) => channels.closed(room, why),
  });
  const around = {
    team,
    self,
    emoji,
    usergroups: new Usergroups(call, log),
    channelName: (room: NativeRoom) => channels.get(room)?.publicName ?? null,
    bots: config.bots,
    people,
    memory,
    files: new WorkspaceFiles({ call, api: config.api }),
    history,
    settleMs: config.settle,
    now: () => Date.now(),
  };
  return { identity, around, performer, prober };
}
