/** Which account of this process serves which workspace, so that none is installed into two. */

export class ServedWorkspaces {
  /** By API and workspace; each account that serves it. */
  readonly #accounts = new Map<string, Set<string>>();

  /** An account serves a workspace from now on; ends with what it returns. */
  serve(api: string, team: string, account: string): () => void {
    const place = `${api} ${team}`;
    const accounts = this.#accounts.get(place) ?? new Set();
    this.#accounts.set(place, accounts.add(account));
    return () => void accounts.delete(account);
  }

  /** Another account that serves it; null: none does. */
  besides(account: string, api: string, team: string): string | null {
    const accounts = this.#accounts.get(`${api} ${team}`) ?? [];
    return [...accounts].find((one) => one !== account) ?? null;
  }
}
