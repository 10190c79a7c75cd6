import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { EVENTS, manifestYaml, SCOPES } from "../../../bridges/slack/manifest.ts";
import { ALL_SCOPES } from "../../slack/app.ts";

const root = join(import.meta.dirname, "../../..");
const PUBLIC_AND_PRIVATE = {
  history: ["channels:history", "groups:history"],
  read: ["channels:read", "groups:read"],
  manage: ["channels:manage", "groups:write"],
  topic: ["channels:write.topic", "groups:write.topic"],
};

/** The scopes of a bot's token that each method needs, by its page in https://docs.slack.dev/reference/methods */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  // The names and pictures of others need a scope of their own.
  "chat.postMessage": ["chat:write", "chat:write.customize"],
  "chat.postEphemeral": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.delete": ["chat:write"],
  "conversations.history": PUBLIC_AND_PRIVATE.history,
  "conversations.replies": PUBLIC_AND_PRIVATE.history,
  "conversations.info": PUBLIC_AND_PRIVATE.read,
  "conversations.join": ["channels:join"],
  "conversations.rename": PUBLIC_AND_PRIVATE.manage,
  "conversations.archive": PUBLIC_AND_PRIVATE.manage,
  "conversations.unarchive": PUBLIC_AND_PRIVATE.manage,
  "conversations.kick": PUBLIC_AND_PRIVATE.manage,
  "conversations.setTopic": PUBLIC_AND_PRIVATE.topic,
  "files.getUploadURLExternal": ["files:write"],
  "files.completeUploadExternal": ["files:write"],
  "files.delete": ["files:write"],
  "files.info": ["files:read"],
  "reactions.add": ["reactions:write"],
  "reactions.remove": ["reactions:write"],
  "reactions.get": ["reactions:read"],
  "pins.add": ["pins:write"],
  "pins.remove": ["pins:write"],
  "pins.list": ["pins:read"],
  "emoji.list": ["emoji:read"],
  "usergroups.list": ["usergroups:read"],
  "users.info": ["users:read"],
  "bots.info": ["users:read"],
  "team.info": ["team:read"],
  // What has to do with tokens needs none.
  "api.test": [],
  "auth.test": [],
  "auth.revoke": [],
  "oauth.v2.access": [],
  "oauth.v2.exchange": [],
  "apps.connections.open": [],
};
/** The mappings can write it; the bridge says that it can't do it in any channel (SlackCapabilities.members). */
const NEVER_CALLED = new Set(["conversations.invite"]);

/** The same of events: https://docs.slack.dev/reference/events */
const TOLD_WITH: Readonly<Record<string, readonly string[]>> = {
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  reaction_added: ["reactions:read"],
  reaction_removed: ["reactions:read"],
  channel_rename: ["channels:read"],
  channel_archive: ["channels:read"],
  channel_unarchive: ["channels:read"],
  channel_deleted: ["channels:read"],
  channel_left: ["channels:read"],
  channel_id_changed: PUBLIC_AND_PRIVATE.read,
  channel_history_changed: ["channels:history"],
  group_rename: ["groups:read"],
  group_archive: ["groups:read"],
  group_unarchive: ["groups:read"],
  group_deleted: ["groups:read"],
  group_left: ["groups:read"],
  group_history_changed: ["groups:history"],
  member_joined_channel: PUBLIC_AND_PRIVATE.read,
  member_left_channel: PUBLIC_AND_PRIVATE.read,
  pin_added: ["pins:read"],
  pin_removed: ["pins:read"],
  emoji_changed: ["emoji:read"],
  user_change: ["users:read"],
  app_uninstalled: [],
  tokens_revoked: [],
};

const NAME =
  /"((?:api|apps|auth|bots|chat|conversations|emoji|files|oauth|pins|reactions|team|usergroups|users)\.[A-Za-z0-9.]+)"/g;

/** The methods that are named in the bridge's sources; its budgets name more. */
function calledMethods(): ReadonlySet<string> {
  const files = ["bridges/slack", "mappings/slack"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith("bridges/slack/limits.ts"));
  const names = sources.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(NAME)].map(([, name]) => name ?? ""),
  );
  return new Set(names.filter((name) => !NEVER_CALLED.has(name)));
}

void describe("the app's manifest", () => {
  const called = [...calledMethods()];

  void it("has the scopes of every method that is called", () => {
    assert.ok(called.includes("chat.postMessage") && called.includes("conversations.replies"));
    const lacking = called.flatMap((method) => {
      const needed = METHODS[method] ?? ["a scope that this test does not know"];
      return needed.filter((scope) => !Object.hasOwn(SCOPES, scope)).map((scope) => `${method}: ${scope}`);
    });
    assert.deepEqual(lacking, []);
  });

  void it("has the scopes of every event that it asks for", () => {
    const lacking = Object.keys(EVENTS).flatMap((event) => {
      const needed = TOLD_WITH[event] ?? ["a scope that this test does not know"];
      return needed.filter((scope) => !Object.hasOwn(SCOPES, scope)).map((scope) => `${event}: ${scope}`);
    });
    assert.deepEqual(lacking, []);
  });

  void it("asks for no scope that nothing needs", () => {
    const needed = new Set([
      ...called.flatMap((method) => METHODS[method] ?? []),
      ...Object.keys(EVENTS).flatMap((event) => TOLD_WITH[event] ?? []),
      // Of slash commands.
      "commands",
    ]);
    assert.deepEqual(
      Object.keys(SCOPES).filter((scope) => !needed.has(scope)),
      [],
    );
  });

  void it("asks for nothing that the simulator does not check", () => {
    assert.deepEqual(
      Object.keys(SCOPES).filter((scope) => !ALL_SCOPES.includes(scope)),
      [],
    );
  });

  void it("is YAML as Slack takes it, with where events go by HTTP alone", () => {
    const bySockets: unknown = parse(manifestYaml({ name: "gate: way", url: null, redirect: null }));
    const settings = { socket_mode_enabled: true, interactivity: { is_enabled: true } };
    assert.partialDeepStrictEqual(bySockets, {
      display_information: { name: "gate: way" },
      features: { slash_commands: [{ command: "/mimi", should_escape: true }] },
      oauth_config: { scopes: { bot: Object.keys(SCOPES) } },
      settings: { ...settings, event_subscriptions: { bot_events: Object.keys(EVENTS) } },
    });
    const url = "https://mimi.example.org/slack/events";
    const byHttp: unknown = parse(manifestYaml({ name: "gateway", url, redirect: null }));
    assert.partialDeepStrictEqual(byHttp, {
      features: { slash_commands: [{ url }] },
      settings: {
        event_subscriptions: { request_url: url },
        interactivity: { request_url: url },
        socket_mode_enabled: false,
      },
    });
  });
});
