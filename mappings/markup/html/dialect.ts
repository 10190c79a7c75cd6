/** What HTML leaves to the platform: what a link's target means, and how people, rooms and emoji are named in links. */
import type { GroupUri, UserUri } from "../../ids.ts";
import type { BroadcastRun } from "../flat.ts";

/** What an `href` means. The names are what is shown where the link's label says nothing. */
export type LinkMeaning =
  | { readonly kind: "user"; readonly user: UserUri; readonly name: string }
  | { readonly kind: "group"; readonly group: GroupUri; readonly name: string }
  /** A link like any other: taken if its scheme is allowed (see links.ts). */
  | { readonly kind: "url" };

/** How a platform's HTML is read. */
export interface HtmlReadDialect {
  /** `label` is what is shown, of one line. null: no link; its label stays as text, with a loss. */
  link(href: string, label: string): LinkMeaning | null;
  /** Where an emoji's picture is, from its `src` (empty: not given) and its name; null: not known. */
  emoji(src: string, name: string): string | null;
  /** The scope, if the message is known to address everybody: its first word `@room` does. null: no word does. */
  readonly broadcast: BroadcastRun["scope"] | null;
}

/** A link to somebody or something: `href` and what is shown. null href: it has no link here, the label is text. */
export interface NamedLink {
  readonly href: string | null;
  /** With `@` or `#` where the platform shows them so. */
  readonly label: string;
}

/** How HTML is written for a platform. */
export interface HtmlWriteDialect {
  /** `name` is what the text shows, without `@`. */
  user(user: UserUri, name: string): NamedLink;
  /** `name` is what the text shows, without `#`. */
  group(group: GroupUri, name: string): NamedLink;
  /** The `src` of an emoji's picture; null: it has none here, `:name:` is text. */
  emoji(name: string, source: string | null): string | null;
  /** Whether `@room` may address everybody here. */
  readonly broadcasts: boolean;
}
