/** The table of secrets, as the statements see it; migration 9 makes it. */
import type { AccountId } from "../ids.ts";

/** What an account keeps that nobody may read: encrypted before it comes here. */
export interface SecretTable {
  account: AccountId;
  /** The bridge's own word for it. */
  kind: string;
  ciphertext: Uint8Array;
  /** Which of the gateway's keys opens it. */
  key_version: number;
}

export interface SecretsTables {
  secret: SecretTable;
}
