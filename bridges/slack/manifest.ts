/**
 * The app manifest (https://docs.slack.dev/reference/app-manifest): the scopes and events that the bridge needs, and no
 * more, each with what it is for.
 */

/** The gateway's command in channels. */
export const COMMAND = "/mimi";

/** What the app may do, and why. Where one is missing, what it is for does not work and the rest does. */
export const SCOPES: Readonly<Record<string, string>> = {
  "chat:write": "post, change and delete the messages of people elsewhere",
  "chat:write.customize": "show their names above what they say",
  "channels:history": "hear and catch up with what is said in public channels",
  "groups:history": "the same in private channels that the app was invited to",
  "channels:read": "names and topics of public channels",
  "groups:read": "names and topics of private channels that the app was invited to",
  "channels:join": "enter a public channel when it is linked",
  "channels:manage": "rename a linked channel with its room elsewhere",
  "groups:write": "the same for private channels",
  "channels:write.topic": "set the topic of a linked channel with its room elsewhere",
  "groups:write.topic": "the same for private channels",
  "reactions:read": "hear reactions",
  "reactions:write": "show the reactions of people elsewhere",
  "pins:read": "hear what is pinned",
  "pins:write": "pin what is pinned elsewhere",
  "emoji:read": "the pictures of the workspace's own emoji",
  "files:read": "fetch files that are posted in linked channels",
  "files:write": "post the files of people elsewhere",
  "usergroups:read": "the names of groups of people that are mentioned",
  "users:read": "the names of those who speak, and whether they manage the workspace",
  commands: `${COMMAND}, the command of the gateway`,
};

/** What the app is told of, and why. */
export const EVENTS: Readonly<Record<string, string>> = {
  "message.channels": "what is said, edited and deleted in public channels, and their topics",
  "message.groups": "the same in private channels",
  reaction_added: "reactions",
  reaction_removed: "reactions taken back",
  channel_rename: "new names of public channels",
  group_rename: "new names of private channels",
  channel_archive: "that a public channel is archived: what is for it waits",
  channel_unarchive: "that it is one again",
  channel_deleted: "that a public channel is gone",
  channel_left: "that the app was taken out of a public channel",
  channel_id_changed: "that a channel goes on under another id",
  channel_history_changed: "that messages of a public channel were taken away in bulk",
  group_archive: "the same of private channels: archived",
  group_unarchive: "a channel again",
  group_deleted: "gone",
  group_left: "the app taken out",
  group_history_changed: "messages taken away in bulk",
  member_joined_channel: "that the app was invited again",
  member_left_channel: "that the app was taken out of a channel",
  pin_added: "what is pinned",
  pin_removed: "what is pinned no more",
  emoji_changed: "new emoji of the workspace",
  user_change: "new names and pictures of people",
  app_uninstalled: "that the app was taken out of the workspace",
  tokens_revoked: "that the app's token is good no more",
};

export interface ManifestOptions {
  readonly name: string;
  /** Where Slack reaches the gateway's events by HTTP; null: Socket Mode. */
  readonly url: string | null;
  /** Where Slack sends whoever has installed the app by a link, whose tokens then end and are renewed; null: a token is copied. */
  readonly redirect: string | null;
}

/** The manifest as YAML with comments, ready to be pasted where Slack asks for one. Ends with a newline. */
export function manifestYaml({ name, url, redirect }: ManifestOptions): string {
  const address = url === null ? [] : [`    request_url: ${quoted(url)}`];
  const lines = [
    "display_information:",
    `  name: ${quoted(name)}`,
    "  description: Links channels with rooms of other platforms",
    "features:",
    "  bot_user:",
    `    display_name: ${quoted(name)}`,
    "    always_online: true",
    "  slash_commands:",
    `    - command: ${COMMAND}`,
    "      description: Links and codes of this channel",
    "      usage_hint: help",
    // Channels that are named come with their ids.
    "      should_escape: true",
    ...(url === null ? [] : [`      url: ${quoted(url)}`]),
    "oauth_config:",
    ...(redirect === null ? [] : ["  redirect_urls:", `    - ${quoted(redirect)}`]),
    "  scopes:",
    "    bot:",
    ...listed(SCOPES),
    "settings:",
    "  event_subscriptions:",
    ...address,
    "    bot_events:",
    ...listed(EVENTS),
    "  interactivity:",
    "    is_enabled: true",
    ...address,
    "  org_deploy_enabled: false",
    `  socket_mode_enabled: ${url === null ? "true" : "false"}`,
    `  token_rotation_enabled: ${redirect === null ? "false" : "true"}`,
  ];
  return `${lines.join("\n")}\n`;
}

function listed(entries: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(entries).flatMap(([name, purpose]) => [`      # ${purpose}`, `      - ${name}`]);
}

const quoted = (text: string): string => JSON.stringify(text);
