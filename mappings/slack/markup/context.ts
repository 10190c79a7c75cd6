/** What readers of Slack's markup look up. */
import type { MarkupReader } from "../../markup/context.ts";

export type SlackReader = MarkupReader & {
  /** The handle of a user group by its id, without `@`; null: not known. */
  readonly usergroup?: (id: string) => string | null;
};
