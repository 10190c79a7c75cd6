/** What the rest of the core sees of the database, whichever it is. */
import type { Dialect } from "./statement.ts";
import type { Unit } from "./unit.ts";
import type { UnitInput, UnitName, UnitResult } from "./units/registry.ts";

export interface Store {
  readonly dialect: Dialect;
  /** The name under which this process holds leases; nobody else has it while the store is open. */
  readonly slot: string;
  /** Runs a unit that reads, on a consistent view that includes every write that has resolved. */
  read<T>(unit: Unit<T>): Promise<T>;
  /** Runs a unit in a transaction of its own; resolves after the commit is on disk. Rejects with GatewayError. */
  write<Name extends UnitName>(name: Name, input: UnitInput<Name>): Promise<UnitResult<Name>>;
  /** Throws store_too_new where a newer process has migrated the schema beyond this code. */
  checkVersion(): Promise<void>;
  close(): Promise<void>;
}
