/** Events in the form in which the app gets them, and whether it gets them at all. */
import { randomBytes } from "node:crypto";
import type { AppCredentials } from "../app.ts";
import type { Told } from "../state/workspace.ts";

/** The body of one event, equal at each attempt. */
export interface EventBody {
  readonly id: string;
  readonly team: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const MESSAGES = { channel: "channels", group: "groups", im: "im" } as const;

/** The outer event of the Events API: https://docs.slack.dev/apis/events-api/ */
export function envelope(app: AppCredentials, { workspace, event }: Told): EventBody {
  const id = `Ev${randomBytes(6).toString("hex").toUpperCase()}`;
  return {
    id,
    team: workspace.id,
    event: { ...event },
    body: {
      token: app.verificationToken,
      team_id: workspace.id,
      context_team_id: workspace.id,
      context_enterprise_id: null,
      api_app_id: app.id,
      event,
      type: "event_callback",
      event_id: id,
      event_time: workspace.seconds(),
      authorizations: [
        {
          enterprise_id: null,
          team_id: workspace.id,
          user_id: workspace.bot.user,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${Buffer.from(id).toString("base64url")}`,
    },
  };
}

/** The name under which the manifest subscribes to such an event, and the scopes one of which it needs. */
export function subscriptionOf({ event, channel }: Told): {
  readonly name: string;
  readonly scopes: readonly string[];
} {
  const { type } = event;
  const kind = channel === null || !channel.isPrivate ? "channels" : "groups";
  if (type === "message") {
    const family = channel?.isDirect ? MESSAGES.im : kind;
    return { name: `message.${family}`, scopes: [`${family}:history`] };
  }
  if (type.startsWith("reaction_")) return { name: type, scopes: ["reactions:read"] };
  if (type.startsWith("pin_")) return { name: type, scopes: ["pins:read"] };
  if (type.startsWith("file_")) return { name: type, scopes: ["files:read"] };
  if (type === "emoji_changed") return { name: type, scopes: ["emoji:read"] };
  if (type === "user_change" || type === "team_join") return { name: type, scopes: ["users:read"] };
  if (/^(channel|group|member)_/.test(type)) return { name: type, scopes: [`${kind}:read`] };
  return { name: type, scopes: [] };
}
