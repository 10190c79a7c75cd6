/** What a bridge gives to `mimi-gateway init`: what is asked for one of its accounts, and the files that its platform needs. */

/** What is known of an account: its keys as gateway.yaml has them, and which ways were chosen. */
export type Answers = Readonly<Record<string, unknown>>;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One thing that is asked. What may be answered, and what it means, says the bridge's schema where `key` is one of its keys. */
export interface Question {
  /** A key of the account, or, with `choices`, a way that decides which other questions are asked. */
  readonly key: string;
  readonly ask: string;
  readonly choices?: readonly Choice[];
  /** Not asked, and left out, where it says no. */
  readonly when?: (answers: Answers) => boolean;
  /** What is taken where nothing is said; null or left out: there is no such thing. */
  readonly usual?: (answers: Answers) => string | null;
  /** Makes a new one where nothing is said: for secrets that both sides have only to agree on. */
  readonly make?: () => string;
  /** May stay without an answer. */
  readonly optional?: true;
  /** What has to be done before there is an answer. */
  readonly before?: (answers: Answers) => string;
}

/** A file for whoever runs the platform. */
export interface PlatformFile {
  /** Without a folder; init puts the account's name and a hyphen in front. */
  readonly name: string;
  /** `path`: where the file is going to lie. */
  readonly text: (path: string) => string;
  /** Holds a secret: only its owner may read it. */
  readonly secret: boolean;
  /** What to do with it, one step each: whole sentences. */
  readonly steps: (path: string) => readonly string[];
}

export interface PlatformSetup {
  /** The word that `bridge:` names. */
  readonly bridge: string;
  readonly title: string;
  /** `base`: the gateway's base domain. */
  questions(base: string): readonly Question[];
  /** For an account as the bridge's schema has read it, with its secrets. */
  files(account: Answers): readonly PlatformFile[];
}
