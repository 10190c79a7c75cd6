import type { Dialect } from "../statement.ts";

export interface CompiledStep {
  readonly sql: string;
}

export interface Migration {
  readonly version: number;
  /** The oldest code version that can work on the schema once this migration has run. */
  readonly oldestReader: number;
  readonly steps: (dialect: Dialect) => readonly CompiledStep[];
}
