/** What an operator does about credentials. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import type {
  InstallLinkReport,
  RoomPasswordReport,
  RotatedReport,
  SecretReport,
  SecretsOperations,
} from "../secrets-operations.ts";
import { roomPasswordKind } from "../secrets/room-password.ts";
import type { Vault } from "../secrets/vault.ts";
import type { Store } from "../store/store.ts";

export interface AccountSecretsOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly running: boolean;
  readonly now: () => Milliseconds;
  /** Throws account_unknown. */
  readonly host: (account: string) => AccountHost;
}

const ACTOR = "operator";

export class AccountSecrets implements SecretsOperations {
  readonly #options: AccountSecretsOptions;

  constructor(options: AccountSecretsOptions) {
    this.#options = options;
  }

  list(): Promise<readonly SecretReport[]> {
    return this.#options.vault.list();
  }

  async rotate(): Promise<RotatedReport> {
    const { vault } = this.#options;
    const report = await vault.rotate();
    await this.#note("secrets rotate", `key ${report.key}`, `${report.secrets} secrets`);
    return report;
  }

  async installLink(account: string): Promise<InstallLinkReport> {
    const { host, running } = this.#options;
    const found = host(account);
    const { bridge } = found.options;
    if (!bridge.installLink)
      throw new GatewayError(
        "install_unavailable",
        `account ${account} has no credentials that come by a link`,
      );
    if (!running)
      throw new GatewayError("gateway_unreachable", "no gateway runs: `mimi-gateway start` comes first");
    if (!found.serving)
      throw new GatewayError(
        "account_down",
        `account ${account} is not served by this process: see \`mimi-gateway status\``,
      );
    const { url, until } = await bridge.installLink();
    await this.#note("install link", account, "");
    return { account, url, until };
  }

  async roomPassword(room: RoomReference, password: string | null): Promise<RoomPasswordReport> {
    const { host, vault } = this.#options;
    const found = host(room.account);
    const { bridge, row } = found.options;
    if (!bridge.roomPasswordChanged)
      throw new GatewayError("room_unprotected", `rooms of account ${room.account} have no passwords`);
    const native = bridge.parseRoom(room.room);
    const kind = roomPasswordKind(native);
    const secrets = vault.of(row.id);
    if (password === null) await secrets.take(kind, () => true);
    else await secrets.set(kind, password);
    // A process that serves the account elsewhere asks for it when it next tries to enter.
    if (found.serving) bridge.roomPasswordChanged(native);
    const kept = password !== null;
    await this.#note(kept ? "room password" : "room password forgotten", `${room.account}:${native}`, "");
    return { account: room.account, room: native, kept };
  }

  #note(act: string, subject: string, detail: string): Promise<void> {
    const { store, now } = this.#options;
    return store.write("noteAudit", { at: now(), actor: ACTOR, act, subject, detail });
  }
}
