/** What a demo has found. */
export interface Shown {
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[];
  /** How to look at what stays up. */
  readonly invitation: string;
}
