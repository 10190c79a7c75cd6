/** Whether a change of a message is an edit: Slack reports previews, threads and pins as changes too. */
import { createHash } from "node:crypto";
import { type SlackAttachment, type SlackMessage, schemas } from "./event.ts";
import type { Revision } from "./inbound.ts";
import { isLater } from "./timestamp.ts";

/** Whether Slack made the attachment from a link of the text. */
export function isPreview(attachment: SlackAttachment): boolean {
  if (attachment.is_share || attachment.is_msg_unfurl) return false;
  return attachment.is_app_unfurl === true || Boolean(attachment.from_url ?? attachment.original_url);
}

/** Whether Slack adds the attachment to what was said, a moment later: live it comes without. */
export const isAddedLater = (attachment: SlackAttachment): boolean =>
  isPreview(attachment) || (attachment.is_msg_unfurl === true && attachment.is_share !== true);

/**
 * What to store once an event was read, to tell later whether a change of its message is an edit; null: the event is
 * neither a message nor a change of one.
 */
export function storedRevision(event: unknown): { readonly ts: string; readonly revision: Revision } | null {
  const changed = schemas.changed.safeParse(event);
  const message = changed.success ? changed.data.message : schemas.message.safeParse(event).data;
  return message ? { ts: message.ts, revision: revisionOf(message) } : null;
}

/** A message as it stands. */
export function revisionOf(message: SlackMessage): Revision {
  const attachments = (message.attachments ?? []).filter(
    (attachment) => !isPreview(attachment) && !attachment.is_msg_unfurl,
  );
  const files = (message.files ?? []).map(({ id, mode }) => [id, mode === "tombstone"]);
  const seen = [message.text ?? "", message.blocks ?? [], attachments, files];
  const content = createHash("sha256").update(serialised(seen)).digest("hex");
  return { edited: message.edited?.ts ?? null, content };
}

/** Blocks nested deeper than the stack allows show no text that could differ: the rest decides. */
function serialised(seen: readonly unknown[]): string {
  try {
    return JSON.stringify(seen, inOrder);
  } catch {
    return String(seen[0]);
  }
}

/** An object says the same in whichever order it says it: live and from history it need not be one. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether readers see something else than at `before`, or the author edited it since. */
export function isEdit(message: SlackMessage, before: Revision | null): boolean {
  if (!before) return true;
  const now = revisionOf(message);
  if (now.content !== before.content) return true;
  return now.edited !== null && (before.edited === null || isLater(now.edited, before.edited));
}
