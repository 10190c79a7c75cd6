/** HTML as Matrix has it: people and rooms are links to matrix.to, pictures are at a homeserver. */
import type { MarkupReader, MarkupWriter } from "../markup/context.ts";
import type { HtmlReadDialect, HtmlWriteDialect } from "../markup/html/dialect.ts";
import { matrixToAddress, parseMatrixLink } from "./links.ts";
import { isMxc } from "./mxc.ts";
import { localpart, shownName } from "./names.ts";

/** Whom a message addresses as a whole is said by `m.mentions`, not by its HTML: no word is taken for it here. */
export function matrixReader(context: MarkupReader): HtmlReadDialect {
  return {
    link(href, label) {
      const target = parseMatrixLink(href);
      if (target === null || target.kind === "event") return { kind: "url" };
      if (target.kind === "user") {
        const user = context.user(target.id);
        // Somebody whom nobody here knows stays a link, so that readers can look him up.
        if (user === null) return linkOrText(href);
        const shown = label.startsWith("@") ? label.slice(1) : label;
        return { kind: "user", user: user.uri, name: shownName(user.name || shown, localpart(target.id)) };
      }
      const room = context.room(target.id);
      return room === null ? linkOrText(href) : { kind: "group", group: room.uri, name: room.name };
    },
    emoji: (source, name) => (isMxc(source) ? source : context.emoji(name)),
    broadcast: null,
  };
}

/** A `matrix:` URI opens in programs for Matrix only. */
function linkOrText(href: string) {
  return href.slice(0, 7).toLowerCase() === "matrix:" ? null : ({ kind: "url" } as const);
}

/** A user who has no Matrix id is a name in the text. */
export function matrixWriter(
  context: Omit<MarkupWriter, "broadcasts">,
  broadcasts: boolean,
): HtmlWriteDialect {
  return {
    user(uri) {
      const { native, name } = context.user(uri);
      return { href: native === null ? null : matrixToAddress(native), label: `@${name}` };
    },
    group(uri, name) {
      const room = context.room(uri);
      return { href: room === null ? null : matrixToAddress(room.native), label: `#${room?.name ?? name}` };
    },
    emoji: (name, source) => {
      if (source !== null && isMxc(source)) return source;
      const known = context.emoji(name);
      return known !== null && isMxc(known) ? known : null;
    },
    broadcasts,
  };
}
