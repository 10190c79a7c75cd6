/** The text of a message: its HTML where there is some, else its body (client-server API, section 11.3.1). */
import type { UserUri } from "../ids.ts";
import type { Loss } from "../loss.ts";
import { tidyRuns } from "../markup/flat-builder.ts";
import { type Block, type FlatText, Mark, plainFlat, type Run } from "../markup/flat.ts";
import { readHtml } from "../markup/html/read.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixInbound } from "./context.ts";
import { matrixReader } from "./dialect.ts";
import { objectAt, textAt, textsAt } from "./event.ts";
import { LIST_ENTRIES } from "./limits.ts";
import { powerLevels, powerOf } from "./power.ts";
import { loss } from "./result.ts";
import { mapRuns } from "./runs.ts";
import { cleaned } from "./strings.ts";

const HTML = "org.matrix.custom.html";

export interface MatrixText {
  readonly text: FlatText;
  /** The reason where all of the text is hidden, else null. */
  readonly spoiler: string | null;
  readonly losses: readonly Loss[];
}

/** `reply`: the content answers a message, so that it may begin with a quotation of it (before Matrix 1.13). */
export function readText(
  content: MatrixContent,
  sender: string,
  reply: boolean,
  context: MatrixInbound,
): MatrixText {
  const html = content["format"] === HTML ? textAt(content, "formatted_body") : null;
  const read = html === null ? null : readHtml(html, matrixReader(context));
  const rich = read !== null && read.text.blocks.length > 0 ? read : null;
  const source = rich ?? plain(textAt(content, "body") ?? "", reply);
  const losses = [...source.losses];
  const mentioned = silenced(source.text, content, context, losses);
  const addressed = addressRoom(mentioned, content, sender, context, losses);
  const hidden = isHidden(addressed);
  return {
    text: hidden ? mapRuns(addressed, uncover) : addressed,
    spoiler: hidden ? (rich?.spoiler ?? "") : null,
    losses,
  };
}

function plain(body: string, reply: boolean): { text: FlatText; losses: readonly Loss[] } {
  const { text, losses } = cleaned(reply ? withoutQuotation(body) : body);
  const [run] = tidyRuns([{ kind: "text", text, marks: 0, link: null }]);
  return { text: plainFlat(run?.kind === "text" ? run.text : ""), losses };
}

/** Takes off the lines that quote what is answered, and the empty line after them. */
function withoutQuotation(body: string): string {
  let at = 0;
  while (body.startsWith("> ", at) || body.startsWith(">\n", at)) {
    const end = body.indexOf("\n", at);
    // Nothing but a quotation is what the author says himself.
    if (end < 0) return body;
    at = end + 1;
  }
  if (at > 0 && body.startsWith("\n", at)) at += 1;
  return body.slice(at);
}

/** A mention that `m.mentions` leaves out is a link that notifies nobody; older programs send no `m.mentions`. */
function silenced(text: FlatText, content: MatrixContent, context: MatrixInbound, losses: Loss[]): FlatText {
  const mentions = objectAt(content, "m.mentions");
  if (mentions === null) return text;
  const users = new Set<UserUri>();
  for (const id of textsAt(mentions, "user_ids", LIST_ENTRIES)) {
    const user = context.user(id);
    if (user !== null) users.add(user.uri);
  }
  return mapRuns(text, (run) => {
    if (run.kind !== "mention" || users.has(run.user)) return [run];
    losses.push(loss("mention_silent", run.name));
    return [{ kind: "text", text: `@${run.name}`, marks: run.marks, link: null }];
  });
}

/** The first `@room` where the content addresses the room and its sender may (client-server API, section 11.32). */
function addressRoom(
  text: FlatText,
  content: MatrixContent,
  sender: string,
  context: MatrixInbound,
  losses: Loss[],
): FlatText {
  if (objectAt(content, "m.mentions")?.["room"] !== true) return text;
  const levels = powerLevels(context.powerLevels);
  if (powerOf(sender, levels, context.creators) < levels.notifyRoom) {
    losses.push(loss("broadcast_neutralised", "the sender may not address the room"));
    return text;
  }
  let found = false;
  const addressed = mapRuns(text, (run) => {
    if (found || run.kind !== "text" || (run.marks & Mark.code) !== 0) return [run];
    const at = /(?<![\p{L}\p{N}_@])@room(?![\p{L}\p{N}_])/u.exec(run.text)?.index;
    if (at === undefined) return [run];
    found = true;
    const before: Run = { ...run, text: run.text.slice(0, at) };
    const after: Run = { ...run, text: run.text.slice(at + "@room".length) };
    const broadcast: Run = { kind: "broadcast", scope: "room", marks: run.marks };
    return [before, broadcast, after].filter((piece) => piece.kind !== "text" || piece.text !== "");
  });
  if (!found) losses.push(loss("broadcast_neutralised", "the text does not say whom it addresses"));
  return addressed;
}

/** Whether all that can be read is under a spoiler. */
function isHidden(text: FlatText): boolean {
  return (
    text.blocks.length > 0 &&
    text.blocks.every((block) => runsOf(block).length > 0 && runsOf(block).every(isSecret))
  );
}

function runsOf(block: Block): readonly Run[] {
  if (block.kind === "row") return block.cells.flat();
  return block.kind === "code" || block.kind === "rule" ? [] : block.runs;
}

function isSecret(run: Run): boolean {
  return (run.marks & Mark.spoiler) !== 0;
}

function uncover(run: Run): readonly Run[] {
  return [{ ...run, marks: run.marks & ~Mark.spoiler }];
}
