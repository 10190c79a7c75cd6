/** Channels and people in the forms of the Web API. */
import type { ChannelRecord, PublishedChannel, PublishedUser, UserRecord } from "./records.ts";
import type { Workspace } from "./workspace.ts";

export function publishChannel(workspace: Workspace, channel: ChannelRecord): PublishedChannel {
  if (channel.isDirect) {
    const user = [...channel.members].find((id) => id !== workspace.bot.user);
    return {
      id: channel.id,
      created: channel.created,
      is_im: true,
      is_archived: false,
      ...(user && { user }),
    };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: !channel.isPrivate,
    is_group: channel.isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_general: channel.isGeneral,
    is_archived: channel.isArchived,
    is_member: channel.members.has(workspace.bot.user),
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_pending_ext_shared: false,
    created: channel.created,
    creator: channel.creator,
    context_team_id: workspace.id,
    topic: channel.topic,
    purpose: channel.purpose,
    previous_names: [],
  };
}

export function publishUser(workspace: Workspace, user: UserRecord): PublishedUser {
  const image = user.image === "" ? {} : { image_512: user.image, image_original: user.image };
  return {
    id: user.id,
    team_id: workspace.id,
    name: user.name,
    real_name: user.realName,
    deleted: user.isDeleted,
    is_admin: user.isAdmin,
    is_owner: user.isOwner,
    is_primary_owner: user.isPrimaryOwner,
    is_restricted: user.isRestricted,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    updated: user.updated,
    tz: "Etc/UTC",
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.displayName,
      display_name_normalized: user.displayName,
      team: workspace.id,
      ...image,
      ...(user.isBot && { bot_id: workspace.bot.id, api_app_id: workspace.app.id }),
    },
  };
}
