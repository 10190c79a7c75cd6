/** Whether everything that stands in one room's archive stands in the other's, once and in order. */
import { attribute, parseXml } from "../../bridges/xmpp/xml.ts";
import type { ArchivedStanza } from "../servers/prosody-archive.ts";

const MARK = "urn:mimi-gateway:mark:0";

/** A text in a room's archive. `copy`: put there by the gateway for somebody in another room. */
export interface ArchivedLine {
  readonly nick: string;
  readonly text: string;
  readonly copy: boolean;
}

/** What people said in a room, own and copied, oldest first; lines of the gateway itself are left out. */
export function archivedLines(archive: readonly ArchivedStanza[]): ArchivedLine[] {
  return archive.flatMap(({ stanza }) => {
    const message = parseXml(stanza);
    const text = message.getChildText("body");
    const from = attribute(message, "from") ?? "";
    const slash = from.indexOf("/");
    if (text === null || slash === -1) return [];
    const mark = message.getChild("copy", MARK);
    if (mark && attribute(mark, "event") === undefined) return [];
    return [{ nick: from.slice(slash + 1), text, copy: mark !== undefined }];
  });
}

/** What is wrong with the copies of `source` in `target`, a sentence each; empty where all is well. */
export function compareArchives(
  source: { readonly room: string; readonly lines: readonly ArchivedLine[] },
  target: { readonly room: string; readonly lines: readonly ArchivedLine[] },
): string[] {
  const name = ({ nick, text }: ArchivedLine): string => `<${nick}> ${text}`;
  const said = source.lines.filter(({ copy }) => !copy).map(name);
  const copied = target.lines.filter(({ copy }) => copy).map(name);
  const faults = [...new Set([...said, ...copied])].flatMap((line) => {
    const [there, here] = [count(said, line), count(copied, line)];
    if (here < there) return [`missing in ${target.room}: ${line}`];
    return here > there
      ? [`${here} times in ${target.room} and ${there} times in ${source.room}: ${line}`]
      : [];
  });
  const late = said.find((line, index) => copied[index] !== line);
  if (faults.length === 0 && late !== undefined) faults.push(`not in its place in ${target.room}: ${late}`);
  return faults;
}

const count = (list: readonly string[], line: string): number => list.filter((one) => one === line).length;
