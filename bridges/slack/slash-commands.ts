/**
 * The gateway's command in channels (https://docs.slack.dev/interactivity/implementing-slash-commands). Slack waits 3 s for
 * an answer; what takes longer comes by the address that it gives for that, which is good for half an hour, or else as an
 * ephemeral message. Only who has asked sees it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { RespondFn, SlashCommand } from "@slack/bolt";
import type { Milliseconds } from "../../core/time.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { unescapeText } from "../../mappings/slack/markup/escape.ts";
import { fallback, shortText } from "../../mappings/slack/notice.ts";
import type { Arguments } from "./api.ts";
import type { Managers } from "./managers.ts";

/** Commands of one person that are under way at a time; what goes beyond is refused. */
const MOST_UNDER_WAY = 3;
/** What is not answered by then is answered later. */
const ACKNOWLEDGED_WITHIN_MS: Milliseconds = 1_500;
const RESPONDED_WITHIN_MS: Milliseconds = 10_000;
/** How long Slack may take to send a command again of which it does not know that it was taken, and of how many. */
const REPEATED_WITHIN_MS: Milliseconds = 5 * 60_000;
const MOST_REMEMBERED = 1_000;
/** Characters of one answer. */
const LONGEST_ANSWER = 10_000;

export interface SlashCommandsOptions {
  readonly host: Pick<BridgeHost, "command">;
  readonly managers: Pick<Managers, "manages">;
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  readonly log: Logger;
  readonly acknowledgedWithin?: Milliseconds;
}

/** One command as Bolt hands it over. `ack`: answers Slack, once. */
export interface TypedCommand {
  readonly command: Pick<SlashCommand, "trigger_id" | "user_id" | "user_name" | "channel_id" | "text">;
  readonly ack: (answer?: Shown) => Promise<void>;
  readonly respond: RespondFn;
}

/** An answer that nothing in its text turns into a mention, a link or a mark: a code can be copied as it is. */
interface Shown {
  readonly response_type: "ephemeral";
  readonly text: string;
  readonly blocks: {
    type: "rich_text";
    elements: { type: "rich_text_section"; elements: { type: "text"; text: string }[] }[];
  }[];
}

export class SlashCommands {
  readonly #options: SlashCommandsOptions;
  readonly #underWay = new Map<string, number>();
  /** Of the commands of the last minutes, by what Slack calls each. */
  readonly #answers = new Map<string, Promise<Shown>>();

  constructor(options: SlashCommandsOptions) {
    this.#options = options;
  }

  /** Runs a command, once however often Slack sends it. Resolves when its author has the answer; never rejects. */
  async take(typed: TypedCommand): Promise<void> {
    const { trigger_id: trigger, user_id: user } = typed.command;
    const given = this.#answers.get(trigger);
    if (given) {
      await acknowledge(typed, given, this.#within);
      return;
    }
    const underWay = this.#underWay.get(user) ?? 0;
    if (underWay >= MOST_UNDER_WAY) {
      const refusal = shown("One command after the other, please.");
      this.#remember(trigger, Promise.resolve(refusal));
      await typed.ack(refusal);
      return;
    }
    this.#underWay.set(user, underWay + 1);
    try {
      const answer = this.#run(typed.command);
      this.#remember(trigger, answer);
      if (!(await acknowledge(typed, answer, this.#within))) await this.#later(typed, await answer);
    } finally {
      const left = (this.#underWay.get(user) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(user);
      else this.#underWay.set(user, left);
    }
  }

  get #within(): Milliseconds {
    return this.#options.acknowledgedWithin ?? ACKNOWLEDGED_WITHIN_MS;
  }

  /** An answer may hold a code, so that it is not kept for longer than it may be asked for. */
  #remember(trigger: string, answer: Promise<Shown>): void {
    this.#answers.set(trigger, answer);
    setTimeout(() => this.#answers.delete(trigger), REPEATED_WITHIN_MS).unref();
    const [oldest = ""] = this.#answers.keys();
    if (this.#answers.size > MOST_REMEMBERED) this.#answers.delete(oldest);
  }

  async #run({ user_id: user, user_name: name, channel_id: channel, text }: TypedCommand["command"]) {
    const { host, managers, log } = this.#options;
    // Direct conversations are no rooms that could be linked.
    const here = /^[CG]/.test(channel) ? (channel as NativeRoom) : null;
    try {
      const from = { native: user, name };
      const manages = (room: NativeRoom) => managers.manages(user, room, here);
      const asked = { from, speaksAsSuch: true, text: plainWords(text), here, manages };
      return shown(await host.command(asked));
    } catch (thrown) {
      const error = asGatewayError(thrown);
      log.warn({ user, room: here, err: error }, "a command failed");
      return shown(`That did not work: ${error.detail}`);
    }
  }

  async #later({ command, respond }: TypedCommand, answer: Shown): Promise<void> {
    const { call, log } = this.#options;
    const over = new AbortController();
    const { signal } = over;
    try {
      const late = pause(RESPONDED_WITHIN_MS, null, { signal }).then(() => {
        throw new Error("Slack takes too long");
      });
      late.catch(() => undefined);
      await Promise.race([respond({ ...answer, replace_original: false }), late]);
      return;
    } catch (thrown) {
      log.info({ err: asGatewayError(thrown) }, "an answer to a command goes as an ephemeral message");
    } finally {
      over.abort();
    }
    const { channel_id: channel, user_id: user } = command;
    const { text, blocks } = answer;
    try {
      await call("chat.postEphemeral", { channel, user, text, blocks, parse: "none", link_names: false });
    } catch (thrown) {
      log.warn({ room: channel, err: asGatewayError(thrown) }, "an answer to a command could not be given");
    }
  }
}

/** Tells Slack that the command was taken, with the answer where that is there soon; else false. */
async function acknowledge(
  { ack }: Pick<TypedCommand, "ack">,
  answer: Promise<Shown>,
  within: Milliseconds,
): Promise<boolean> {
  const over = new AbortController();
  const late = pause(within, null, { signal: over.signal });
  const soon = await Promise.race([answer, late.catch(() => null)]);
  over.abort();
  await (soon === null ? ack() : ack(soon));
  return soon !== null;
}

function shown(answer: string): Shown {
  const text = shortText(answer, LONGEST_ANSWER);
  const section = { type: "rich_text_section" as const, elements: [{ type: "text" as const, text }] };
  return {
    response_type: "ephemeral",
    text: fallback(text),
    blocks: [{ type: "rich_text", elements: [section] }],
  };
}

/** What was typed, where Slack has made references of it: channels and users by their ids, addresses as they were. */
export function plainWords(text: string): string {
  const plain = text.replaceAll(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_whole, target: string, label?: string) =>
    /^[#@]/.test(target) ? target.slice(1) : (label ?? target.replace(/^mailto:/, "")),
  );
  return unescapeText(plain);
}
