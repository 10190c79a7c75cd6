/**
 * A gateway.yaml in which every key stands with its meaning. Behind `# ` stands prose; a line with `#` alone
 * becomes a setting when that sign is removed.
 */
import { stringify } from "yaml";
import type { Outline } from "./outline.ts";
import { branchFor, fileKey, isOutline, isRecord, outlineOf, secretKeys } from "./outline.ts";
import type { BridgeConfigSchemas } from "./schema.ts";
import { configSchema } from "./schema.ts";

const WIDTH = 100;

/**
 * The sample. `given`: what is set in it, as gateway.yaml has it; all else is commented out, so that without it the sample says
 * nothing but the defaults. With accounts, those alone stand there. Ends with a line break.
 */
export function configSample(
  bridges: BridgeConfigSchemas,
  given: Readonly<Record<string, unknown>> = {},
): string {
  const outline = outlineOf(configSchema(bridges));
  const { accounts, ...settings } = outline.properties ?? {};
  const account = isOutline(accounts) && isOutline(accounts.items) ? accounts.items : {};
  const set = Array.isArray(given["accounts"]) ? given["accounts"].filter(isRecord) : [];
  return [
    ...prose(
      "Configuration of mimi-gateway. What is commented out shows the default or an example. Values may hold " +
        "${NAME} for an environment variable, and $${ for these characters. `mimi-gateway config check` finds mistakes.",
      "",
    ),
    ...Object.entries(settings).flatMap(([key, property]) => ["", ...setting(key, property, "", given)]),
    "",
    ...prose(
      "The platform installations that are bridged. Each has a name, its bridge, and the bridge's own keys.",
      "",
    ),
    set.length > 0 ? "accounts:" : "#accounts:",
    ...(set.length > 0
      ? set.flatMap((one) => accountLines(branchFor(account, one), one))
      : (account.oneOf ?? []).flatMap((kind) => (isOutline(kind) ? accountLines(kind, {}) : []))),
    "",
  ].join("\n");
}

/** `given`: what is set of the group in which the key stands. */
function setting(
  key: string,
  property: unknown,
  indent: string,
  given: Readonly<Record<string, unknown>>,
): string[] {
  if (!isOutline(property)) return [];
  const head = prose(property.description ?? "", indent);
  const { line } = written(key, given) ?? {};
  if (property.properties === undefined)
    return [...head, `${indent}${line ?? `#${key}: ${shown(property)}`}`];
  const inside = isRecord(given[key]) ? given[key] : {};
  // A group whose default is empty and in which nothing has a default offers alternatives: the first is shown.
  const entries = Object.entries(property.properties);
  const alternatives = entries.every(([, part]) => isOutline(part) && part.default === undefined);
  return [
    ...head,
    `${indent}${Object.keys(inside).length > 0 ? "" : "#"}${key}:`,
    ...entries.flatMap(([inner, part], index) =>
      alternatives && index > 0 && written(inner, inside) === null
        ? alternative(inner, part, `${indent}  `)
        : setting(inner, part, `${indent}  `, inside),
    ),
  ];
}

/** The line of a key that is set, in place or by the file that holds it; null: it is not. */
function written(key: string, given: Readonly<Record<string, unknown>>): { readonly line: string } | null {
  const name = [key, fileKey(key)].find((one) => given[one] !== undefined && given[one] !== null);
  return name === undefined ? null : { line: `${name}: ${inline(given[name])}` };
}

function alternative(key: string, property: unknown, indent: string): string[] {
  if (!isOutline(property)) return [];
  return prose(`Or ${key}: ${shown(property)}. ${property.description ?? ""}`, indent);
}

function accountLines(kind: Outline, given: Readonly<Record<string, unknown>>): string[] {
  const secrets = secretKeys(kind);
  return Object.entries(kind.properties ?? {}).flatMap(([key, property], index) => {
    if (!isOutline(property)) return [];
    const optional = kind.required?.includes(key) !== true && property.default === undefined;
    const more = secrets.includes(key) ? ` Or ${fileKey(key)}: a file that holds it.` : "";
    const note = optional ? " May be left out." : "";
    const value = property.default === undefined ? shown(property) : inline(property.default);
    const set = written(key, given);
    const comment = set === null ? "#" : "";
    const lead = index === 0 ? `  ${comment}- ` : `    ${comment}`;
    return [
      ...prose(`${property.description ?? ""}${note}${more}`, "    "),
      `${lead}${set?.line ?? `${key}: ${value}`}`,
    ];
  });
}

function shown(property: Outline): string {
  return inline(property.default ?? property.examples?.[0] ?? "");
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}

function prose(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}
