/** From gateway.yaml to the configuration, or to every mistake in it at once. */
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { GatewayError } from "../errors.ts";
import type { Config } from "./config.ts";
import { toConfig } from "./config.ts";
import { ConfigDocument } from "./document.ts";
import type { Environment } from "./environment.ts";
import { substituteEnvironment } from "./environment.ts";
import { faultsOf } from "./issues.ts";
import type { Fault, Mistake } from "./mistakes.ts";
import { ConfigError } from "./mistakes.ts";
import { isRecord, outlineOf, withoutNulls } from "./outline.ts";
import type { AccountOf, BridgeConfigSchemas } from "./schema.ts";
import { configSchema } from "./schema.ts";
import { resolveSecretFiles } from "./secret-files.ts";

/** The file that is taken where none is named, if it is there. */
export const DEFAULT_FILE = "gateway.yaml";
const LARGEST = 1024 * 1024;

export interface LoadOptions<Bridges extends BridgeConfigSchemas> {
  /** A file that was named and so must exist. null: gateway.yaml in the folder, or else the defaults. */
  readonly file: string | null;
  /** The working folder, absolute. */
  readonly folder: string;
  readonly env: Environment;
  readonly bridges: Bridges;
}

/**
 * The configuration. Throws ConfigError (config_invalid) with all mistakes, or GatewayError config_missing where
 * a named file does not exist.
 */
export function loadConfig<const Bridges extends BridgeConfigSchemas>(
  options: LoadOptions<Bridges>,
): Config<AccountOf<Bridges>> {
  const path = resolve(options.folder, options.file ?? DEFAULT_FILE);
  const source = readSource(path);
  if (source === null && options.file !== null) {
    throw new GatewayError(
      "config_missing",
      `${path} does not exist; name another file, or make one by \`mimi-gateway init\``,
    );
  }
  const file = source === null ? null : path;
  return parseConfig(source ?? "", { ...options, file, folder: dirname(path) });
}

/** The same from a text. `file`: the name in mistakes; `folder`: what relative paths start from. */
export function parseConfig<const Bridges extends BridgeConfigSchemas>(
  source: string,
  options: LoadOptions<Bridges>,
): Config<AccountOf<Bridges>> {
  const document = new ConfigDocument(options.file ?? DEFAULT_FILE, source);
  refuse(document.syntaxMistakes());
  const unset = substituteEnvironment(document, options.env);
  const values = document.values();
  if ("mistake" in values) throw new ConfigError([values.mistake]);

  const schema = configSchema(options.bridges);
  const outline = outlineOf(schema);
  const given = withoutNulls(values.data ?? {}, outline);
  const resolved = resolveSecretFiles(given, outline, options.folder);
  const read = schema.safeParse(resolved.data);
  const known = [...unset, ...resolved.faults];
  const issues = read.success ? [] : faultsOf(read.error.issues, resolved.data, outline);
  const faults = [...known, ...issues.filter((issue) => !known.some((fault) => explains(fault, issue)))];
  refuse(faults.map((fault) => document.locate(fault)));
  if (!read.success) throw new GatewayError("internal", "a mistake in the configuration has no words");
  return toConfig(read.data, {
    file: options.file,
    folder: options.folder,
    secrets: [...new Set(resolved.secrets)],
  }) as Config<AccountOf<Bridges>>;
}

/** What could not be put in is empty and so breaks rules; that is no second mistake. */
function explains(fault: Fault, issue: Fault): boolean {
  const last = fault.path.at(-1);
  const filled = typeof last === "string" ? last.replace(/_file$/, "") : last;
  return (
    issue.path.length === fault.path.length &&
    issue.path.every((key, index) =>
      index === fault.path.length - 1 ? key === last || key === filled : key === fault.path[index],
    )
  );
}

function refuse(mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return;
  throw new ConfigError(mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column));
}

/** The file's text; null where there is no such file. */
function readSource(path: string): string | null {
  const unreadable = (message: string, remedy: string): ConfigError =>
    new ConfigError([{ file: path, line: 1, column: 1, path: "", message, remedy }]);
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw unreadable("is no file", "name the configuration file");
    if (facts.size > LARGEST) throw unreadable("is larger than 1 MiB", "name the configuration file");
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    if (isRecord(thrown) && thrown["code"] === "ENOENT") return null;
    throw unreadable("cannot be read", "let the gateway's user read it");
  }
}
