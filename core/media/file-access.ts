/** Files that a platform gives only to whoever has an account's credentials, and who may use them for which file. */
import type { UserUri } from "../../mappings/ids.ts";
import type { Bridge } from "../bridge/bridge.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import { accountOfUser } from "../store/units/avatars.ts";
import { accountOfEvent } from "../store/units/media.ts";
import type { FileAccess, FindFileAccess } from "./platform-file.ts";

/** An account's bridge, whether or not this process serves the account. */
export interface FileOwner {
  readonly account: AccountId;
  readonly bridge: Pick<Bridge, "fileAccess" | "picture">;
}

/**
 * Finds the account whose credentials open a file: the one in whose room the file was said, and no other. What somebody of
 * another gateway, or of another platform, writes as a file's address never opens anything of an account's.
 */
export class AccountFiles {
  readonly #store: Store;
  readonly #owners: () => readonly FileOwner[];

  /** `owners`: those there are by now. */
  constructor(store: Store, owners: () => readonly FileOwner[]) {
    this.#store = store;
    this.#owners = owners;
  }

  readonly ofEvent: FindFileAccess = async (source, said) => {
    if (!this.#owners().some(({ bridge }) => bridge.fileAccess)) return null;
    const account = await this.#store.read(accountOfEvent(said));
    return account === null ? null : this.ofAccount(source, account);
  };

  /** The same for a user's picture: the account on whose platform he is, and no other. Rejects as the store does. */
  async ofUser(source: string, user: UserUri): Promise<FileAccess | null> {
    if (!this.#owners().some(({ bridge }) => bridge.fileAccess)) return null;
    const account = await this.#store.read(accountOfUser(user));
    return account === null ? null : this.ofAccount(source, account);
  }

  /**
   * A user's picture that is on no host, from the account on whose platform he is, and no other. Rejects with media_unreachable where
   * that has none, or as its bridge or the store does.
   */
  readonly picture = async (source: string, user: UserUri): Promise<Buffer> => {
    const account = await this.#store.read(accountOfUser(user));
    const owner = this.#owners().find((one) => one.account === account);
    const bytes = await owner?.bridge.picture?.(source);
    if (bytes !== undefined) return bytes;
    throw new GatewayError("media_unreachable", "there is nobody who knows where it is");
  };

  /** The same for a file of which the account is known. Throws media_unreachable where its credentials can't be had now. */
  async ofAccount(source: string, account: AccountId): Promise<FileAccess | null> {
    const owner = this.#owners().find((one) => one.account === account);
    try {
      return (await owner?.bridge.fileAccess?.(source)) ?? null;
    } catch (thrown) {
      // What is wrong with this account is no reason for a room of another one to wait.
      const { detail } = asGatewayError(thrown);
      throw new GatewayError("media_unreachable", `its account can't open it: ${detail}`, { cause: thrown });
    }
  }
}
