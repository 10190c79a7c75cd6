/**
 * What an operator lays down for one linked room (`mimi-gateway policy`): kept in the database as texts, a row for each key
 * that is set. What is not set is as the room's account is configured.
 */
import { GatewayError } from "../errors.ts";
import { type CarriedKind, carriedKinds } from "./kinds.ts";

/** Who is ignored at most in one room, and the longest that one is called. */
const MOST_IGNORED = 500;
const LONGEST_SUBJECT = 1_024;
const LONGEST_TEMPLATE = 120;

export interface RoomPolicy {
  /** People and bots of the room's platform whose words are not carried: native ids or URIs. */
  readonly ignore: ReadonlySet<string>;
  /** Whether what bots and other apps say there is carried; null: as the account has it. */
  readonly bots: boolean | null;
  /** What is carried from the room to the others, and to it. */
  readonly kindsIn: ReadonlySet<CarriedKind>;
  readonly kindsOut: ReadonlySet<CarriedKind>;
  /** How remote people are called there: a text with {name}, and {provider} if wanted; null: as the platform has it. */
  readonly nameTemplate: string | null;
  /** Whether remote people may notify everybody there; null: as the account has it. */
  readonly massMentions: boolean | null;
  /** What becomes of a delivery of which nobody can say whether it was made; null: as the account has it. */
  readonly unclear: "repeat" | "hold" | null;
  /** How what has waited long is delivered: one by one, or texts many in one message. */
  readonly backlog: "each" | "digest";
}

const everything: ReadonlySet<CarriedKind> = new Set(carriedKinds);

/** Of a room for which nothing is laid down. */
export const noPolicy: RoomPolicy = {
  ignore: new Set(),
  bots: null,
  kindsIn: everything,
  kindsOut: everything,
  nameTemplate: null,
  massMentions: null,
  unclear: null,
  backlog: "each",
};

/** One key: how its value is read (null: it is none), and what to write instead. */
interface PolicyKey {
  readonly read: (text: string) => Partial<RoomPolicy> | null;
  readonly form: string;
  readonly about: string;
}

const kindsForm = `all, none, or of these with commas: ${carriedKinds.join(", ")}`;

const keys = {
  ignore: {
    read: (text) => within(subjectsIn(text), (ignore) => ({ ignore: new Set(ignore) })),
    form: "native ids or URIs of people and bots of the room's platform, with commas; none",
    about: "whose words are not carried from the room",
  },
  bots: {
    read: (text) => within(yesOrNo(text), (bots) => ({ bots })),
    form: "yes or no",
    about: "whether what bots and other apps say in the room is carried",
  },
  "kinds-in": {
    read: (text) => within(kindsIn(text), (kinds) => ({ kindsIn: kinds })),
    form: kindsForm,
    about: "what is carried from the room",
  },
  "kinds-out": {
    read: (text) => within(kindsIn(text), (kinds) => ({ kindsOut: kinds })),
    form: kindsForm,
    about: "what is carried to the room",
  },
  "name-template": {
    read: (text) => (isTemplate(text) ? { nameTemplate: text } : null),
    form: "a text with {name} in it, and {provider} if wanted, such as {name} ({provider})",
    about: "how remote people are called in the room",
  },
  "mass-mentions": {
    read: (text) => within(yesOrNo(text), (massMentions) => ({ massMentions })),
    form: "yes or no",
    about: "whether remote people may notify everybody in the room",
  },
  unclear: {
    read: (text) => (text === "repeat" || text === "hold" ? { unclear: text } : null),
    form: "repeat or hold",
    about: "what becomes of a delivery of which nobody can say whether it was made",
  },
  backlog: {
    read: (text) => (text === "each" || text === "digest" ? { backlog: text } : null),
    form: "each or digest",
    about: "how what has waited long is delivered",
  },
} as const satisfies Readonly<Record<string, PolicyKey>>;

export type PolicyKeyName = keyof typeof keys;
export const policyKeys = Object.keys(keys) as readonly PolicyKeyName[];

/** What a key is about, and what may stand there: for help and refusals. */
export const policyKeyHelp = (key: PolicyKeyName): string => `${keys[key].about}: ${keys[key].form}`;

/** Throws GatewayError usage. */
export function parsePolicyKey(text: string): PolicyKeyName {
  const key = policyKeys.find((one) => one === text);
  if (key !== undefined) return key;
  throw new GatewayError("usage", `${text} is no policy; there are ${policyKeys.join(", ")}`);
}

/** The value as it is kept. Throws GatewayError usage where it is none for that key. */
export function parsePolicyValue(key: PolicyKeyName, text: string): string {
  const trimmed = text.trim();
  if (keys[key].read(trimmed) !== null) return trimmed;
  throw new GatewayError("usage", `${key} can't be ${JSON.stringify(text)}; write ${keys[key].form}`);
}

/** What rows of the database say. A key or a value that this version does not know is left out. */
export function policyOf(rows: readonly { readonly name: string; readonly value: string }[]): RoomPolicy {
  let policy = noPolicy;
  for (const { name, value } of rows) {
    const key = policyKeys.find((one) => one === name);
    policy = { ...policy, ...(key && keys[key].read(value)) };
  }
  return policy;
}

/** What is said where a key is not set; null: the account's configuration decides. */
export function defaultOf(key: PolicyKeyName): string | null {
  switch (key) {
    case "ignore":
      return "none";
    case "kinds-in":
    case "kinds-out":
      return "all";
    case "backlog":
      return noPolicy.backlog;
    case "bots":
    case "name-template":
    case "mass-mentions":
    case "unclear":
      return null;
  }
}

const within = <From, To>(value: From | null, then: (value: From) => To): To | null =>
  value === null ? null : then(value);

const yesOrNo = (text: string): boolean | null => (text === "yes" || text === "no" ? text === "yes" : null);

const listed = (text: string): readonly string[] => text.split(",").map((one) => one.trim());

/** Those named in a value of `ignore`; null: it is none. */
export function subjectsIn(text: string): readonly string[] | null {
  if (text === "none") return [];
  const subjects = listed(text);
  const good = subjects.every((one) => one !== "" && one.length <= LONGEST_SUBJECT && !/\p{Cc}/u.test(one));
  return good && subjects.length <= MOST_IGNORED ? subjects : null;
}

function kindsIn(text: string): ReadonlySet<CarriedKind> | null {
  if (text === "all") return everything;
  if (text === "none") return new Set();
  const named = listed(text);
  const kinds = carriedKinds.filter((kind) => named.includes(kind));
  return named.every((one) => kinds.some((kind) => kind === one)) ? new Set(kinds) : null;
}

function isTemplate(text: string): boolean {
  const holes = text.match(/\{[^}]*\}/g) ?? [];
  return (
    text.length <= LONGEST_TEMPLATE &&
    !/\p{Cc}/u.test(text) &&
    holes.filter((hole) => hole === "{name}").length === 1 &&
    holes.every((hole) => hole === "{name}" || hole === "{provider}")
  );
}
