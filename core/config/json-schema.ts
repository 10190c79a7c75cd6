/** The JSON Schema of gateway.yaml, for editors: secrets may also be given by `KEY_file`. */
import type { Outline } from "./outline.ts";
import { fileKey, isOutline, outlineOf, secretKeys } from "./outline.ts";
import type { BridgeConfigSchemas } from "./schema.ts";
import { configSchema } from "./schema.ts";

export function configJsonSchema(bridges: BridgeConfigSchemas): Outline {
  return withSecretFiles(outlineOf(configSchema(bridges)));
}

function withSecretFiles(outline: Outline): Outline {
  const below = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(below);
    return isOutline(part) ? withSecretFiles(part) : part;
  };
  const copy: Outline = Object.fromEntries(Object.entries(outline).map(([key, part]) => [key, below(part)]));
  const secrets = secretKeys(copy);
  const needed = secrets.filter((key) => copy.required?.includes(key));
  for (const key of secrets) {
    copy.properties = {
      ...copy.properties,
      [fileKey(key)]: {
        type: "string",
        description: `A file that holds ${key}; others must not be able to read it.`,
      },
    };
  }
  if (needed.length > 0) {
    copy.required = copy.required?.filter((key) => !needed.includes(key)) ?? [];
    copy.allOf = needed.map((key) => ({ oneOf: [{ required: [key] }, { required: [fileKey(key)] }] }));
  }
  return copy;
}
