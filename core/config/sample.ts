/**
 * A gateway.yaml in which every key stands with its meaning. Behind `# ` stands prose; a line with `#` alone
 * becomes a setting when that sign is removed.
 */
import { stringify } from "yaml";
import type { Outline } from "./outline.ts";
import { fileKey, isOutline, outlineOf, secretKeys } from "./outline.ts";
import type { BridgeConfigSchemas } from "./schema.ts";
import { configSchema } from "./schema.ts";

const WIDTH = 100;

/** The sample: as it stands it says nothing but the defaults. Ends with a line break. */
export function configSample(bridges: BridgeConfigSchemas): string {
  const outline = outlineOf(configSchema(bridges));
  const { accounts, ...settings } = outline.properties ?? {};
  const kinds = isOutline(accounts) && isOutline(accounts.items) ? (accounts.items.oneOf ?? []) : [];
  return [
    ...prose(
      "Configuration of mimi-gateway. What is commented out shows the default or an example. Values may hold " +
        "${NAME} for an environment variable, and $${ for these characters. `mimi-gateway config check` finds mistakes.",
      "",
    ),
    ...Object.entries(settings).flatMap(([key, property]) => ["", ...setting(key, property, "")]),
    "",
    ...prose(
      "The platform installations that are bridged. Each has a name, its bridge, and the bridge's own keys.",
      "",
    ),
    "#accounts:",
    ...kinds.flatMap((kind) => (isOutline(kind) ? accountLines(kind) : [])),
    "",
  ].join("\n");
}

function setting(key: string, property: unknown, indent: string): string[] {
  if (!isOutline(property)) return [];
  const head = prose(property.description ?? "", indent);
  if (property.properties === undefined) return [...head, `${indent}#${key}: ${shown(property)}`];
  // A group whose default is empty and in which nothing has a default offers alternatives: the first is shown.
  const entries = Object.entries(property.properties);
  const alternatives = entries.every(([, part]) => isOutline(part) && part.default === undefined);
  return [
    ...head,
    `${indent}#${key}:`,
    ...entries.flatMap(([inner, part], index) =>
      alternatives && index > 0
        ? alternative(inner, part, `${indent}  `)
        : setting(inner, part, `${indent}  `),
    ),
  ];
}

function alternative(key: string, property: unknown, indent: string): string[] {
  if (!isOutline(property)) return [];
  return prose(`Or ${key}: ${shown(property)}. ${property.description ?? ""}`, indent);
}

function accountLines(kind: Outline): string[] {
  const secrets = secretKeys(kind);
  return Object.entries(kind.properties ?? {}).flatMap(([key, property], index) => {
    if (!isOutline(property)) return [];
    const optional = kind.required?.includes(key) !== true && property.default === undefined;
    const more = secrets.includes(key) ? ` Or ${fileKey(key)}: a file that holds it.` : "";
    const note = optional ? " May be left out." : "";
    const value = property.default === undefined ? shown(property) : inline(property.default);
    const lead = index === 0 ? "  #- " : "    #";
    return [...prose(`${property.description ?? ""}${note}${more}`, "    "), `${lead}${key}: ${value}`];
  });
}

function shown(property: Outline): string {
  return inline(property.default ?? property.examples?.[0] ?? "");
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: "flow" }).trim();
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
