/** What an operator does about credentials. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import type {
  InstallLinkReport,
  RotatedReport,
  SecretReport,
  SecretsOperations,
} from "../secrets-operations.ts";
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

  #note(act: string, subject: string, detail: string): Promise<void> {
    const { store, now } = this.#options;
    return store.write("noteAudit", { at: now(), actor: ACTOR, act, subject, detail });
  }
}
