/** What an operator can do about secrets; plain data, see operations.ts. */
import type { RoomReference } from "./link-reports.ts";
import type { Milliseconds } from "./time.ts";

/** A secret in the store, by its name alone. */
export interface SecretReport {
  readonly account: string;
  /** The bridge's word for what it is. */
  readonly kind: string;
  /** The number of the key that it is encrypted with. */
  readonly key: number;
  /** Whether that key is here. */
  readonly known: boolean;
}

export interface RotatedReport {
  readonly key: number;
  /** How many secrets were encrypted anew. */
  readonly secrets: number;
  /** Whether the operator keeps the keys himself, and may now take the older ones away. */
  readonly given: boolean;
}

export interface InstallLinkReport {
  readonly account: string;
  /** Good once, for whoever has it. */
  readonly url: string;
  readonly until: Milliseconds;
}

export interface RoomPasswordReport {
  readonly account: string;
  readonly room: string;
  /** false: it was forgotten. */
  readonly kept: boolean;
}

export interface SecretsOperations {
  list(): Promise<readonly SecretReport[]>;
  /** Encrypts everything with a new key. Throws secret_unreadable, secrets_key_missing. */
  rotate(): Promise<RotatedReport>;
  /**
   * A link by which somebody lets the gateway into an account's platform; the one of before is good no more. Throws
   * account_unknown, install_unavailable.
   */
  installLink(account: string): Promise<InstallLinkReport>;
  /**
   * Keeps what a room asks for at its door, also before it is linked; null: forgets it. A room of this process that could not be
   * entered is tried again at once. Throws account_unknown, room_invalid, room_unprotected, secrets_key_missing.
   */
  roomPassword(room: RoomReference, password: string | null): Promise<RoomPasswordReport>;
}
