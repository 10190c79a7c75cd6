/** From what was said already and what is asked to all that a gateway.yaml needs. */
import { ACCOUNT_NAME } from "../config/across-keys.ts";
import { configSchema, type BridgeConfigSchemas } from "../config/schema.ts";
import { fileKey, isOutline, type Outline, outlineOf } from "../config/outline.ts";
import { parseListen } from "../config/federation-schema.ts";
import { GatewayError } from "../errors.ts";
import type { Asker } from "./asker.ts";
import { assign, type GivenAnswers } from "./given-answers.ts";
import type { Answers, PlatformSetup, Question } from "./platform-setup.ts";

export interface CollectOptions {
  readonly bridges: BridgeConfigSchemas;
  readonly setups: readonly PlatformSetup[];
  readonly asker: Asker;
}

/** What gateway.yaml is going to say, with every secret in place. */
export type Collected = Readonly<Record<string, unknown>> & { readonly accounts: readonly Answers[] };

/** Whatever one schema says of its keys. */
interface Keys {
  readonly outline: Outline;
  readonly shape: Readonly<Record<string, unknown>>;
}

/** What has no answer, by how it can be given. */
type Missing = string[];

const FEDERATION = [
  { value: "no", label: "No" },
  { value: "served", label: "Yes: they reach this one, through a proxy with a certificate" },
  { value: "unreachable", label: "Yes, but nobody can reach this machine (a router, no public address)" },
] as const;
const LISTEN = "127.0.0.1:8448";

/**
 * Asks for what was not said. Throws GatewayError usage with everything that has no answer where nobody answers, and
 * SetUpCancelled.
 */
export async function collect(given: GivenAnswers, options: CollectOptions): Promise<Collected> {
  const { asker, bridges } = options;
  const missing: Missing = [];
  const settings = { ...given.settings };
  const schema = configSchema(bridges);
  const general = { outline: outlineOf(schema), shape: schema.shape };
  const base: Question = { key: "base", ask: "Base domain of the gateway" };
  await answer(base, { record: settings, ways: {}, keys: general, name: "base" }, asker, missing);
  const domain = typeof settings["base"] === "string" ? settings["base"] : "";

  const accounts: Answers[] = [];
  const begun = await named(given.accounts ?? (await chosen(options, missing)), options);
  assign(given.assigned, settings, begun, Object.keys(general.outline.properties ?? {}));
  for (const account of begun) accounts.push(await completed(account, domain, options, missing));
  await federate(settings, asker);
  if (missing.length > 0) {
    const detail = `nobody is here to be asked, and these have no answer: ${missing.join("; ")}`;
    throw new GatewayError("usage", detail);
  }
  return { ...settings, accounts };
}

async function chosen({ asker, setups }: CollectOptions, missing: Missing): Promise<Answers[]> {
  const choices = setups.map(({ bridge, title }) => ({ value: bridge, label: title }));
  const bridges = await asker.chooseSome("Which platforms?", choices);
  if (bridges === null)
    missing.push(`accounts (--platform ${setups.map(({ bridge }) => bridge).join(",")}, or fewer)`);
  return (bridges ?? []).map((bridge) => ({ bridge }));
}

/** Each with a name: that of its bridge, unless somebody says another one. */
async function named(
  accounts: readonly Answers[],
  { asker }: CollectOptions,
): Promise<readonly Record<string, unknown>[]> {
  const taken = new Set<unknown>(accounts.map(({ name }) => name));
  const all: Record<string, unknown>[] = [];
  for (const account of accounts) {
    const bridge = String(account["bridge"]);
    let name = account["name"];
    if (name === undefined) {
      const usual = freeName(bridge, taken);
      const said = await asker.text({
        ask: `Name of the ${bridge} account`,
        hint: "What commands call it, and its provider's domain begins with.",
        secret: false,
        whenEmpty: usual,
        check: (text) => nameFault(text, taken),
      });
      name = said ?? usual;
      taken.add(name);
    }
    all.push({ name, ...account });
  }
  return all;
}

function nameFault(name: string, taken: ReadonlySet<unknown>): string | null {
  if (taken.has(name)) return "is another account's name";
  return ACCOUNT_NAME.test(name) ? null : "is not a name of lower-case letters, digits and inner hyphens";
}

function freeName(bridge: string, taken: ReadonlySet<unknown>): string {
  if (!taken.has(bridge)) return bridge;
  let number = 2;
  while (taken.has(`${bridge}-${number}`)) number += 1;
  return `${bridge}-${number}`;
}

async function completed(
  account: Answers,
  base: string,
  { asker, bridges, setups }: CollectOptions,
  missing: Missing,
): Promise<Answers> {
  const { bridge } = account;
  const setup = setups.find((one) => one.bridge === bridge);
  const schema = typeof bridge === "string" ? bridges[bridge] : undefined;
  if (!setup || !schema) {
    const known = setups.map((one) => one.bridge).join(", ");
    throw new GatewayError("usage", `there is no platform ${String(bridge)}; there is ${known}`);
  }
  const keys = { outline: outlineOf(schema), shape: schema.shape };
  const record: Record<string, unknown> = { ...account };
  const ways: Record<string, unknown> = {};
  const name = String(account["name"]);
  for (const question of setup.questions(base)) {
    if (question.when?.({ ...record, ...ways }) === false) continue;
    const place = { record, ways, keys, name: `${name}.${question.key}` };
    await answer(question, place, asker, missing);
  }
  return record;
}

interface Place {
  /** Where answers for keys of the file go, and those for ways. */
  readonly record: Record<string, unknown>;
  readonly ways: Record<string, unknown>;
  readonly keys: Keys;
  /** What `--set` calls it. */
  readonly name: string;
}

async function answer(question: Question, place: Place, asker: Asker, missing: Missing): Promise<void> {
  const { key, ask, choices, make, optional } = question;
  const { record, ways, keys, name } = place;
  if (record[key] !== undefined || record[fileKey(key)] !== undefined) {
    if (choices === undefined) return;
    const said = record[key];
    if (!choices.some(({ value }) => value === said)) {
      const known = choices.map(({ value }) => value).join(" or ");
      throw new GatewayError("usage", `${name}=${String(said)}: it is ${known}`);
    }
    ways[key] = said;
    delete record[key];
    return;
  }
  const known = { ...record, ...ways };
  const usual = question.usual?.(known) ?? null;
  const note = question.before?.(known);
  if (note !== undefined) asker.tell(note);
  if (choices !== undefined) {
    const [first] = choices;
    const otherwise = usual ?? first?.value ?? "";
    ways[key] = (await asker.choose({ ask, choices, usual: otherwise })) ?? otherwise;
    return;
  }
  const property = keys.outline.properties?.[key];
  const outline = isOutline(property) ? property : {};
  const empty = make ? "a new one is made" : optional ? "none" : usual;
  const said = await asker.text({
    ask,
    hint: outline.description ?? null,
    secret: outline.writeOnly === true,
    whenEmpty: empty,
    check: (text) => faultOf(keys.shape[key], text),
  });
  const value = said ?? usual ?? make?.();
  if (value !== undefined) record[key] = value;
  else if (optional !== true) missing.push(`${name} (${ask}; --set ${name}=...)`);
}

/** Other gateways: asked where the answers say nothing of them. */
async function federate(settings: Record<string, unknown>, asker: Asker): Promise<void> {
  if (settings["federation"] !== undefined) return;
  const ask = "Exchange messages with other gateways?";
  const way = await asker.choose({ ask, choices: FEDERATION, usual: "no" });
  if (way === "served") {
    const listen = await asker.text({
      ask: "Where does that proxy find the gateway? HOST:PORT",
      hint: null,
      secret: false,
      whenEmpty: LISTEN,
      check: (text) => (parseListen(text) === null ? "is not HOST:PORT" : null),
    });
    settings["federation"] = { listen: listen ?? LISTEN };
  }
  if (way === "unreachable") settings["federation"] = { unreachable: true };
}

/** What the schema has against a text; null: nothing. */
function faultOf(schema: unknown, text: string): string | null {
  if (!isSchema(schema)) return null;
  return schema.safeParse(text).error?.issues[0]?.message ?? null;
}

interface Schema {
  safeParse(value: unknown): {
    readonly error?: { readonly issues: readonly { readonly message: string }[] };
  };
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && "safeParse" in value;
