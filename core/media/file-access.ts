/** Files that a platform gives only to whoever has an account's credentials, and who may use them for which file. */
import type { UserUri } from "../../mappings/ids.ts";
import type { Bridge } from "../bridge/bridge.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import { accountOfUser } from "../store/units/avatars.ts";
import { accountOfEvent } from "../store/units/media.ts";
import type { FileAccess, FindFileAccess, SaidFile } from "./platform-file.ts";

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
   * A user's picture that is on no host, from the account on whose platform he is, and no other. Rejects as `pictureOf`, with
   * media_unreachable also where there is no such account, or as the store does.
   */
  readonly picture = async (source: string, user: UserUri): Promise<Buffer> => {
    const bytes = await this.pictureOf(source, await this.#store.read(accountOfUser(user)));
    if (bytes !== null) return bytes;
    throw new GatewayError("media_unreachable", "there is nobody who knows where it is");
  };

  /** The same for a room's picture: the account in whose room the event was said that names it, and no other. null as `pictureOf`. */
  readonly eventPicture = async (source: string, said: SaidFile): Promise<Buffer | null> =>
    this.pictureOf(source, await this.#store.read(accountOfEvent(said)));

  /**
   * The same where the account is known. null: it is none of ours, or its platform has all pictures on hosts. Rejects with media_refused
   * where its bridge has none of that address, media_unreachable where that can't be had now.
   */
  readonly pictureOf = async (source: string, account: AccountId | null): Promise<Buffer | null> => {
    const owner = this.#owners().find((one) => one.account === account);
    try {
      return (await owner?.bridge.picture?.(source)) ?? null;
    } catch (thrown) {
      const { code, detail } = asGatewayError(thrown);
      if (code === "media_refused") throw thrown;
      throw new GatewayError("media_unreachable", detail, { cause: thrown });
    }
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
