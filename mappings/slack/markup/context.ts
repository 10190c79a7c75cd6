/** What readers of Slack's markup look up. */
import type { MarkupReader } from "../../markup/context.ts";

export type SlackReader = MarkupReader & {
  /** The handle of a user group by its id, without `@`; null: not known. */
  readonly usergroup?: (id: string) => string | null;
  /** The standard emoji's short name that a custom one stands for; null, or left out: none. */
  readonly alias?: (name: string) => string | null;
};
