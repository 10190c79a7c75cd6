/** Makes the people's side of a workspace. */
import type { Tokens } from "./api/tokens.ts";
import { ALL_SCOPES } from "./app.ts";
import type { Asking } from "./asking.ts";
import type { People } from "./people.ts";
import type { ChannelRecord } from "./state/records.ts";
import type { InnerEvent, Workspace } from "./state/workspace.ts";
import type { WorkspaceSide } from "./workspace-side.ts";

export function viewOf(workspace: Workspace, people: People, asking: Asking, tokens: Tokens): WorkspaceSide {
  const channelOf = (id: string): ChannelRecord => {
    const channel = workspace.channels.get(id);
    if (channel === undefined) throw new Error(`no channel ${id} in ${workspace.id}`);
    return channel;
  };
  return {
    id: workspace.id,
    get botToken() {
      return tokens.botOf(workspace.id)?.text ?? "";
    },
    botUser: workspace.bot.user,
    botId: workspace.bot.id,
    people,
    asking,
    channel: (id) => {
      const { name, topic, purpose, isArchived, members, pins } = channelOf(id);
      const shown = { id, name, isArchived, topic: topic.value, purpose: purpose.value };
      return { ...shown, members: [...members], pinned: [...pins.keys()] };
    },
    messages: (channel) => workspace.visible(channelOf(channel)),
    message: (channel, ts) => workspace.message(channelOf(channel), ts),
    file: (id) => workspace.files.get(id) ?? null,
    bytes: (id) => {
      const bytes = workspace.files.get(id)?.bytes;
      if (bytes === undefined || bytes === null) throw new Error(`no bytes of ${id}`);
      return bytes;
    },
    ephemerals: workspace.ephemerals,
    until: async (what, ask, withinMs) => workspace.waits.until(what, ask, withinMs),
    install: (scopes = ALL_SCOPES) => tokens.makeBot(workspace.id, scopes).text,
    uninstall: () => uninstall(workspace, tokens),
    revoke: () => {
      tokens.end(workspace.id, "token_revoked");
      const event = { type: "tokens_revoked", tokens: { oauth: [], bot: [workspace.bot.user] } };
      workspace.tell(event, null);
    },
  };
}

/** Ends an installation: the bot leaves all channels, the tokens end, and the app is told. */
export function uninstall(workspace: Workspace, tokens: Tokens): void {
  tokens.end(workspace.id, "account_inactive");
  for (const channel of workspace.channels.values()) channel.members.delete(workspace.bot.user);
  const revoked: InnerEvent & { readonly tokens: object } = {
    type: "tokens_revoked",
    tokens: { oauth: [], bot: [workspace.bot.user] },
  };
  workspace.tell(revoked, null);
  workspace.tell({ type: "app_uninstalled" }, null);
}
