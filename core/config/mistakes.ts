/** What is wrong in a configuration, for people. No text here shows a value, since any value may be a secret. */
import { GatewayError } from "../errors.ts";
import type { Path } from "./outline.ts";

export interface Mistake {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** The key, such as `accounts[0].secret`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** A mistake before its place in the file is known. */
export interface Fault {
  readonly path: Path;
  /** A key below the path that does not belong there; its place is meant. */
  readonly unknownKey?: string;
  readonly message: string;
  readonly remedy: string;
}

/** The configuration has mistakes: all of them, in the order of the file. Code config_invalid. */
export class ConfigError extends GatewayError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super("config_invalid", mistakes.map(formatMistake).join("\n"));
    this.mistakes = mistakes;
  }
}

/** `FILE:LINE:COLUMN PATH: MESSAGE; REMEDY` */
export function formatMistake(mistake: Mistake): string {
  const place = `${mistake.file}:${mistake.line}:${mistake.column}`;
  const subject = mistake.path === "" ? place : `${place} ${mistake.path}`;
  return `${subject}: ${mistake.message}; ${mistake.remedy}`;
}

/** `accounts[0].secret` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
