/** Secrets that are kept nowhere, for bridges without a gateway. */
import type { SecretBox } from "../../core/bridge/host.ts";

export class MemorySecrets implements SecretBox {
  readonly values = new Map<string, string>();

  get(kind: string): Promise<string | null> {
    return Promise.resolve(this.values.get(kind) ?? null);
  }

  set(kind: string, value: string): Promise<void> {
    this.values.set(kind, value);
    return Promise.resolve();
  }

  take(kind: string, wanted: (value: string) => boolean): Promise<string | null> {
    const value = this.values.get(kind);
    if (value === undefined || !wanted(value)) return Promise.resolve(null);
    this.values.delete(kind);
    return Promise.resolve(value);
  }
}
