/** What is around an event of a workspace in which Anna and Ben are, and that says no more than a test lets it say. */
import { WorkspaceFiles } from "../../../bridges/slack/files.ts";
import type { Around } from "../../../bridges/slack/inbound-context.ts";
import { Memory } from "../../../bridges/slack/memory.ts";

const names: Readonly<Record<string, string>> = { U1: "Anna", U2: "Ben" };

export const self = { user: "UBOT", bot: "BBOT", app: "A1" };

export function around(changes: Partial<Around> = {}): Around {
  return {
    team: "T1",
    self,
    bots: true,
    memory: new Memory(),
    people: {
      find: (id) =>
        Promise.resolve(id in names ? { name: names[id] ?? "", isApp: false, avatar: null } : null),
    },
    files: new WorkspaceFiles({
      call: () => Promise.reject(new Error("nothing is asked for")),
      api: "https://slack.com/api/",
    }),
    emoji: { namedIn: () => Promise.resolve(), picture: () => null, alias: () => null },
    usergroups: { namedIn: () => Promise.resolve(), handle: () => null },
    channelName: () => null,
    history: {
      look: () => Promise.resolve(null),
      holdsBefore: () => Promise.resolve(false),
      replies: () => Promise.resolve([]),
    },
    settleMs: 0,
    now: () => 0,
    ...changes,
  };
}
