/** HTML as mimi-content carries it beside Markdown: people and rooms are `mimi` URIs, pictures are parts (`cid:`). */
import type { BroadcastRun } from "../../flat.ts";
import { mimiTarget } from "../../links.ts";
import type { HtmlReadDialect, HtmlWriteDialect } from "../dialect.ts";

/** Reads `text/html` of mimi-content; `broadcast` is the scope that an extension of the message names, or null. */
export function mimiHtmlReader(broadcast: BroadcastRun["scope"] | null): HtmlReadDialect {
  return {
    link: (href) => {
      if (!/^mimi:/i.test(href)) return { kind: "url" };
      const target = mimiTarget(href);
      if (target === null) return null;
      return target.kind === "user"
        ? { kind: "user", user: target.user, name: target.id }
        : { kind: "group", group: target.group, name: target.id };
    },
    emoji: (src) => (isPart(src) ? src : null),
    broadcast,
  };
}

/** Writes `text/html` of mimi-content: every user and group has a URI. */
export const mimiHtmlWriter: HtmlWriteDialect = {
  user: (user, name) => ({ href: user, label: `@${name || idIn(user)}` }),
  group: (group, name) => ({ href: group, label: `#${name || idIn(group)}` }),
  emoji: (_name, source) => (source !== null && isPart(source) ? source : null),
  broadcasts: true,
};

/** A reference to a part of the same message (nothing is loaded from elsewhere). */
function isPart(source: string): boolean {
  return /^cid:[0-9]{1,5}@local\.invalid$/.test(source);
}

function idIn(uri: string): string {
  return mimiTarget(uri)?.id ?? "";
}
