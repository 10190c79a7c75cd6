/** What the gateway's own user says for somebody whose ghost can't be in the room: his name stands before it. */
import type { Speaker } from "../../core/bridge/outbound.ts";
import { escapeHtml } from "../../mappings/markup/html/escape.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { objectAt, textAt } from "../../mappings/matrix/event.ts";
import { shownName } from "../../mappings/matrix/names.ts";

/** By which programs that know it show the speaker's name in the place of the gateway's (MSC4144). */
const PROFILE = "com.beeper.per_message_profile";

/** The content in the speaker's name. What is no message, like a reaction, stays as it is. */
export function relayed(content: MatrixContent, { uri, name }: Speaker): MatrixContent {
  const shown = shownName(name, uri);
  const profile = { [PROFILE]: { id: uri, displayname: shown, has_fallback: true } };
  const replacement = objectAt(content, "m.new_content");
  return {
    ...named(content, shown),
    ...(replacement !== null && { "m.new_content": { ...named(replacement, shown), ...profile } }),
    ...profile,
  };
}

/** The marks keep a name's direction of writing from reordering what stands beside it. */
function named(content: MatrixContent, name: string): MatrixContent {
  const body = textAt(content, "body");
  if (body === null) return content;
  const html = textAt(content, "formatted_body");
  const caption = body === textAt(content, "filename") ? "" : `: ${body}`;
  return {
    ...content,
    body: `\u2068${name}\u2069${caption}`,
    ...(html !== null && {
      formatted_body: `<strong data-mx-profile-fallback>${escapeHtml(name)}: </strong>${html}`,
    }),
  };
}
