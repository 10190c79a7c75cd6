/** Who is who: auth.test, users.*, bots.info, team.info, emoji.list, usergroups.list. */
import { publishUser } from "../state/publish-place.ts";
import { Refusal } from "../state/refusal.ts";
import { bot, type Methods, required, text } from "./method.ts";
import { pageOf } from "./pages.ts";

const limits = { usual: 1_000, most: 1_000 };

export const identityMethods: Methods = {
  "auth.test": bot("special", true, [], ({ workspace }) => ({
    url: `https://${workspace.domain}.slack.com/`,
    team: workspace.name,
    user: workspace.app.name,
    team_id: workspace.id,
    user_id: workspace.bot.user,
    bot_id: workspace.bot.id,
    is_enterprise_install: false,
  })),
  "users.info": bot("t4", false, ["users:read"], ({ workspace }, given) => {
    const user = workspace.users.get(required(given, "user"));
    if (user === undefined) throw new Refusal("user_not_found");
    return { user: publishUser(workspace, user) };
  }),
  "users.list": bot("t2", false, ["users:read"], ({ workspace }, given) => {
    const page = pageOf([...workspace.users.values()], ({ id }) => id, given, limits);
    return {
      members: page.items.map((user) => publishUser(workspace, user)),
      cache_ts: workspace.seconds(),
      response_metadata: { next_cursor: page.cursor },
    };
  }),
  "bots.info": bot("t3", false, ["users:read"], ({ workspace, app }, given) => {
    const asked = text(given, "bot");
    if (asked !== null && asked !== workspace.bot.id) throw new Refusal("bot_not_found");
    if (asked === null) return {};
    const { id, user } = workspace.bot;
    return {
      bot: {
        id,
        deleted: false,
        name: app.name,
        updated: 1_700_000_000,
        app_id: app.id,
        user_id: user,
        icons: {},
      },
    };
  }),
  "team.info": bot("t3", true, ["team:read"], ({ workspace }, given) => {
    const asked = text(given, "team");
    if (asked !== null && asked !== workspace.id) throw new Refusal("team_not_found");
    const { id, name, domain } = workspace;
    return {
      team: {
        id,
        name,
        domain,
        url: `https://${domain}.slack.com/`,
        email_domain: "",
        icon: { image_default: true },
      },
    };
  }),
  "emoji.list": bot("t2", false, ["emoji:read"], ({ workspace }) => ({
    emoji: workspace.emoji,
    cache_ts: String(workspace.seconds()),
  })),
  "usergroups.list": bot("t2", false, ["usergroups:read"], ({ workspace }) => ({
    usergroups: Object.entries(workspace.usergroups).map(([id, handle]) => ({
      id,
      team_id: workspace.id,
      is_usergroup: true,
      is_external: false,
      name: handle,
      description: "",
      handle,
      date_create: 1_700_000_000,
      date_update: 1_700_000_000,
      date_delete: 0,
      auto_type: null,
      user_count: 0,
    })),
  })),
};
