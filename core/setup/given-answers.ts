/** What was said before anything is asked: on the command line, and in a file of answers, which has the form of gateway.yaml. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseDocument } from "yaml";
import { isRecord } from "../config/outline.ts";
import { GatewayError } from "../errors.ts";

/** As gateway.yaml has it: general keys, and `accounts`, each with its own. Both may be incomplete. */
export interface GivenAnswers {
  readonly settings: Record<string, unknown>;
  /** Each has `bridge`; `name` where it was given. null: nothing was said of accounts. */
  readonly accounts: readonly Record<string, unknown>[] | null;
  /** What belongs to an account or a group of general keys, which is seen when the accounts have their names. */
  readonly assigned: readonly Assignment[];
}

export interface Assignment {
  /** The name of an account, or of its platform; else a general key. */
  readonly group: string;
  readonly key: string;
  readonly value: string;
}

export interface AnswerOptions {
  /** A file, relative to `folder`; undefined: none. */
  readonly file?: string | undefined;
  readonly base?: string | undefined;
  /** `BRIDGE` or `NAME=BRIDGE`, with commas between. */
  readonly platform?: string | undefined;
  /** `KEY=VALUE`, `GROUP.KEY=VALUE` or `ACCOUNT.KEY=VALUE`. */
  readonly set?: readonly string[] | undefined;
  readonly folder: string;
}

/** All that was said; what comes by options counts before what the file has. Throws GatewayError usage. */
export function givenAnswers(options: AnswerOptions): GivenAnswers {
  const file = options.file === undefined ? {} : readAnswers(resolve(options.folder, options.file));
  const { accounts: listed, ...settings } = file;
  if (listed !== undefined && !Array.isArray(listed)) throw usage("accounts in the answers is no list");
  let accounts = (listed ?? null) as unknown[] | null;
  if (options.platform !== undefined) {
    if (accounts !== null) throw usage("--platform stands beside accounts in the answers: keep one of them");
    accounts = options.platform.split(",").map(platformOf);
  }
  const read = accounts?.map((one) => {
    if (isRecord(one) && typeof one["bridge"] === "string") return { ...one };
    throw usage("each of the accounts in the answers needs `bridge: PLATFORM`");
  });
  if (options.base !== undefined) settings["base"] = options.base;
  const assigned: Assignment[] = [];
  for (const text of options.set ?? []) {
    const { group, key, value } = assignmentOf(text);
    if (group === undefined) settings[key] = value;
    else assigned.push({ group, key, value });
  }
  return { settings, accounts: read ?? null, assigned };
}

function platformOf(text: string): Record<string, unknown> {
  const [first = "", second] = text.trim().split("=");
  return second === undefined ? { bridge: first } : { name: first, bridge: second };
}

function assignmentOf(text: string): Omit<Assignment, "group"> & { readonly group: string | undefined } {
  const [, group, key = "", value = ""] = /^(?:([\w-]+)\.)?(\w+)=(.*)$/s.exec(text) ?? [];
  if (key === "") throw usage("--set takes KEY=VALUE, GROUP.KEY=VALUE or ACCOUNT.KEY=VALUE");
  return { group, key, value };
}

/**
 * Puts what was assigned into its account, or into its group of general keys. `groups`: the general keys. Throws GatewayError
 * usage where there is neither.
 */
export function assign(
  assigned: readonly Assignment[],
  settings: Record<string, unknown>,
  accounts: readonly Record<string, unknown>[],
  groups: readonly string[],
): void {
  for (const { group, key, value } of assigned) {
    const account =
      accounts.find(({ name }) => name === group) ?? accounts.find(({ bridge }) => bridge === group);
    const inside = settings[group];
    if (account) account[key] = value;
    else if (groups.includes(group)) settings[group] = { ...(isRecord(inside) ? inside : {}), [key]: value };
    else throw usage(`--set ${group}.${key}: there is no account ${group}, and no group of keys`);
  }
}

function readAnswers(path: string): Record<string, unknown> {
  let source: string;
  try {
    source = readFileSync(path, "utf8");
  } catch (cause) {
    throw new GatewayError("usage", `${path} can't be read: name another file`, { cause });
  }
  // The parser's words may quote a secret.
  const document = parseDocument(source, { logLevel: "error", stringKeys: true });
  const data: unknown = document.errors.length > 0 ? null : (document.toJS({ maxAliasCount: 0 }) ?? {});
  if (isRecord(data)) return data;
  throw usage(`${path} is not in the form of gateway.yaml`);
}

const usage = (detail: string): GatewayError => new GatewayError("usage", detail);
