/** The keys of gateway.yaml as tables in Markdown, for docs/configuration.md. */
import type { Outline } from "./outline.ts";
import { fileKey, isOutline, outlineOf } from "./outline.ts";
import type { BridgeConfigSchemas } from "./schema.ts";
import { configSchema } from "./schema.ts";

/** One table of the general keys and one of each bridge's. Ends with a line break. */
export function configReference(bridges: BridgeConfigSchemas): string {
  const { accounts, ...settings } = outlineOf(configSchema(bridges)).properties ?? {};
  const kinds = isOutline(accounts) && isOutline(accounts.items) ? (accounts.items.oneOf ?? []) : [];
  const tables = kinds.flatMap((kind) => {
    if (!isOutline(kind)) return [];
    const word = isOutline(kind.properties?.["bridge"]) ? kind.properties["bridge"].const : null;
    return ["", `### Accounts with \`bridge: ${String(word)}\``, "", ...table(rows(kind, ""))];
  });
  return ["### General keys", "", ...table(rows({ properties: settings }, "")), ...tables, ""].join("\n");
}

function rows(outline: Outline, prefix: string): string[][] {
  return Object.entries(outline.properties ?? {}).flatMap(([key, property]) => {
    if (!isOutline(property)) return [];
    const inner = rows(property, `${prefix}${key}.`);
    if (inner.length > 0) return inner;
    const alternatives = (property.anyOf ?? [])
      .filter(isOutline)
      .flatMap((part) => rows(part, `${prefix}${key}.`));
    const secret = property.writeOnly === true ? ` Or \`${fileKey(key)}\`: a file that holds it.` : "";
    const needed = outline.required?.includes(key) === true;
    const usual = property.default === undefined ? (needed ? "required" : "-") : code(property.default);
    const example = property.examples?.[0];
    return [
      [
        `\`${prefix}${key}\``,
        `${property.description ?? ""}${secret}`,
        usual,
        example === undefined ? "" : code(example),
      ],
      ...alternatives,
    ];
  });
}

/** Padded, so that it is the same in plain text and stays as it is when the page is formatted. */
function table(lines: readonly (readonly string[])[]): string[] {
  const all = [["key", "meaning", "default", "example"], ...lines];
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...all.map((cells) => (cells[column] ?? "").length)),
  );
  const [head = "", ...rest] = all.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rest];
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
