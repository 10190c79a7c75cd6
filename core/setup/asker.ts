/** Who answers what a set-up asks: somebody at a terminal, or nobody. */
import type { Choice } from "./platform-setup.ts";

export interface TextQuestion {
  readonly ask: string;
  /** What the answer is for; null: the question says it. */
  readonly hint: string | null;
  /** Is not shown while it is typed. */
  readonly secret: boolean;
  /** What an empty answer means, in words or as the value itself; null: there has to be an answer. */
  readonly whenEmpty: string | null;
  /** Why an answer that is not empty won't do; null: it does. */
  readonly check: (answer: string) => string | null;
}

export interface ChoiceQuestion {
  readonly ask: string;
  readonly choices: readonly Choice[];
  readonly usual: string;
}

/** Each answer may be null: nobody answers, so that what is usual is taken. Throws SetUpCancelled. */
export interface Asker {
  /** An empty answer is null. */
  text(question: TextQuestion): Promise<string | null>;
  choose(question: ChoiceQuestion): Promise<string | null>;
  chooseSome(ask: string, choices: readonly Choice[]): Promise<readonly string[] | null>;
  confirm(ask: string): Promise<boolean | null>;
  /** Something to be read, or done, before the next question. */
  tell(text: string): void;
}

/** Whoever was asked wants no more. */
export class SetUpCancelled extends Error {}

/** Nobody. */
export const nobody: Asker = {
  text: () => Promise.resolve(null),
  choose: () => Promise.resolve(null),
  chooseSome: () => Promise.resolve(null),
  confirm: () => Promise.resolve(null),
  tell: () => {},
};
