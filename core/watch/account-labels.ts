import type { AccountHost } from "../accounts/account-host.ts";

/** How metrics name an account. */
export interface AccountLabels {
  readonly account: string;
  readonly bridge: string;
}

export const labelsOf = ({ options: { name: account, bridgeKind: bridge } }: AccountHost): AccountLabels => ({
  account,
  bridge,
});
