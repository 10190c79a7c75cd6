/** What the tests of setting up share: the real platforms, and somebody who answers. */
import { matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { matrixSetup } from "../../../bridges/matrix/setup.ts";
import { slackAccountSchema } from "../../../bridges/slack/config-check.ts";
import { slackSetup } from "../../../bridges/slack/setup.ts";
import { xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { xmppSetup } from "../../../bridges/xmpp/setup.ts";
import type { Asker } from "../../../core/setup/asker.ts";

export const bridges = { xmpp: xmppConfigSchema, slack: slackAccountSchema, matrix: matrixConfigSchema };
export const setups = [xmppSetup, matrixSetup, slackSetup];

export interface Script {
  /** Answers by a piece of the question; what is not named stays empty. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly choices?: Readonly<Record<string, string>>;
  readonly platforms?: readonly string[];
}

/** Answers as it is told, and notes what it was asked and told. */
export function scripted({ texts = {}, choices = {}, platforms = [] }: Script) {
  const asked: string[] = [];
  const hidden: string[] = [];
  const told: string[] = [];
  const asker: Asker = {
    text({ ask, secret, check }) {
      asked.push(ask);
      if (secret) hidden.push(ask);
      const answer = find(ask, texts);
      const fault = answer === null ? null : check(answer);
      return fault === null ? Promise.resolve(answer) : Promise.reject(new Error(`${ask}: ${fault}`));
    },
    choose({ ask }) {
      asked.push(ask);
      return Promise.resolve(find(ask, choices));
    },
    chooseSome(ask) {
      asked.push(ask);
      return Promise.resolve(platforms);
    },
    confirm: () => Promise.resolve(true),
    tell: (text) => void told.push(text),
  };
  return { asker, asked, hidden, told };
}

const find = (ask: string, answers: Readonly<Record<string, string>>): string | null =>
  Object.entries(answers).find(([piece]) => ask.includes(piece))?.[1] ?? null;
