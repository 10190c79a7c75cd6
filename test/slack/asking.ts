/** How people ask something of the app: slash commands and buttons. */
import { randomUUID } from "node:crypto";
import type { types } from "@slack/bolt";
import type { Answered, Events } from "./events/events.ts";
import type { ResponseUrls } from "./response-urls.ts";
import { publishMessage } from "./state/publish.ts";
import type { ChannelRecord, SlackMessageRecord } from "./state/records.ts";
import type { Workspace } from "./state/workspace.ts";

/** What stands in a block, as far as buttons are told from the rest. */
interface Part {
  readonly type: string;
  readonly action_id?: string;
}

export class Asking {
  readonly #workspace: Workspace;
  readonly #events: Events;
  readonly #urls: ResponseUrls;

  constructor(workspace: Workspace, events: Events, urls: ResponseUrls) {
    this.#workspace = workspace;
    this.#events = events;
    this.#urls = urls;
  }

  /** Types a slash command. Resolves with the app's first answer; null: it did not take it in three seconds. */
  async command(channel: string, user: string, command: string, text: string): Promise<Answered> {
    const { id, name } = channelOf(this.#workspace, channel);
    const { app } = this.#workspace;
    const answer = await this.#events.ask("slash_commands", {
      token: app.verificationToken,
      team_id: this.#workspace.id,
      team_domain: this.#workspace.domain,
      channel_id: id,
      channel_name: name,
      user_id: user,
      user_name: this.#workspace.users.get(user)?.name ?? user,
      command,
      text,
      api_app_id: app.id,
      is_enterprise_install: "false",
      response_url: this.#urls.make(this.#workspace, id, user),
      trigger_id: randomUUID(),
    });
    if (answer !== null) this.#urls.show(this.#workspace, { channel: id, user }, answer.payload);
    return answer;
  }

  /** Presses a button of a message. Resolves with null where the app did not take it in three seconds. */
  async press(channel: string, ts: string, user: string, actionId: string): Promise<Answered> {
    const message = channelOf(this.#workspace, channel).messages.get(ts);
    if (message === undefined) throw new Error(`no message ${ts} in ${channel}`);
    const { id, name } = channelOf(this.#workspace, channel);
    const button = buttonOf(message, actionId);
    const person = this.#workspace.users.get(user)?.name ?? user;
    const { app, id: team } = this.#workspace;
    return this.#events.ask("interactive", {
      type: "block_actions",
      user: { id: user, username: person, name: person, team_id: team },
      api_app_id: app.id,
      token: app.verificationToken,
      container: { type: "message", message_ts: ts, channel_id: id, is_ephemeral: false },
      trigger_id: randomUUID(),
      team: { id: team, domain: this.#workspace.domain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id, name },
      message: publishMessage(this.#workspace, message, { metadata: false }),
      state: { values: {} },
      response_url: this.#urls.make(this.#workspace, id, user),
      actions: [{ ...button, action_ts: this.#workspace.nextTs() }],
    });
  }
}

function channelOf(workspace: Workspace, id: string): ChannelRecord {
  const channel = workspace.channels.get(id);
  if (channel === undefined) throw new Error(`no channel ${id} in ${workspace.id}`);
  return channel;
}

/** Buttons are in blocks of actions and beside sections. */
function buttonOf(
  message: SlackMessageRecord,
  actionId: string,
): types.Button & { readonly block_id: string } {
  for (const block of message.blocks) {
    const { accessory, elements } = block as {
      readonly accessory?: Part;
      readonly elements?: readonly Part[];
    };
    const candidates = [...(accessory === undefined ? [] : [accessory]), ...(elements ?? [])];
    const found = candidates.find((element) => element.type === "button" && element.action_id === actionId);
    if (found !== undefined) return { ...(found as types.Button), block_id: block.block_id ?? "" };
  }
  throw new Error(`no button ${actionId} in ${message.ts}`);
}
