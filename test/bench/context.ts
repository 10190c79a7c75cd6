/** What every part of the bench works with. */
export interface BenchContext {
  /** A folder of this run; it is removed at the end. */
  readonly folder: string;
  /** Where profiles of the gateways' CPU are written; null: they are not profiled. */
  readonly profile: string | null;
  /** Tells whoever waits what is under way. */
  readonly progress: (what: string) => void;
}
